/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules.lower;

/** A condition asks what the kernel's tables cannot say; the message is the reason, for people. */
public final class NotLowerableException extends Exception {
  private static final long serialVersionUID = 1;

  NotLowerableException(String reason) {
    super(reason, null, false, false);
  }
}
