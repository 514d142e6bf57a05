/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bench;

/** A measurement cannot be made here; the message says why and what to do. */
final class BenchmarkException extends Exception {
  private static final long serialVersionUID = 1;

  BenchmarkException(String message) {
    super(message);
  }

  BenchmarkException(String message, Throwable cause) {
    super(message, cause);
  }
}
