/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.rule;

import io.ringward.kernel.ControlItem.RuleText;
import io.ringward.rules.Compilation;
import io.ringward.rules.RuleCompiler;
import io.ringward.rules.RuleSource;
import io.ringward.rules.StarterRules;
import io.ringward.rules.problem.RuleException;
import io.ringward.rules.problem.RuleProblem;
import io.ringward.rules.problem.SourcePosition;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The rule files of a configuration, in order: the starter rules first, when they are wanted, so
 * that the operator's own lists and macros replace theirs. Immutable; the files are read at each
 * use.
 *
 * @param starter whether the rules that ship with Ringward are among them
 * @param files the operator's
 */
public record RuleFiles(boolean starter, List<Path> files) {
  private static final int MOST_BYTES = 8 << 20;

  public RuleFiles {
    files = List.copyOf(files);
  }

  /**
   * What was read, and what the compiler made of exactly that.
   *
   * @param texts as the job takes them
   */
  public record Checked(List<RuleText> texts, Compilation compilation) {}

  /**
   * Compiles the files as they are now.
   *
   * @throws RuleException with everything that is wrong
   */
  public Compilation compile() throws RuleException {
    return RuleCompiler.compile(sources());
  }

  /**
   * Reads the files and compiles what was read, so that nobody can change them in between.
   *
   * @throws RuleException with everything that is wrong
   */
  public Checked read() throws RuleException {
    // The first pass gives unreadable files and broken UTF-8 their positions.
    RuleCompiler.compile(sources());
    List<RuleText> texts = new ArrayList<>();
    for (RuleSource source : sources()) {
      try {
        texts.add(
            new RuleText(
                source.name(), new String(source.read(MOST_BYTES), StandardCharsets.UTF_8)));
      } catch (IOException e) {
        SourcePosition start = SourcePosition.startOf(source.name());
        throw new RuleException(new RuleProblem.Unreadable(start, String.valueOf(e.getMessage())));
      }
    }
    List<RuleSource> read =
        texts.stream().map(text -> RuleSource.text(text.name(), text.text())).toList();
    return new Checked(List.copyOf(texts), RuleCompiler.compile(read));
  }

  private List<RuleSource> sources() {
    List<RuleSource> sources = new ArrayList<>();
    if (starter) {
      sources.add(StarterRules.source());
    }
    files.forEach(file -> sources.add(RuleSource.file(file)));
    return sources;
  }
}
