/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.demo;

/** The demo cannot go on; says what to do. */
public final class DemoException extends Exception {
  private static final long serialVersionUID = 1L;

  DemoException(String message) {
    super(message);
  }

  DemoException(String message, Throwable cause) {
    super(message, cause);
  }
}
