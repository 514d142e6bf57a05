/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.detect;

/**
 * Bit mixing for hash tables, sketches and the random choices of models: the same on every machine,
 * so that a replay agrees with the live run.
 */
final class Mixing {
  private static final long GOLDEN = 0x9e3779b97f4a7c15L;

  private Mixing() {}

  /** SplitMix64's finaliser (Steele, Lea, Flood, OOPSLA 2014; constants of Stafford's mix 13). */
  static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }

  /** The state after this one: with {@link #mix} a SplitMix64 generator. */
  static long next(long state) {
    return state + GOLDEN;
  }

  /** A number of [0, 1) out of a state. */
  static double unit(long state) {
    return (mix(state) >>> 11) * 0x1.0p-53;
  }
}
