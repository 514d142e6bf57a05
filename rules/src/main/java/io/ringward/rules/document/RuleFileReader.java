/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules.document;

import io.ringward.kernel.Priority;
import io.ringward.rules.document.RuleFileItem.Leniency;
import io.ringward.rules.document.RuleFileItem.ListItem;
import io.ringward.rules.document.RuleFileItem.MacroItem;
import io.ringward.rules.document.RuleFileItem.RuleItem;
import io.ringward.rules.document.RuleFileItem.SwitchItem;
import io.ringward.rules.problem.ProblemCollector;
import io.ringward.rules.problem.Quoted;
import io.ringward.rules.problem.RuleException;
import io.ringward.rules.problem.RuleProblem;
import io.ringward.rules.yaml.LocatedText;
import io.ringward.rules.yaml.YamlNode;
import io.ringward.rules.yaml.YamlReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Second pass: YAML to the items of a rules file. Reports every item that is not one and goes on
 * with the next.
 */
public final class RuleFileReader {
  /** How many items a file may have. */
  public static final int MOST_ITEMS = 20_000;

  /** How many values a list may name; lists in lists may bring more. */
  public static final int MOST_LIST_ITEMS = 65_536;

  private static final int MOST_TAGS = 64;
  private static final List<String> RULE_KEYS =
      Stream.concat(
              Stream.of(
                  "rule",
                  "condition",
                  "desc",
                  "output",
                  "priority",
                  "tags",
                  "enabled",
                  "source",
                  "warn_evttypes",
                  "skip-if-unknown-filter"),
              ActionKeys.KEYS.stream())
          .toList();
  private static final List<String> OTHER_ITEMS =
      List.of("required_engine_version", "required_plugin_versions");
  private static final List<String> NOT_YET = List.of("append", "override");
  private static final List<String> NOT_YET_IN_RULES = List.of("append", "override", "exceptions");

  private final ProblemCollector problems;
  private final List<RuleFileItem> items = new ArrayList<>();

  private RuleFileReader(ProblemCollector problems) {
    this.problems = problems;
  }

  /** Reads a file's text into items, in the order of the file. */
  public static List<RuleFileItem> read(String file, String content, ProblemCollector problems) {
    RuleFileReader reader = new RuleFileReader(problems);
    try {
      YamlReader.read(file, content).forEach(reader::readDocument);
    } catch (RuleException e) {
      e.problems().forEach(problems::add);
    }
    return List.copyOf(reader.items);
  }

  private void readDocument(YamlNode document) {
    if (document instanceof YamlNode.Scalar(LocatedText text) && text.value().isEmpty()) {
      return; // a file of comments alone
    }
    if (!(document instanceof YamlNode.Sequence sequence)) {
      problems.add(
          new RuleProblem.WrongShape(
              document.where(),
              "a rules file",
              "a list of items, each beginning with '- rule:', '- macro:' or '- list:'",
              document.shape()));
      return;
    }
    if (sequence.items().size() > MOST_ITEMS) {
      problems.add(
          new RuleProblem.LimitExceeded(document.where(), "items in a rules file", MOST_ITEMS));
      return;
    }
    for (YamlNode item : sequence.items()) {
      if (problems.isFull()) {
        return;
      }
      if (item instanceof YamlNode.Mapping mapping) {
        readItem(mapping);
      } else {
        problems.add(
            new RuleProblem.WrongShape(
                item.where(), "an item", "a mapping such as '- rule: name'", item.shape()));
      }
    }
  }

  private void readItem(YamlNode.Mapping mapping) {
    List<String> keys =
        mapping.entries().stream()
            .map(YamlNode.Entry::key)
            .filter(YamlNode.Scalar.class::isInstance)
            .map(key -> ((YamlNode.Scalar) key).text().value())
            .toList();
    if (keys.contains("rule")) {
      readRule(mapping);
    } else if (keys.contains("macro")) {
      readMacro(mapping);
    } else if (keys.contains("list")) {
      readList(mapping);
    } else if (keys.stream().anyMatch(OTHER_ITEMS::contains)) {
      readRequirement(mapping);
    } else {
      problems.add(
          new RuleProblem.Syntax(
              mapping.where(),
              "an item with the key 'rule', 'macro', 'list' or 'required_engine_version'",
              keys.isEmpty() ? "one without a key" : "the keys " + shortened(keys)));
    }
  }

