/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules.document;

import io.ringward.rules.problem.NearestName;
import io.ringward.rules.problem.ProblemCollector;
import io.ringward.rules.problem.Quoted;
import io.ringward.rules.problem.RuleProblem;
import io.ringward.rules.problem.SourcePosition;
import io.ringward.rules.yaml.LocatedText;
import io.ringward.rules.yaml.YamlNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The keys of one item of a rules file, read with the shapes that they have to have. Everything
 * that is wrong goes to the collector; what cannot be read is absent.
 */
final class ItemKeys {
  /** Longest single value; conditions and outputs are far shorter. */
  static final int MOST_CHARACTERS = 65_536;

  /** Longest name of a rule, a macro or a list. */
  static final int MOST_NAME_CHARACTERS = 256;

  private final String item;
  private final SourcePosition where;
  private final ProblemCollector problems;
  private final Map<String, YamlNode> values = new LinkedHashMap<>();

  ItemKeys(
      String item,
      YamlNode.Mapping mapping,
      List<String> known,
      List<String> notYet,
      ProblemCollector problems) {
    this.item = item;
    this.where = mapping.where();
    this.problems = problems;
    Map<String, Integer> lines = new LinkedHashMap<>();
    for (YamlNode.Entry entry : mapping.entries()) {
      if (!(entry.key() instanceof YamlNode.Scalar(LocatedText text))) {
        problems.add(
            new RuleProblem.WrongShape(
                entry.key().where(), "a key", "a single value", entry.key().shape()));
        continue;
      }
      String key = text.value();
      Integer firstLine = lines.putIfAbsent(key, text.start().line());
      if (firstLine != null) {
        problems.add(new RuleProblem.DuplicateKey(text.start(), key, firstLine));
      } else if (notYet.contains(key)) {
        problems.add(new RuleProblem.Unsupported(text.start(), "the key '" + key + "'", known));
      } else if (!known.contains(key)) {
        problems.add(
            new RuleProblem.UnknownKey(text.start(), item, key, known, NearestName.of(key, known)));
      } else {
        values.put(key, entry.value());
      }
    }
  }

  /** Where the item begins. */
  SourcePosition where() {
    return where;
  }

  boolean has(String key) {
    return values.containsKey(key);
  }

  /** Where a key's value stands, or the item when it has none. */
  SourcePosition whereIs(String key) {
    YamlNode value = values.get(key);
    return value == null ? where : value.where();
  }

  /** A value that has to be there and not be empty. */
  Optional<LocatedText> required(String key, String hint) {
    if (!values.containsKey(key)) {
      String name = text(item).map(text -> " " + Quoted.of(text.value())).orElse("");
      problems.add(new RuleProblem.MissingKey(where, "the " + item + name, key, hint));
      return Optional.empty();
    }
    return text(key);
  }

  /** A single value, not empty. */
  Optional<LocatedText> text(String key) {
    return Optional.ofNullable(values.get(key)).flatMap(value -> single(key, value, false));
  }

  /** The item's name, which is the value of the key that says what kind of item it is. */
  Optional<LocatedText> name() {
    return required(item, "")
        .filter(name -> {
          if (name.value().length() <= MOST_NAME_CHARACTERS) {
            return true;
          }
          problems.add(
              new RuleProblem.LimitExceeded(
                  name.start(), "characters in a name", MOST_NAME_CHARACTERS));
          return false;
        });
  }

  private Optional<LocatedText> single(String key, YamlNode value, boolean emptyAllowed) {
    if (!(value instanceof YamlNode.Scalar(LocatedText text))
        || (text.value().isBlank() && !(emptyAllowed && !text.plain()))) {
      problems.add(
          new RuleProblem.WrongShape(
              value.where(), Quoted.of(key), "a single value", value.shape()));
      return Optional.empty();
    }
    if (text.value().length() > MOST_CHARACTERS) {
      problems.add(
          new RuleProblem.LimitExceeded(
              text.start(), "characters in the value of " + Quoted.of(key), MOST_CHARACTERS));
      return Optional.empty();
    }
    return Optional.of(text);
  }

  /** A list of single values, among them empty ones in quotes; absent when the key is. */
  Optional<List<LocatedText>> texts(String key, int most) {
    YamlNode value = values.get(key);
    if (value == null) {
      return Optional.empty();
    }
    if (!(value instanceof YamlNode.Sequence(SourcePosition _, List<YamlNode> items))) {
      problems.add(
          new RuleProblem.WrongShape(
              value.where(), Quoted.of(key), "a list such as [a, b]", value.shape()));
      return Optional.empty();
    }
    if (items.size() > most) {
      problems.add(
          new RuleProblem.LimitExceeded(value.where(), "items of " + Quoted.of(key), most));
      return Optional.empty();
    }
    List<LocatedText> texts = new ArrayList<>();
    for (YamlNode each : items) {
      single("an item of " + key, each, true).ifPresent(texts::add);
    }
    return Optional.of(texts);
  }

  /** A truth value, or the fallback. */
  boolean flag(String key, boolean fallback) {
    Optional<LocatedText> text = text(key);
    if (text.isEmpty()) {
      return fallback;
    }
    return switch (text.get().value().toLowerCase(Locale.ROOT)) {
      case "true", "yes", "on" -> true;
      case "false", "no", "off" -> false;
      default -> {
        invalid(key, text.get(), "true or false");
        yield fallback;
      }
    };
  }

  /** Reports that a value is not what its key takes. */
  void invalid(String key, LocatedText found, String expected) {
    problems.add(
        new RuleProblem.InvalidValue(found.start(), Quoted.of(key), expected, found.value()));
  }

  void report(RuleProblem problem) {
    problems.add(problem);
  }
}
