/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.kernel;

/** Facts about the file that an exec runs. Mirrors {@code enum rw_exec_flag}: one bit each. */
public enum ExecFlag {
  MEMFD,
  UPPER_LAYER,
  ARGUMENTS_TRUNCATED,
  PATH_TRUNCATED,
  UNLINKED,
  SETID,
  INTERPRETER,
  /** The path is as the caller wrote it: a script, a file without a name, or Linux before 5.17. */
  PATH_GIVEN,
  /**
   * The program has effective capabilities and is not root: its file, or its starter, gave them.
   */
  CAPABILITIES,
  /**
   * A rule of the kernel's tables has refused it before it happened: the process runs on as what it
   * was. The event tells what it would have become, without its arguments.
   */
  REFUSED;

  /** The bit in the flags word. */
  public int bit() {
    return 1 << ordinal();
  }

  /** Whether a flags word has it. */
  public boolean in(int flags) {
    return (flags & bit()) != 0;
  }
}
