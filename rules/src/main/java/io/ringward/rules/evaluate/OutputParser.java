/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules.evaluate;

import io.ringward.rules.evaluate.OutputTemplate.Segment;
import io.ringward.rules.predicate.FieldResolver;
import io.ringward.rules.predicate.FieldUse;
import io.ringward.rules.problem.ProblemCollector;
import io.ringward.rules.problem.Quoted;
import io.ringward.rules.problem.RuleProblem;
import io.ringward.rules.syntax.NotYet;
import io.ringward.rules.yaml.LocatedText;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads outputs: text with {@code %field} and {@code %field[argument]} in it, {@code %%} for a
 * percent sign.
 */
public final class OutputParser {
  /** How many fields an output may name. */
  public static final int MOST_FIELDS = 256;

  private final LocatedText source;
  private final String text;
  private final ProblemCollector problems;
  private final FieldResolver fields;
  private final List<Segment> segments = new ArrayList<>();
  private final StringBuilder literal = new StringBuilder();
  private int at;

  private OutputParser(LocatedText source, ProblemCollector problems) {
    this.source = source;
    this.text = source.value();
    this.problems = problems;
    this.fields = new FieldResolver(problems);
  }

  /** Reads an output; what is wrong with it goes to the collector. */
  public static OutputTemplate parse(LocatedText source, ProblemCollector problems) {
    return new OutputParser(source, problems).template();
  }

  private OutputTemplate template() {
    while (at < text.length()) {
      char character = text.charAt(at);
      if (character != '%') {
        literal.append(character);
        at++;
      } else if (text.startsWith("%%", at)) {
        literal.append('%');
        at += 2;
      } else {
        field();
      }
    }
    endLiteral();
    if (segments.size() > 2 * MOST_FIELDS + 1) {
      problems.add(
          new RuleProblem.LimitExceeded(source.start(), "fields in an output", MOST_FIELDS));
    }
    return new OutputTemplate(segments);
  }

  private void field() {
    int sign = at++;
    String name = name();
    if (name.isEmpty()) {
      String found =
          at == text.length()
              ? "the end of the output"
              : Quoted.of(Character.toString(text.codePointAt(at)));
      problems.add(
          new RuleProblem.Syntax(
              source.position(sign),
              "the name of a field after '%', such as %proc.name (write %% for a percent sign)",
              found));
      return;
    }
    if (at < text.length() && text.charAt(at) == '(' && NotYet.transformer(name)) {
      problems.add(
          new RuleProblem.Unsupported(
              source.position(sign), "the transformer " + Quoted.of(name), List.of()));
      return;
    }
    if (at < text.length() && text.charAt(at) == '[' && text.indexOf(']', at) < 0) {
      problems.add(
          new RuleProblem.Syntax(
              source.position(at), "']' after the argument of a field", "the end of the output"));
      return;
    }
    Optional<String> argument = argument();
    Optional<FieldUse> use = fields.resolve(name, argument, () -> source.position(sign + 1));
    if (use.isPresent() && use.get().anyAncestor()) {
      problems.add(
          new RuleProblem.Contradiction(
              source.position(sign + 1),
              Quoted.of(name)
                  + " in an output needs a number in brackets: %"
                  + name
                  + "[2] is the grandparent's"));
      return;
    }
    use.ifPresent(found -> {
      endLiteral();
      segments.add(new Segment.Value(found));
    });
  }

  /** All that looks like a name, but for full stops that end a sentence. */
  private String name() {
    int start = at;
    while (at < text.length() && isNamePart(text.charAt(at))) {
      at++;
    }
    while (at > start && text.charAt(at - 1) == '.') {
      at--;
    }
    return text.substring(start, at);
  }

  private Optional<String> argument() {
    if (at == text.length() || text.charAt(at) != '[') {
      return Optional.empty();
    }
    int close = text.indexOf(']', at);
    String argument = text.substring(at + 1, close);
    at = close + 1;
    return Optional.of(argument);
  }

  private void endLiteral() {
    if (!literal.isEmpty()) {
      segments.add(new Segment.Literal(literal.toString()));
      literal.setLength(0);
    }
  }

  private static boolean isNamePart(char character) {
    return (character >= 'a' && character <= 'z')
        || (character >= 'A' && character <= 'Z')
        || (character >= '0' && character <= '9')
        || character == '_'
        || character == '.';
  }
}
