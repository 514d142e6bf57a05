/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules.syntax;

import io.ringward.rules.event.FieldType;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The operators of conditions, with the types of fields that take them. */
public enum Operator {
  EQUAL("=", Operand.ONE, EnumSet.allOf(FieldType.class)),
  NOT_EQUAL("!=", Operand.ONE, EnumSet.allOf(FieldType.class)),
  LESS("<", Operand.ONE, EnumSet.of(FieldType.NUMBER)),
  LESS_OR_EQUAL("<=", Operand.ONE, EnumSet.of(FieldType.NUMBER)),
  GREATER(">", Operand.ONE, EnumSet.of(FieldType.NUMBER)),
  GREATER_OR_EQUAL(">=", Operand.ONE, EnumSet.of(FieldType.NUMBER)),
  CONTAINS("contains", Operand.ONE, EnumSet.of(FieldType.TEXT)),
  CONTAINS_IGNORING_CASE("icontains", Operand.ONE, EnumSet.of(FieldType.TEXT)),
  STARTS_WITH("startswith", Operand.ONE, EnumSet.of(FieldType.TEXT)),
  ENDS_WITH("endswith", Operand.ONE, EnumSet.of(FieldType.TEXT)),
  GLOB("glob", Operand.ONE, EnumSet.of(FieldType.TEXT)),
  GLOB_IGNORING_CASE("iglob", Operand.ONE, EnumSet.of(FieldType.TEXT)),
  IN("in", Operand.LIST, EnumSet.complementOf(EnumSet.of(FieldType.BOOLEAN))),
  EXISTS("exists", Operand.NONE, EnumSet.allOf(FieldType.class));

  /** What follows an operator. */
  public enum Operand {
    NONE,
    ONE,
    LIST
  }

  private final String label;
  private final Operand operand;

  @SuppressWarnings("ImmutableEnumChecker") // Set.copyOf is immutable
  private final Set<FieldType> types;

  Operator(String label, Operand operand, Set<FieldType> types) {
    this.label = label;
    this.operand = operand;
    this.types = Set.copyOf(types);
  }

  /** As rules write it. */
  public String label() {
    return label;
  }

  /** What follows it. */
  public Operand operand() {
    return operand;
  }

  /** Whether fields of a type take it. */
  public boolean takes(FieldType type) {
    return types.contains(type);
  }

  /** The operator of a sign or word; {@code ==} is {@code =}. */
  static Optional<Operator> named(String label) {
    String plain = label.equals("==") ? "=" : label;
    return Arrays.stream(values()).filter(each -> each.label.equals(plain)).findFirst();
  }

  /** The signs and words of all operators. */
  public static List<String> labels() {
    return Arrays.stream(values()).map(Operator::label).toList();
  }

  /** The signs and words that fields of a type take. */
  public static List<String> labels(FieldType type) {
    return Arrays.stream(values()).filter(each -> each.takes(type)).map(Operator::label).toList();
  }
}
