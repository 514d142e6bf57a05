/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules.syntax;

import io.ringward.rules.problem.Quoted;
import io.ringward.rules.problem.RuleProblem;
import io.ringward.rules.syntax.Condition.Span;
import io.ringward.rules.syntax.Token.Kind;
import io.ringward.rules.yaml.LocatedText;

/**
 * Cuts a condition into tokens. The language has three vocabularies, and only the parser knows
 * which one applies: {@link #next} reads structure, {@link #value} reads what follows an operator
 * (where {@code /bin/sh}, {@code *} and {@code a-b} are values), {@link #argument} what stands in
 * brackets. The character classes are those of Falco's grammar (falcosecurity/libs,
 * userspace/libsinsp/filter/parser.h).
 */
final class Lexer {
  private final LocatedText source;
  private final String text;
  private int at;

  Lexer(LocatedText source) {
    this.source = source;
    this.text = source.value();
  }

  /** Reads a word, a sign or a parenthesis. */
  Token next() throws SyntaxException {
    skipBlanks();
    int start = at;
    if (at == text.length()) {
      return new Token(Kind.END, "", new Span(at, at));
    }
    char first = text.charAt(at);
    if (isLetter(first)) {
      while (at < text.length() && isWordPart(at)) {
        at++;
      }
      return token(Kind.WORD, start);
    }
    at++;
    return switch (first) {
      case '(' -> token(Kind.OPEN, start);
      case ')' -> token(Kind.CLOSE, start);
      case ',' -> token(Kind.COMMA, start);
      case '=', '<', '>', '!' -> {
        if (at < text.length() && text.charAt(at) == '=') {
          at++;
        }
        yield token(Kind.SIGN, start);
      }
      default -> {
        at = start;
        throw unexpected("a field, a macro, 'not', 'and', 'or' or a parenthesis");
      }
    };
  }

  /** Reads the bracket of a field's argument, if one follows at once. */
  boolean opensArgument() {
    if (at < text.length() && text.charAt(at) == '[') {
      at++;
      return true;
    }
    return false;
  }

  /** Reads a field's argument and its closing bracket. */
  Condition.Value argument() throws SyntaxException {
    Token token = at < text.length() && isQuote(text.charAt(at)) ? quoted() : bareArgument();
    if (at == text.length() || text.charAt(at) != ']') {
      throw unexpected("']' after the argument of a field");
    }
    at++;
    return new Condition.Value(token.text(), token.is(Kind.QUOTED), token.span());
  }

  /** Reads a value, or a parenthesis, a comma or the end, whichever comes. */
  Token value() throws SyntaxException {
    skipBlanks();
    if (at == text.length()) {
      return new Token(Kind.END, "", new Span(at, at));
    }
    char first = text.charAt(at);
    int start = at;
    if (isQuote(first)) {
      return quoted();
    }
    if (isBarePart(first)) {
      while (at < text.length() && isBarePart(text.charAt(at))) {
        at++;
      }
      return token(Kind.BARE, start);
    }
    return next();
  }

  /** Where a span begins, as people find it. */
  SyntaxException problem(Span span, String expected, String found) {
    return new SyntaxException(
        new RuleProblem.Syntax(source.position(span.start()), expected, found));
  }

  private Token bareArgument() throws SyntaxException {
    int start = at;
    while (at < text.length()
        && text.charAt(at) != '['
        && text.charAt(at) != ']'
        && !isQuote(text.charAt(at))
        && !isBlank(text.charAt(at))) {
      at++;
    }
    if (at == start) {
      throw unexpected("the argument of a field, such as [1]");
    }
    return token(Kind.BARE, start);
  }

  private Token quoted() throws SyntaxException {
    int start = at;
    char quote = text.charAt(at++);
    StringBuilder meaning = new StringBuilder();
    while (at < text.length()) {
      char character = text.charAt(at);
      if (character == quote) {
        at++;
        return new Token(Kind.QUOTED, meaning.toString(), new Span(start, at));
      }
      if (character == '\\') {
        meaning.append(escaped(quote));
      } else {
        meaning.append(character);
        at++;
      }
    }
    throw problem(
        new Span(start, at), "a closing " + quote, "the end of the condition after an open quote");
  }

  private char escaped(char quote) throws SyntaxException {
    char kind = at + 1 < text.length() ? text.charAt(at + 1) : '\0';
    char meaning =
        switch (kind) {
          case 'b' -> '\b';
          case 'f' -> '\f';
          case 'n' -> '\n';
          case 'r' -> '\r';
          case 't' -> '\t';
          case '\\', '/' -> kind;
          case '"', '\'' -> kind == quote ? kind : '\0';
          default -> '\0';
        };
    if (meaning == '\0') {
      String found = text.substring(at, Math.min(text.length(), at + 2));
      throw problem(
          new Span(at, at + 2),
          "one of the escapes \\\\ \\/ \\" + quote + " \\n \\t \\r \\b \\f",
          Quoted.of(found));
    }
    at += 2;
    return meaning;
  }

  private SyntaxException unexpected(String expected) {
    String found =
        at == text.length()
            ? "the end of the condition"
            : Quoted.of(Character.toString(text.codePointAt(at)));
    return problem(new Span(at, at), expected, found);
  }

  private Token token(Kind kind, int start) {
    return new Token(kind, text.substring(start, at), new Span(start, at));
  }

  private void skipBlanks() {
    while (at < text.length() && isBlank(text.charAt(at))) {
      at++;
    }
  }

  /** A dot belongs to a word when a letter follows it. */
  private boolean isWordPart(int index) {
    char character = text.charAt(index);
    if (character == '.') {
      return index + 1 < text.length() && isLetter(text.charAt(index + 1));
    }
    return isLetter(character) || character == '_' || (character >= '0' && character <= '9');
  }

  private static boolean isLetter(char character) {
    return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z');
  }

  private static boolean isBarePart(char character) {
    return !isBlank(character)
        && !isQuote(character)
        && character != '('
        && character != ')'
        && character != '='
        && character != ',';
  }

  private static boolean isQuote(char character) {
    return character == '"' || character == '\'';
  }

  private static boolean isBlank(char character) {
    return character == ' ' || (character >= '\t' && character <= '\r') || character == '\b';
  }
}
