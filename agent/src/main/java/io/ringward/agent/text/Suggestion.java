/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.text;

import java.util.Collection;
import java.util.Optional;

/** The word that was probably meant, by Levenshtein distance (1965). */
public final class Suggestion {
  private Suggestion() {}

  /** The nearest of the known words, when it is near enough to be a slip of the finger. */
  public static Optional<String> nearest(String word, Collection<String> known) {
    String best = null;
    int bestDistance = Math.max(2, word.length() / 3) + 1;
    for (String candidate : known) {
      int distance = distance(word, candidate);
      if (distance < bestDistance) {
        bestDistance = distance;
        best = candidate;
      }
    }
    return Optional.ofNullable(best);
  }

  /** Insertions, deletions and substitutions between two words; both are cut at 64 characters. */
  static int distance(String left, String right) {
    String a = left.substring(0, Math.min(left.length(), 64));
    String b = right.substring(0, Math.min(right.length(), 64));
    int[] previous = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] current = new int[b.length() + 1];
      current[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int substitution = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        current[j] = Math.min(substitution, Math.min(previous[j], current[j - 1]) + 1);
      }
      previous = current;
    }
    return previous[b.length()];
  }
}
