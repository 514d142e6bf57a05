/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules.syntax;

import java.util.List;
import java.util.Optional;

/**
 * A condition as it was written: names are not resolved, values have no type. Spans are offsets in
 * the condition's text.
 */
public sealed interface Condition {
  /** Which characters it covers. */
  Span span();

  /** True when any of two or more is. */
  record Or(List<Condition> operands, Span span) implements Condition {
    public Or {
      operands = List.copyOf(operands);
    }
  }

  /** True when all of two or more are. */
  record And(List<Condition> operands, Span span) implements Condition {
    public And {
      operands = List.copyOf(operands);
    }
  }

  /** True when the other is not. */
  record Not(Condition operand, Span span) implements Condition {}

  /** A macro's name. It stands for its condition as a whole, as if that were in parentheses. */
  record MacroReference(String name, Span span) implements Condition {}

  /** A test of a field. */
  record Test(
      FieldReference field, Operator operator, Span operatorSpan, Operand operand, Span span)
      implements Condition {}

  /**
   * A field's name, with what stood in brackets after it.
   *
   * @param span of the name alone
   */
  record FieldReference(String name, Optional<Value> argument, Span span) {}

  /** What an operator compares with. */
  sealed interface Operand {}

  /** Nothing, after {@code exists}. */
  record NoOperand() implements Operand {}

  /** One value. */
  record OneValue(Value value) implements Operand {}

  /** Values in parentheses; bare ones may be names of lists. */
  record Values(List<Value> values) implements Operand {
    public Values {
      values = List.copyOf(values);
    }
  }

  /** The name of a list, without parentheses. */
  record ListName(Value name) implements Operand {}

  /**
   * A value.
   *
   * @param text its characters, without quotes, escapes replaced
   * @param quoted whether it stood in quotes: then it is never the name of a list
   */
  record Value(String text, boolean quoted, Span span) {}

  /**
   * Offsets in the text of a condition.
   *
   * @param start of the first character
   * @param end after the last character
   */
  record Span(int start, int end) {
    /** From the start of this to the end of another. */
    Span to(Span other) {
      return new Span(start, other.end);
    }
  }
}
