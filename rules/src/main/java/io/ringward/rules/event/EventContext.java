/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules.event;

/**
 * The port through which rules look at one event and at the process behind it. Implemented over a
 * reused flyweight: rules hold no reference to it after {@code evaluate} returns.
 *
 * <p><b>Generations.</b> Facts of processes take a generation: 0 is the process that acted, 1 its
 * parent, and so on up to {@link #ancestors()}. A rule may ask for any generation: beyond those
 * that are known all is absent. All other facts are asked for with 0.
 *
 * <p><b>Absent facts.</b> What is not known is absent: {@link #text} gives null, {@link #has} gives
 * false. A test of an absent fact is false whatever its operator, {@code !=} included, and its
 * {@code not} is true; that is what Falco does.
 *
 * <p>Implementations allocate nothing, need not be thread-safe, and answer the same for as long as
 * one evaluation lasts.
 */
public interface EventContext {
  /** What happened. */
  EventType type();

  /** How many ancestors of the process are known, 0 or more. */
  int ancestors();

  /**
   * Whether a number or an address is known. Never called for {@linkplain Fact.Kind#TEXT texts}.
   */
  boolean has(Fact fact, int generation);

  /** A number that {@link #has} has promised. */
  long number(Fact fact, int generation);

  /**
   * A text, or null when it is not known: the one null of this interface, since an Optional would
   * be an allocation on the hot path.
   */
  String text(Fact fact, int generation);

  /**
   * The first 64 bits of an address that {@link #has} has promised, in network order. IPv4
   * addresses are written as {@code ::ffff:a.b.c.d}, so their first half is 0.
   */
  long addressHigh(Fact fact);

  /** The last 64 bits of an address, see {@link #addressHigh}. */
  long addressLow(Fact fact);
}
