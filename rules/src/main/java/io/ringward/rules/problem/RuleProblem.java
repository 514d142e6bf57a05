/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules.problem;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** One thing that is wrong with a rules file: where, what was found, and what was expected. */
public sealed interface RuleProblem {
  /** Where it is. */
  SourcePosition where();

  /** One line for people, without the position. */
  String message();

  /** Position and message on one line. */
  default String line() {
    return where() + ": " + message();
  }

  /** A source cannot be read as text. */
  record Unreadable(SourcePosition where, String reason) implements RuleProblem {
    @Override
    public String message() {
      return "cannot be read: " + reason;
    }
  }

  /** The text is not YAML. Nothing after it in the same source is looked at. */
  record YamlSyntax(SourcePosition where, String reason) implements RuleProblem {
    @Override
    public String message() {
      return "not valid YAML: " + reason;
    }
  }

  /**
   * Something is larger than is allowed.
   *
   * @param what the thing that is counted or measured
   * @param limit the most that is allowed
   */
  record LimitExceeded(SourcePosition where, String what, long limit) implements RuleProblem {
    @Override
    public String message() {
      return what + ": at most " + limit;
    }
  }

  /** A part of the file has another YAML shape than it should have. */
  record WrongShape(SourcePosition where, String what, String expected, String found)
      implements RuleProblem {
    @Override
    public String message() {
      return what + " has to be " + expected + ", found " + found;
    }
  }

  /** A key that no item of this kind has. */
  record UnknownKey(
      SourcePosition where, String item, String found, List<String> known, Optional<String> nearest)
      implements RuleProblem {
    public UnknownKey {
      known = List.copyOf(known);
    }

    @Override
    public String message() {
      return "a "
          + item
          + " has no key "
          + Quoted.of(found)
          + suggestion(nearest)
          + "; its keys are "
          + String.join(", ", known);
    }
  }

  /** A key that stands twice in one item. */
  record DuplicateKey(SourcePosition where, String key, int firstLine) implements RuleProblem {
    @Override
    public String message() {
      return "the key " + Quoted.of(key) + " was given on line " + firstLine + " already";
    }
  }

  /** An item lacks a key that it has to have. */
  record MissingKey(SourcePosition where, String item, String key, String hint)
      implements RuleProblem {
    @Override
    public String message() {
      return item + " lacks the key " + Quoted.of(key) + (hint.isEmpty() ? "" : ": " + hint);
    }
  }

  /** A value that its key, or its field, does not take. */
  record InvalidValue(SourcePosition where, String what, String expected, String found)
      implements RuleProblem {
    @Override
    public String message() {
      return what + " expects " + expected + ", found " + Quoted.of(found);
    }
  }

  /** A key or a part of a key that means nothing together with the rest of its item. */
  record Contradiction(SourcePosition where, String reason) implements RuleProblem {
    @Override
    public String message() {
      return reason;
    }
  }

  /** A condition, or an output, does not follow the grammar. */
  record Syntax(SourcePosition where, String expected, String found) implements RuleProblem {
    @Override
    public String message() {
      return "expected " + expected + ", found " + found;
    }
  }

  /** A name that nothing bears. */
  record UnknownName(
      SourcePosition where, NameKind kind, String found, Optional<String> nearest, String note)
      implements RuleProblem {
    @Override
    public String message() {
      return "unknown "
          + kind.label()
          + " "
          + Quoted.of(found)
          + suggestion(nearest)
          + (note.isEmpty() ? "" : "; " + note);
    }
  }

  /** Macros or lists that contain themselves. */
  record Cycle(SourcePosition where, NameKind kind, List<String> path) implements RuleProblem {
    public Cycle {
      path = List.copyOf(path);
    }

    @Override
    public String message() {
      return kind.label()
          + " "
          + Quoted.of(path.getFirst())
          + " contains itself: "
          + path.stream().map(Quoted::abbreviated).collect(Collectors.joining(" -> "));
    }
  }

  /** An operator, or an argument, that a field of this type does not take. */
  record TypeMismatch(
      SourcePosition where, String field, String type, String found, String expected)
      implements RuleProblem {
    @Override
    public String message() {
      return Quoted.of(field) + " (" + type + ") takes " + expected + ", not " + found;
    }
  }

  /** Something of Falco's language that Ringward does not have yet. */
  record Unsupported(SourcePosition where, String feature, Collection<String> supported)
      implements RuleProblem {
    public Unsupported {
      supported = List.copyOf(supported);
    }

    @Override
    public String message() {
      return feature
          + " is not supported yet"
          + (supported.isEmpty() ? "" : "; supported: " + String.join(" ", supported));
    }
  }

  /** What a name may stand for. */
  enum NameKind {
    FIELD("field"),
    MACRO("macro"),
    LIST("list"),
    EVENT_TYPE("event type"),
    RULE("rule");

    private final String label;

    NameKind(String label) {
      this.label = label;
    }

    /** As messages name it. */
    public String label() {
      return label;
    }
  }

  private static String suggestion(Optional<String> nearest) {
    return nearest.map(name -> ", did you mean " + Quoted.of(name) + "?").orElse("");
  }
}
