/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules;

import io.ringward.rules.problem.ProblemCollector;
import io.ringward.rules.problem.RuleProblem;
import io.ringward.rules.problem.SourcePosition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.Optional;

/** Gets the text of a source, strictly UTF-8 and of bounded size. */
final class SourceReader {
  /** The largest file. */
  static final int MOST_BYTES = 1 << 20;

  private SourceReader() {}

  static Optional<String> read(RuleSource source, ProblemCollector problems) {
    SourcePosition start = SourcePosition.startOf(source.name());
    byte[] bytes;
    try {
      bytes = source.read(MOST_BYTES + 1);
    } catch (NoSuchFileException _) {
      problems.add(new RuleProblem.Unreadable(start, "there is no such file"));
      return Optional.empty();
    } catch (AccessDeniedException _) {
      problems.add(new RuleProblem.Unreadable(start, "permission denied"));
      return Optional.empty();
    } catch (IOException e) {
      problems.add(new RuleProblem.Unreadable(start, String.valueOf(e.getMessage())));
      return Optional.empty();
    }
    if (bytes.length > MOST_BYTES) {
      problems.add(new RuleProblem.LimitExceeded(start, "bytes in a rules file", MOST_BYTES));
      return Optional.empty();
    }
    return decode(bytes, source.name(), problems);
  }

  private static Optional<String> decode(byte[] bytes, String name, ProblemCollector problems) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    try {
      String text =
          StandardCharsets.UTF_8
              .newDecoder()
              .onMalformedInput(CodingErrorAction.REPORT)
              .onUnmappableCharacter(CodingErrorAction.REPORT)
              .decode(in)
              .toString();
      return Optional.of(text.startsWith("\ufeff") ? text.substring(1) : text);
    } catch (CharacterCodingException _) {
      // The decoder leaves the buffer where the malformed bytes begin.
      String before = new String(bytes, 0, in.position(), StandardCharsets.UTF_8);
      int lineStart = before.lastIndexOf('\n') + 1;
      int line = (int) before.chars().filter(character -> character == '\n').count() + 1;
      int column = before.codePointCount(lineStart, before.length()) + 1;
      problems.add(
          new RuleProblem.Unreadable(
              new SourcePosition(name, line, column), "it is not UTF-8 from here on"));
      return Optional.empty();
    }
  }
}
