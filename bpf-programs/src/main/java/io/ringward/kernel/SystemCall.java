/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.kernel;

/**
 * A system call that has returned. Mirrors {@code struct rw_syscall}.
 *
 * @param number of the kernel's table for this architecture, or {@link #UNKNOWN}
 * @param errno 0 when it succeeded
 * @param compat whether the number is of the table of 32-bit programs
 */
public record SystemCall(int number, int errno, boolean compat) {
  /** {@code RW_SYSCALL_UNKNOWN}: the number is lost; mostly the return from a signal handler. */
  public static final int UNKNOWN = 0x7fff;

  /** {@code RW_SYSCALL_COMPAT}: the bit of the number on the wire. */
  static final int COMPAT = 0x8000;
}
