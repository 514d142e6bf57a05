/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules.predicate;

import io.ringward.rules.event.EventType;
import io.ringward.rules.event.IpNetwork;
import java.util.List;
import java.util.Set;

/**
 * A condition that is understood: macros and lists are resolved, fields are known, values have
 * their types. It is what evaluators are made from, and what a lowering to kernel tables starts
 * from. Pure data; a macro that is used twice is one shared part.
 *
 * <p>Each test of a field is false when the field is absent.
 */
public sealed interface Predicate {
  /** Always or never true. */
  record Constant(boolean value) implements Predicate {}

  /** True when all are; without operands true. */
  record AllOf(List<Predicate> operands) implements Predicate {
    public AllOf {
      operands = List.copyOf(operands);
    }
  }

  /** True when any is; without operands false. */
  record AnyOf(List<Predicate> operands) implements Predicate {
    public AnyOf {
      operands = List.copyOf(operands);
    }
  }

  /** True when the other is not. */
  record Not(Predicate operand) implements Predicate {}

  /** Whether a field has a value. */
  record Exists(FieldUse field) implements Predicate {}

  /** The event is of one of these types. */
  record EventTypeTest(Set<EventType> types) implements Predicate {
    public EventTypeTest {
      types = Set.copyOf(types);
    }
  }

  /** A text compares so with any of the values; {@code NOT_EQUAL} has exactly one value. */
  record TextTest(FieldUse field, TextComparison comparison, Set<String> values)
      implements Predicate {
    public TextTest {
      values = Set.copyOf(values);
    }
  }

  /** A number compares so with any of the values; all but {@code EQUAL} have exactly one. */
  record NumberTest(FieldUse field, NumberComparison comparison, Set<Long> values)
      implements Predicate {
    public NumberTest {
      values = Set.copyOf(values);
    }
  }

  /** A truth value is the expected one. */
  record FlagTest(FieldUse field, boolean expected) implements Predicate {}

  /**
   * An address lies in any of the networks.
   *
   * @param outside instead in none of them
   */
  record AddressTest(FieldUse field, boolean outside, Set<IpNetwork> networks)
      implements Predicate {
    public AddressTest {
      networks = Set.copyOf(networks);
    }
  }

  /** How texts compare. */
  enum TextComparison {
    EQUAL,
    NOT_EQUAL,
    CONTAINS,
    /** ASCII letters match in either case. */
    CONTAINS_IGNORING_CASE,
    STARTS_WITH,
    ENDS_WITH,
    /** The values are patterns, see {@link io.ringward.rules.event.GlobPattern}. */
    GLOB,
    GLOB_IGNORING_CASE
  }

  /** How numbers compare, signed. */
  enum NumberComparison {
    EQUAL,
    NOT_EQUAL,
    LESS,
    LESS_OR_EQUAL,
    GREATER,
    GREATER_OR_EQUAL
  }
}
