/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.decide;

/**
 * When a rule or model is not obeyed any more. Immutable; bad values are refused by name.
 *
 * @param limit distinct process trees or cgroups that one may hit within the window
 * @param windowNanos what "suddenly" means
 * @param quietNanos a disarmed one is armed again when it has been under the limit for so long
 * @param probationNanos disarmed again within this time after that, it is dismantled
 */
public record DisarmPolicy(int limit, long windowNanos, long quietNanos, long probationNanos) {
  /** The highest limit that is taken. */
  public static final int MOST_HITS = 1000;

  /** More than 10 within a minute; armed again after 10 minutes; on probation for a day. */
  public static final DisarmPolicy STANDARD =
      new DisarmPolicy(10, 60_000_000_000L, 600_000_000_000L, 86_400_000_000_000L);

  public DisarmPolicy {
    if (limit < 1 || limit > MOST_HITS) {
      throw new IllegalArgumentException(
          "the disarmer's limit is 1 to " + MOST_HITS + ", not " + limit);
    }
    if (windowNanos < 1 || quietNanos < 1 || probationNanos < 1) {
      throw new IllegalArgumentException("the disarmer's times are over 0");
    }
  }

  /** The same with another limit, window and quiet time. */
  public DisarmPolicy with(int limit, long windowNanos, long quietNanos) {
    return new DisarmPolicy(limit, windowNanos, quietNanos, probationNanos);
  }
}
