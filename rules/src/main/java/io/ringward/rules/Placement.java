/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules;

/**
 * Where a rule is decided, and why there: what {@code rules check} tells. Sealed, so that whoever
 * handles it hears from the compiler when a place joins.
 */
public sealed interface Placement {
  /** One word for people and labels. */
  String label();

  /** Why there. */
  String reason();

  /** On the events in the stream job, after the operation was seen. */
  record Stream(String reason) implements Placement {
    @Override
    public String label() {
      return "stream";
    }
  }
}
