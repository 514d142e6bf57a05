/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules;

import io.ringward.kernel.InlineRow;
import io.ringward.kernel.Operation;
import io.ringward.rules.event.EventType;
import io.ringward.rules.event.FileEvents;
import io.ringward.rules.lower.ConditionLowering;
import io.ringward.rules.lower.Conjunction;
import io.ringward.rules.lower.NotLowerableException;
import io.ringward.rules.predicate.Predicate;
import io.ringward.rules.predicate.Specialiser;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Where a rule is decided: in the kernel before the operation happens, when it blocks the operation
 * that it looks at and its condition is within what the tables can say; else in the stream job.
 * What the kernel refuses comes to the stream job as well, which tells of it and goes on from
 * there. Stateless.
 */
final class RuleLowering {
  /** The operations that the kernel's hooks judge by the tables. */
  private static final Map<EventType, Operation> JUDGED =
      Map.of(
          EventType.CONNECT, Operation.CONNECT,
          EventType.BIND, Operation.BIND,
          EventType.EXECVE, Operation.EXEC,
          EventType.OPEN, Operation.OPEN,
          EventType.UNLINK, Operation.UNLINK,
          EventType.RENAME, Operation.RENAME);

  private static final Set<Operation> OPERATIONS_ON_FILES =
      EnumSet.of(Operation.OPEN, Operation.UNLINK, Operation.RENAME);

  private RuleLowering() {}

  /**
   * Decides on the place.
   *
   * @param eventTypes that can match the condition at all
   */
  static Placement place(RuleAction action, Predicate condition, Set<EventType> eventTypes) {
    if (!(action instanceof RuleAction.Block block)) {
      return new Placement.Stream(
          "it does '"
              + action.label()
              + "', and only 'block' is done in the kernel before the operation happens");
    }
    Map<EventType, String> refused = new EnumMap<>(EventType.class);
    Map<List<Conjunction>, Set<Operation>> rows = new LinkedHashMap<>();
    for (EventType type : eventTypes) {
      Optional<Operation> operation = Optional.ofNullable(JUDGED.get(type));
      if (operation.isEmpty()) {
        refused.put(type, "no hook of the tables sees " + type.label());
      } else if (!block.operations().contains(operation.get())) {
        refused.put(
            type,
            "it does not block "
                + operation.get().label()
                + " ('operations' would have to name it)");
      } else if (FileEvents.ALL.contains(type) && !FileInterest.mentionsFiles(condition)) {
        refused.put(type, "its condition does not speak of files");
      } else {
        try {
          rows.computeIfAbsent(lower(type, condition), _ -> new java.util.HashSet<>())
              .add(operation.get());
        } catch (NotLowerableException e) {
          refused.put(type, e.getMessage());
        }
      }
    }
    List<InlineRow> all = new ArrayList<>();
    rows.forEach((conjunctions, operations) ->
        conjunctions.forEach(row -> all.add(new InlineRow(operations, row.asList()))));
    return all.isEmpty() ? stream(refused) : inline(all, refused);
  }

  private static List<Conjunction> lower(EventType type, Predicate condition)
      throws NotLowerableException {
    Optional<Predicate> left = new Specialiser(type).specialise(condition);
    return left.isEmpty() ? List.of() : List.copyOf(new ConditionLowering(type).lower(left.get()));
  }

  private static Placement stream(Map<EventType, String> refused) {
    String reason = refused.values().stream().distinct().collect(Collectors.joining("; "));
    return new Placement.Stream(reason.isEmpty() ? "nothing can match it" : reason);
  }

  /** Not every kernel lets a program refuse these: the agent says what its own does. */
  private static boolean isAboutFiles(List<InlineRow> rows) {
    return rows.stream()
        .anyMatch(row -> !Collections.disjoint(row.operations(), OPERATIONS_ON_FILES));
  }

  private static Placement inline(List<InlineRow> rows, Map<EventType, String> refused) {
    String operations =
        rows.stream()
            .flatMap(row -> row.operations().stream())
            .distinct()
            .sorted()
            .map(Operation::label)
            .collect(Collectors.joining(" and "));
    String rest =
        refused.entrySet().stream()
            .map(each -> "; on " + each.getKey().label() + " in the stream job: " + each.getValue())
            .collect(Collectors.joining());
    return new Placement.Inline(
        rows,
        "the kernel refuses "
            + operations
            + " before it happens"
            + (isAboutFiles(rows) ? " where it has hooks for that" : "")
            + ", by "
            + rows.size()
            + (rows.size() == 1 ? " row" : " rows")
            + " of its tables"
            + rest);
  }
}
