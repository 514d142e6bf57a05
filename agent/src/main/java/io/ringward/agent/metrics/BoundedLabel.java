/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.metrics;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Lets so many distinct values of a label through; later ones become {@value #OTHER}. */
final class BoundedLabel {
  /** The value that stands for all that have none of their own. */
  static final String OTHER = "other";

  private final int most;
  private final Set<String> known = ConcurrentHashMap.newKeySet();

  BoundedLabel(int most) {
    this.most = most;
  }

  /** The value itself, or {@value #OTHER}. */
  String of(String value) {
    if (known.contains(value)) {
      return value;
    }
    if (known.size() >= most) {
      return OTHER;
    }
    known.add(value);
    return value;
  }
}
