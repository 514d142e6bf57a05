/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules;

import io.ringward.rules.event.EventType;
import io.ringward.rules.event.Field;
import io.ringward.rules.syntax.Operator;
import java.util.List;

/** What the language has, for help texts and documentation. */
public final class RuleLanguage {
  private RuleLanguage() {}

  /** The fields, by group: event, process, user and thread, file descriptor. */
  public static List<Field> fields() {
    return List.of(Field.values());
  }

  /** The operators that a field takes in conditions; none when it can only be printed. */
  public static List<String> operators(Field field) {
    return field.outputOnly() ? List.of() : Operator.labels(field.type());
  }

  /** The types of events. */
  public static List<EventType> eventTypes() {
    return List.of(EventType.values());
  }
}
