/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules.problem;

import java.util.Collection;
import java.util.Optional;

/**
 * Finds what a misspelt name may have meant, by optimal string alignment distance (Damerau 1964:
 * insertion, deletion, substitution, and transposition of neighbours cost one each).
 */
public final class NearestName {
  /** Longer names are not compared: nobody misspells a name of that length. */
  private static final int MOST_CHARACTERS = 64;

  /** More differences than this are another name, not a misspelt one. */
  private static final int MOST_SLIPS = 3;

  /** So many candidates are looked at: a suggestion is a courtesy, not worth seconds. */
  private static final int MOST_CANDIDATES = 1024;

  private NearestName() {}

  /** The nearest candidate, if it is near enough to be a slip of the finger. */
  public static Optional<String> of(String found, Collection<String> candidates) {
    if (found.isEmpty() || found.length() > MOST_CHARACTERS) {
      return Optional.empty();
    }
    int most = Math.clamp(found.length() / 3, 1, MOST_SLIPS);
    return candidates.stream()
        .limit(MOST_CANDIDATES)
        .filter(candidate -> Math.abs(candidate.length() - found.length()) <= most)
        .map(candidate -> new Ranked(candidate, distance(found, candidate, most)))
        .filter(ranked -> ranked.distance <= most)
        .min((left, right) ->
            left.distance != right.distance
                ? Integer.compare(left.distance, right.distance)
                : left.name.compareTo(right.name))
        .map(Ranked::name);
  }

  private record Ranked(String name, int distance) {}

  /** The distance, or something larger than the most: only a band around the diagonal matters. */
  private static int distance(String left, String right, int most) {
    int[][] costs = new int[left.length() + 1][right.length() + 1];
    for (int row = 0; row <= left.length(); row++) {
      int from = Math.max(0, row - most);
      int to = Math.min(right.length(), row + most);
      if (from > 0) {
        costs[row][from - 1] = most + 1;
      }
      for (int column = from; column <= to; column++) {
        costs[row][column] = cost(costs, left, right, row, column);
      }
      if (to < right.length()) {
        costs[row][to + 1] = most + 1;
      }
    }
    return costs[left.length()][right.length()];
  }

  private static int cost(int[][] costs, String left, String right, int row, int column) {
    if (row == 0 || column == 0) {
      return row + column;
    }
    char a = left.charAt(row - 1);
    char b = right.charAt(column - 1);
    int cost = costs[row - 1][column - 1] + (a == b ? 0 : 1);
    cost = Math.min(cost, costs[row - 1][column] + 1);
    cost = Math.min(cost, costs[row][column - 1] + 1);
    boolean swapped =
        row > 1 && column > 1 && a == right.charAt(column - 2) && b == left.charAt(row - 2);
    return swapped ? Math.min(cost, costs[row - 2][column - 2] + 1) : cost;
  }
}
