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
  INTERPRETER;

  /** The bit in the flags word. */
  public int bit() {
    return 1 << ordinal();
  }

  /** Whether a flags word has it. */
  public boolean in(int flags) {
    return (flags & bit()) != 0;
  }
}
