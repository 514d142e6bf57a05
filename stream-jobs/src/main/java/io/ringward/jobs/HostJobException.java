/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs;

/** A host job could not start, or has ended by a failure. The message says why. */
public final class HostJobException extends Exception {
  private static final long serialVersionUID = 1;

  HostJobException(String message, Throwable cause) {
    super(message, cause);
  }
}
