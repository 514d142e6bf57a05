/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

/** Ringward cannot work on this machine as it is. The message says why and what to do. */
public final class HostKernelException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Something that is not in order here. */
  public HostKernelException(String message) {
    super(message);
  }

  /** Something that an operation found out. */
  public HostKernelException(String message, Throwable cause) {
    super(message, cause);
  }
}
