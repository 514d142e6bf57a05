/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.incident;

import java.io.IOException;

/** A receiver did not take an incident. */
public final class DeliveryException extends IOException {
  private static final long serialVersionUID = 1L;

  private final LossCause lossCause;
  private final boolean retryable;

  /**
   * @param lossCause what it counts as when it is given up
   * @param retryable whether trying again may help
   * @param message what came back, for people
   */
  public DeliveryException(LossCause lossCause, boolean retryable, String message) {
    super(message);
    this.lossCause = lossCause;
    this.retryable = retryable;
  }

  /** What it counts as when it is given up. */
  public LossCause lossCause() {
    return lossCause;
  }

  /** Whether trying again may help. */
  public boolean retryable() {
    return retryable;
  }
}
