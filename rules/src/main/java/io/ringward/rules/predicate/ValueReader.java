/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules.predicate;

import io.ringward.rules.event.EventType;
import io.ringward.rules.event.Field;
import io.ringward.rules.event.FieldType;
import io.ringward.rules.event.GlobPattern;
import io.ringward.rules.event.IpNetwork;
import io.ringward.rules.predicate.ListResolver.ListValue;
import io.ringward.rules.problem.NearestName;
import io.ringward.rules.problem.ProblemCollector;
import io.ringward.rules.problem.Quoted;
import io.ringward.rules.problem.RuleProblem;
import io.ringward.rules.problem.RuleProblem.NameKind;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;

/** Reads the characters of values as what a field's type says they are. */
final class ValueReader {
  private static final Pattern DECIMAL = Pattern.compile("[+-]?[0-9]{1,19}");
  private static final Pattern HEXADECIMAL = Pattern.compile("0[xX][0-9a-fA-F]{1,16}");

  private final ProblemCollector problems;

  ValueReader(ProblemCollector problems) {
    this.problems = problems;
  }

  Set<String> texts(Field field, boolean patterns, List<ListValue> values) {
    Set<String> texts = new LinkedHashSet<>();
    for (ListValue value : values) {
      if (patterns && GlobPattern.parse(value.text(), false).isEmpty()) {
        problems.add(
            new RuleProblem.InvalidValue(
                value.where(),
                Quoted.of(field.label()),
                "a pattern of at most "
                    + GlobPattern.MOST_CHARACTERS
                    + " characters that does not end with a backslash",
                value.text()));
      } else {
        texts.add(value.text());
      }
    }
    return texts;
  }

  Set<Long> numbers(Field field, List<ListValue> values) {
    return read(field, values, ValueReader::number);
  }

  Set<Boolean> flags(Field field, List<ListValue> values) {
    return read(
        field,
        values,
        text ->
            switch (text) {
              case "true" -> Optional.of(true);
              case "false" -> Optional.of(false);
              default -> Optional.empty();
            });
  }

  Set<IpNetwork> networks(Field field, List<ListValue> values) {
    return read(
        field,
        values,
        field.type() == FieldType.NETWORK ? IpNetwork::parseNetwork : IpNetwork::parseAddress);
  }

  Set<EventType> eventTypes(List<ListValue> values) {
    Set<EventType> types = new LinkedHashSet<>();
    for (ListValue value : values) {
      Optional<EventType> type = EventType.named(value.text());
      if (type.isPresent()) {
        types.add(type.get());
      } else {
        problems.add(
            new RuleProblem.UnknownName(
                value.where(),
                NameKind.EVENT_TYPE,
                value.text(),
                NearestName.of(value.text(), EventType.allNames()),
                "Ringward sees " + String.join(", ", EventType.allNames())));
      }
    }
    return types;
  }

  private <T> Set<T> read(
      Field field, List<ListValue> values, Function<String, Optional<T>> reading) {
    Set<T> read = new LinkedHashSet<>();
    for (ListValue value : values) {
      Optional<T> each = reading.apply(value.text());
      if (each.isPresent()) {
        read.add(each.get());
      } else {
        problems.add(
            new RuleProblem.InvalidValue(
                value.where(), Quoted.of(field.label()), field.type().expected(), value.text()));
      }
    }
    return read;
  }

  private static Optional<Long> number(String text) {
    try {
      if (HEXADECIMAL.matcher(text).matches()) {
        return Optional.of(Long.parseUnsignedLong(text.substring(2), 16));
      }
      return DECIMAL.matcher(text).matches() ? Optional.of(Long.parseLong(text)) : Optional.empty();
    } catch (NumberFormatException _) {
      return Optional.empty(); // 19 digits may be too large
    }
  }
}
