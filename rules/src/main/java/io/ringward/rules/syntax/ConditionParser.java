/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules.syntax;

import io.ringward.rules.problem.ProblemCollector;
import io.ringward.rules.problem.RuleProblem;
import io.ringward.rules.syntax.Condition.FieldReference;
import io.ringward.rules.syntax.Condition.Span;
import io.ringward.rules.syntax.Condition.Value;
import io.ringward.rules.syntax.Token.Kind;
import io.ringward.rules.yaml.LocatedText;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Third pass: a condition's text to its tree, by recursive descent with counted depth.
 *
 * <pre>
 * or     = and { "or" and }
 * and    = not { "and" not }
 * not    = "not" not | "(" or ")" | field test | macro
 * field  = name [ "[" argument "]" ]
 * test   = "exists" | "in" ( "(" [ value { "," value } ] ")" | list ) | operator value
 * </pre>
 */
public final class ConditionParser {
  /** How deep parentheses and {@code not} may nest, as in Falco. */
  public static final int MOST_DEPTH = 100;

  private static final String TEST = "a field such as proc.name, a macro, 'not' or '('";

  private final LocatedText source;
  private final Lexer lexer;
  private Token token;
  private int depth;

  private ConditionParser(LocatedText source) {
    this.source = source;
    this.lexer = new Lexer(source);
  }

  /** Parses a condition; what is wrong with it goes to the collector. */
  public static Optional<Condition> parse(LocatedText source, ProblemCollector problems) {
    try {
      return Optional.of(new ConditionParser(source).condition());
    } catch (SyntaxException e) {
      problems.add(e.problem());
      return Optional.empty();
    }
  }

  private Condition condition() throws SyntaxException {
    token = lexer.next();
    Condition condition = or();
    if (!token.is(Kind.END)) {
      throw expected("'and', 'or' or the end of the condition");
    }
    return condition;
  }

  private Condition or() throws SyntaxException {
    Condition first = and();
    if (!token.isWord("or")) {
      return first;
    }
    List<Condition> operands = new ArrayList<>(List.of(first));
    while (token.isWord("or")) {
      token = lexer.next();
      operands.add(and());
    }
    return new Condition.Or(operands, first.span().to(operands.getLast().span()));
  }

  private Condition and() throws SyntaxException {
    Condition first = not();
    if (!token.isWord("and")) {
      return first;
    }
    List<Condition> operands = new ArrayList<>(List.of(first));
    while (token.isWord("and")) {
      token = lexer.next();
      operands.add(not());
    }
    return new Condition.And(operands, first.span().to(operands.getLast().span()));
  }

  private Condition not() throws SyntaxException {
    Token first = token;
    if (first.isWord("not")) {
      deeper(first);
      token = lexer.next();
      Condition operand = not();
      depth--;
      return new Condition.Not(operand, first.span().to(operand.span()));
    }
    if (first.is(Kind.OPEN)) {
      deeper(first);
      token = lexer.next();
      Condition inner = or();
      if (!token.is(Kind.CLOSE)) {
        throw expected("'and', 'or' or ')'");
      }
      token = lexer.next();
      depth--;
      return inner;
    }
    if (!first.is(Kind.WORD) || first.isWord("and") || first.isWord("or")) {
      throw expected(TEST);
    }
    return first.text().indexOf('.') >= 0 ? test(first) : macro(first);
  }

  private void deeper(Token at) throws SyntaxException {
    if (++depth > MOST_DEPTH) {
      throw new SyntaxException(
          new RuleProblem.LimitExceeded(
              source.position(at.span().start()),
              "levels of parentheses and 'not' in a condition",
              MOST_DEPTH));
    }
  }

  private Condition macro(Token name) throws SyntaxException {
    token = lexer.next();
    if (token.is(Kind.OPEN) && NotYet.transformer(name.text())) {
      throw unsupported(name, "the transformer '" + name.text() + "'", List.of());
    }
    return new Condition.MacroReference(name.text(), name.span());
  }

  private Condition test(Token name) throws SyntaxException {
    Optional<Value> argument =
        lexer.opensArgument() ? Optional.of(lexer.argument()) : Optional.empty();
    FieldReference field = new FieldReference(name.text(), argument, name.span());
    Token sign = lexer.next();
    if (sign.is(Kind.WORD) && NotYet.operator(sign.text())) {
      throw unsupported(sign, "the operator '" + sign.text() + "'", Operator.labels());
    }
    boolean candidate = sign.is(Kind.WORD) || sign.is(Kind.SIGN);
    Optional<Operator> operator = candidate ? Operator.named(sign.text()) : Optional.empty();
    if (operator.isEmpty()) {
      token = sign;
      throw expected("an operator (" + String.join(" ", Operator.labels()) + ")");
    }
    return switch (operator.get().operand()) {
      case NONE -> finish(field, operator.get(), sign, new Condition.NoOperand(), sign.span());
      case ONE -> {
        Value value = value("a value");
        yield finish(field, operator.get(), sign, new Condition.OneValue(value), value.span());
      }
      case LIST -> list(field, operator.get(), sign);
    };
  }

  private Condition list(FieldReference field, Operator operator, Token sign)
      throws SyntaxException {
    Token first = lexer.value();
    if (first.is(Kind.BARE)) {
      Value name = new Value(first.text(), false, first.span());
      return finish(field, operator, sign, new Condition.ListName(name), first.span());
    }
    if (!first.is(Kind.OPEN)) {
      token = first;
      throw expected("values in parentheses or the name of a list");
    }
    List<Value> values = new ArrayList<>();
    Token each = lexer.value();
    if (!each.is(Kind.CLOSE)) {
      values.add(value(each, "a value or ')'"));
      each = lexer.next();
      while (each.is(Kind.COMMA)) {
        values.add(value("a value"));
        each = lexer.next();
      }
    }
    if (!each.is(Kind.CLOSE)) {
      token = each;
      throw expected("',' or ')' after a value of a list");
    }
    return finish(field, operator, sign, new Condition.Values(values), each.span());
  }

  private Condition finish(
      FieldReference field, Operator operator, Token sign, Condition.Operand operand, Span end)
      throws SyntaxException {
    token = lexer.next();
    return new Condition.Test(field, operator, sign.span(), operand, field.span().to(end));
  }

  private Value value(String expected) throws SyntaxException {
    return value(lexer.value(), expected);
  }

  private Value value(Token candidate, String expected) throws SyntaxException {
    if (candidate.is(Kind.BARE) || candidate.is(Kind.QUOTED)) {
      return new Value(candidate.text(), candidate.is(Kind.QUOTED), candidate.span());
    }
    token = candidate;
    throw expected(expected);
  }

  private SyntaxException expected(String expected) {
    return lexer.problem(token.span(), expected, token.found());
  }

  private SyntaxException unsupported(Token at, String feature, List<String> supported) {
    return new SyntaxException(
        new RuleProblem.Unsupported(source.position(at.span().start()), feature, supported));
  }
}