  private void readRule(YamlNode.Mapping mapping) {
    ItemKeys keys = new ItemKeys("rule", mapping, RULE_KEYS, NOT_YET_IN_RULES, problems);
    Optional<LocatedText> name = keys.name();
    if (keys.has("enabled") && !keys.has("condition") && mapping.entries().size() == 2) {
      boolean enabled = keys.flag("enabled", true);
      name.ifPresent(text -> items.add(new SwitchItem(text, enabled)));
      return;
    }
    Optional<LocatedText> condition = keys.required("condition", "");
    Optional<LocatedText> output = keys.required("output", "what an alert says");
    Optional<String> description = keys.required("desc", "").map(LocatedText::value);
    Optional<Priority> priority = priority(keys);
    List<String> tags =
        keys.texts("tags", MOST_TAGS).orElse(List.of()).stream().map(LocatedText::value).toList();
    boolean enabled = keys.flag("enabled", true);
    keys.text("source")
        .filter(source -> !source.value().equals("syscall"))
        .ifPresent(source -> keys.invalid("source", source, "syscall, the only source there is"));
    Leniency leniency =
        new Leniency(!keys.flag("warn_evttypes", true), keys.flag("skip-if-unknown-filter", false));
    Optional<ActionRequest> action = new ActionKeys(keys).read();
    if (name.isPresent()) {
      // What is missing was reported, so no such rule is ever made; but later passes shall look at
      // the rest of it too, to tell all problems at once.
      items.add(
          new RuleItem(
              name.get(),
              condition.orElseGet(() -> name.get().blank()),
              output.orElseGet(() -> name.get().blank()),
              description.orElse(""),
              priority.orElse(Priority.DEBUG),
              tags,
              enabled,
              action.orElseGet(ActionRequest.Alert::new),
              leniency));
    }
  }

  private Optional<Priority> priority(ItemKeys keys) {
    Optional<LocatedText> text = keys.required("priority", "one of " + priorities());
    return text.flatMap(found -> {
      String upper = found.value().toUpperCase(Locale.ROOT);
      Optional<Priority> priority =
          Arrays.stream(Priority.values())
              .filter(each -> each.name().equals(upper) || isInfo(each, upper))
              .findFirst();
      if (priority.isEmpty()) {
        keys.invalid("priority", found, "one of " + priorities());
      }
      return priority;
    });
  }

  private static boolean isInfo(Priority priority, String upper) {
    return priority == Priority.INFORMATIONAL && upper.equals("INFO");
  }

  private static String priorities() {
    return String.join(", ", Arrays.stream(Priority.values()).map(Priority::label).toList());
  }

  private void readMacro(YamlNode.Mapping mapping) {
    ItemKeys keys =
        new ItemKeys("macro", mapping, List.of("macro", "condition"), NOT_YET, problems);
    Optional<LocatedText> name = keys.name();
    Optional<LocatedText> condition = keys.required("condition", "");
    name.ifPresent(text -> items.add(new MacroItem(text, condition.orElseGet(() -> text.blank()))));
  }

  private void readList(YamlNode.Mapping mapping) {
    ItemKeys keys = new ItemKeys("list", mapping, List.of("list", "items"), NOT_YET, problems);
    Optional<LocatedText> name = keys.name();
    if (!keys.has("items")) {
      keys.required("items", "values in brackets, such as [a, b]");
    }
    List<LocatedText> values = keys.texts("items", MOST_LIST_ITEMS).orElse(List.of());
    name.ifPresent(text -> items.add(new ListItem(text, values)));
  }

  /** Falco's engine versions say nothing about this engine, but files that name one are welcome. */
  private void readRequirement(YamlNode.Mapping mapping) {
    ItemKeys keys =
        new ItemKeys(
            "required_engine_version",
            mapping,
            List.of("required_engine_version"),
            List.of("required_plugin_versions"),
            problems);
    Consumer<LocatedText> check =
        found -> {
          if (!found.value().matches("[0-9]{1,9}(\\.[0-9]{1,9}){0,2}")) {
            keys.invalid("required_engine_version", found, "a version such as 26 or 0.31.0");
          }
        };
    keys.text("required_engine_version").ifPresent(check);
  }

  private static String shortened(List<String> keys) {
    return Quoted.of(String.join(", ", keys));
  }
}
