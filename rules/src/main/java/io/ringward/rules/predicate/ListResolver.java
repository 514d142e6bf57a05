/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules.predicate;

import io.ringward.rules.problem.NearestName;
import io.ringward.rules.problem.ProblemCollector;
import io.ringward.rules.problem.RuleProblem;
import io.ringward.rules.problem.RuleProblem.NameKind;
import io.ringward.rules.problem.SourcePosition;
import io.ringward.rules.syntax.Condition;
import io.ringward.rules.yaml.LocatedText;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Turns what stands after {@code in} into values: names of lists are replaced by what the lists
 * hold, however deep. The work is bounded as a whole, because lists of lists multiply.
 */
final class ListResolver {
  /** How deep lists may stand in lists. */
  static final int MOST_DEPTH = 100;

  /** How many values all lists and conditions of a compilation may come to, repetitions counted. */
  static final int MOST_VALUES = 2_000_000;

  private final Map<String, List<LocatedText>> lists;
  private final ProblemCollector problems;
  private final Map<String, List<ListValue>> resolved = new HashMap<>();
  private final Set<String> open = new LinkedHashSet<>();
  private int values;

  ListResolver(Map<String, List<LocatedText>> lists, ProblemCollector problems) {
    this.lists = lists;
    this.problems = problems;
  }

  /**
   * A value and where it stands, which may be in a list far from the condition.
   *
   * @param source the text that it is part of
   * @param offset in that text
   */
  record ListValue(String text, LocatedText source, int offset) {
    SourcePosition where() {
      return source.position(offset);
    }
  }

  /** The values of an operand of {@code in}, each once. */
  List<ListValue> values(Condition.Operand operand, LocatedText source) {
    Map<String, ListValue> found = new LinkedHashMap<>();
    switch (operand) {
      case Condition.NoOperand() -> {}
      case Condition.OneValue(Condition.Value value) -> addLiteral(value, source, found);
      case Condition.Values(List<Condition.Value> all) -> {
        for (Condition.Value value : all) {
          if (!value.quoted() && lists.containsKey(value.text())) {
            addAll(value.text(), source, value.span().start(), found);
          } else {
            addLiteral(value, source, found);
          }
        }
      }
      case Condition.ListName(Condition.Value name) -> {
        if (lists.containsKey(name.text())) {
          addAll(name.text(), source, name.span().start(), found);
        } else {
          problems.add(
              new RuleProblem.UnknownName(
                  source.position(name.span().start()),
                  NameKind.LIST,
                  name.text(),
                  NearestName.of(name.text(), lists.keySet()),
                  "single values stand in parentheses, such as in (a, b)"));
        }
      }
    }
    return List.copyOf(found.values());
  }

  /** Looks at a list that no condition may have named, for its own problems. */
  void check(String name) {
    if (!resolved.containsKey(name)) {
      List<LocatedText> items = lists.get(name);
      if (!items.isEmpty()) {
        resolve(name, items.getFirst(), 0);
      }
    }
  }

  private void addLiteral(Condition.Value value, LocatedText source, Map<String, ListValue> found) {
    add(new ListValue(value.text(), source, value.span().start()), found);
  }

  private void addAll(String name, LocatedText source, int offset, Map<String, ListValue> found) {
    for (ListValue value : resolve(name, source, offset)) {
      if (!add(value, found)) {
        return;
      }
    }
  }

  private boolean add(ListValue value, Map<String, ListValue> found) {
    if (values >= MOST_VALUES) {
      problems.add(
          new RuleProblem.LimitExceeded(
              SourcePosition.startOf(value.where().file()),
              "values that all lists and conditions come to",
              MOST_VALUES));
      return false;
    }
    values++;
    found.putIfAbsent(value.text(), value);
    return true;
  }

  /** The values of a list; the place is where it is named. */
  private List<ListValue> resolve(String name, LocatedText source, int offset) {
    List<ListValue> known = resolved.get(name);
    if (known != null) {
      return known;
    }
    if (open.contains(name)) {
      List<String> path = new ArrayList<>(open);
      path = new ArrayList<>(path.subList(path.indexOf(name), path.size()));
      path.add(name);
      problems.add(new RuleProblem.Cycle(source.position(offset), NameKind.LIST, path));
      return List.of();
    }
    if (open.size() == MOST_DEPTH) {
      problems.add(
          new RuleProblem.LimitExceeded(
              source.position(offset), "levels of lists in lists", MOST_DEPTH));
      return List.of();
    }
    open.add(name);
    Map<String, ListValue> found = new LinkedHashMap<>();
    for (LocatedText item : lists.get(name)) {
      if (item.plain() && lists.containsKey(item.value())) {
        addAll(item.value(), item, 0, found);
      } else {
        add(new ListValue(withoutQuotes(item.value()), item, 0), found);
      }
    }
    open.remove(name);
    List<ListValue> all = List.copyOf(found.values());
    resolved.put(name, all);
    return all;
  }

  /** Falco's files quote values with blanks twice, once for YAML and once for the condition. */
  private static String withoutQuotes(String text) {
    int last = text.length() - 1;
    boolean quoted =
        last >= 1
            && text.charAt(0) == text.charAt(last)
            && (text.charAt(0) == '"' || text.charAt(0) == '\'');
    return quoted ? text.substring(1, last) : text;
  }
}
