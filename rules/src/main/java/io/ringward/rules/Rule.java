/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules;

import io.ringward.kernel.Priority;
import io.ringward.rules.evaluate.OutputTemplate;
import io.ringward.rules.event.EventType;
import io.ringward.rules.predicate.Predicate;
import io.ringward.rules.problem.SourcePosition;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * A compiled rule. Immutable.
 *
 * @param name unique within its {@link RuleSet}
 * @param description what it means, for people
 * @param priority how urgent its alerts are
 * @param tags as written, among them MITRE ATT&CK's tactics and techniques
 * @param action what it wants done
 * @param output what an alert says
 * @param condition what it tests, for evaluation and for lowering
 * @param eventTypes the types of events that can match it at all; may be empty
 * @param placement where it is decided
 * @param where its name stands
 */
public record Rule(
    String name,
    String description,
    Priority priority,
    List<String> tags,
    RuleAction action,
    OutputTemplate output,
    Predicate condition,
    Set<EventType> eventTypes,
    Placement placement,
    SourcePosition where) {
  public Rule {
    tags = List.copyOf(tags);
    EnumSet<EventType> types = EnumSet.noneOf(EventType.class);
    types.addAll(eventTypes);
    eventTypes = Collections.unmodifiableSet(types);
  }
}
