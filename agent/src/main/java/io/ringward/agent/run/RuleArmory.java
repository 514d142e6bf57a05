/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.run;

import io.ringward.agent.config.AgentConfiguration;
import io.ringward.agent.control.ControlException;
import io.ringward.agent.control.ControlException.Code;
import io.ringward.agent.rule.RuleFiles;
import io.ringward.kernel.ControlItem;
import io.ringward.kernel.ControlItem.RuleText;
import io.ringward.kernel.EventFeed;
import io.ringward.rules.FileInterest;
import io.ringward.rules.RuleSource;
import io.ringward.rules.problem.RuleException;
import java.util.List;
import java.util.function.LongSupplier;

/** The rules in force, and how they are replaced while the agent runs. Thread-safe. */
final class RuleArmory {
  private final RuleFiles files;
  private final EventFeed feed;
  private final InlineDesk inline;
  private final ActDemand demand;
  private final LongSupplier boottimeNanos;
  private final FileWishBoard wishes;
  private volatile int count;
  private volatile List<RuleText> texts;

  RuleArmory(
      AgentConfiguration configuration,
      RuleFiles.Checked checked,
      EventFeed feed,
      InlineDesk inline,
      ActDemand demand,
      LongSupplier boottimeNanos,
      FileWishBoard wishes) {
    this.files = new RuleFiles(configuration.starterRules(), configuration.ruleFiles());
    this.feed = feed;
    this.inline = inline;
    this.demand = demand;
    this.boottimeNanos = boottimeNanos;
    this.wishes = wishes;
    this.count = count(checked);
    this.texts = checked.texts();
    demand.rulesAre(checked.compilation().rules());
    wishes.ofRules(FileInterest.of(checked.compilation().rules()));
  }

  /** The rule files in force, whose macros and lists an operator's condition may name. */
  List<RuleSource> sources() {
    return texts.stream().map(text -> RuleSource.text(text.name(), text.text())).toList();
  }

  /** How many rules are in force. */
  int count() {
    return count;
  }

  /**
   * Reads the files again and sends them into the loop.
   *
   * @return one line for people
   * @throws ControlException when anything is wrong with them: those in force stay
   */
  synchronized String reload() throws ControlException {
    RuleFiles.Checked checked;
    try {
      checked = files.read();
    } catch (RuleException e) {
      throw new ControlException(
          Code.FAILED, "the rules in force stay, the files cannot be used:\n" + e.getMessage());
    }
    if (!feed.submit(new ControlItem.RulesReplaced(boottimeNanos.getAsLong(), checked.texts()))) {
      throw new ControlException(
          Code.BUSY, "the loop's queue is full, the rules in force stay: try again in a moment");
    }
    count = count(checked);
    texts = checked.texts();
    inline.replace(checked.compilation().rules());
    demand.rulesAre(checked.compilation().rules());
    wishes.ofRules(FileInterest.of(checked.compilation().rules()));
    return count + " rules in force, from " + checked.texts().size() + " files";
  }

  private static int count(RuleFiles.Checked checked) {
    return checked.compilation().rules().rules().size();
  }
}
