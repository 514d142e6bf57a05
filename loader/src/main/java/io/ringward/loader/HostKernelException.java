/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

/** Ringward cannot work on this machine as it is. The message says why and what to do. */
public final class HostKernelException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final boolean alreadyGuarded;

  /** Something that is not in order here. */
  public HostKernelException(String message) {
    super(message);
    this.alreadyGuarded = false;
  }

  /** Something that an operation found out. */
  public HostKernelException(String message, Throwable cause) {
    super(message, cause);
    this.alreadyGuarded = false;
  }

  private HostKernelException(String message, boolean alreadyGuarded) {
    super(message);
    this.alreadyGuarded = alreadyGuarded;
  }

  /** Another guardian has this machine. */
  static HostKernelException alreadyGuarded(String message) {
    return new HostKernelException(message, true);
  }

  /** Whether another guardian has this machine: nothing else is wrong with it then. */
  public boolean isAlreadyGuarded() {
    return alreadyGuarded;
  }
}
