/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.run;

import io.ringward.agent.control.RuleRow;
import io.ringward.bpf.BpfException;
import io.ringward.kernel.DecisionStanding;
import io.ringward.kernel.DetectorArming;
import io.ringward.kernel.Finding;
import io.ringward.kernel.InlineDimension;
import io.ringward.kernel.InlineRow;
import io.ringward.kernel.InlineRule;
import io.ringward.kernel.InlineTest;
import io.ringward.kernel.InlineValue;
import io.ringward.kernel.Operation;
import io.ringward.kernel.PolicyTable;
import io.ringward.kernel.PolicyTable.Publication;
import io.ringward.kernel.ProgramLeaning;
import io.ringward.rules.Placement;
import io.ringward.rules.Rule;
import io.ringward.rules.RuleAction;
import io.ringward.rules.RuleSet;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the kernel's own rules in step with what the loop obeys: a rule that the disarmer has
 * stopped is taken out, and a program that an operator has called a false positive of a rule is let
 * be by it. Publishes on a thread of its own, since the loop must not wait for the kernel.
 * Thread-safe.
 */
final class InlineDesk implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(InlineDesk.class);

  private final PolicyTable policy;
  private final ExecutorService publisher =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().daemon().name("inline-rules").factory());
  private RuleSet rules = RuleSet.empty();
  private DecisionStanding standing = DecisionStanding.CLEAR;
  private Publication published = new Publication(0, List.of(), Map.of(), Map.of());

  InlineDesk(PolicyTable policy) {
    this.policy = policy;
  }

  /** Puts rules in force in place of all that were. */
  synchronized void replace(RuleSet next) {
    rules = next;
    publish();
  }

  /** Takes what stands between findings and verdicts into account, soon. */
  void onStanding(DecisionStanding now) {
    try {
      publisher.execute(() -> adapt(now));
    } catch (RejectedExecutionException e) {
      LOG.debug("the agent is being closed", e);
    }
  }

  private synchronized void adapt(DecisionStanding now) {
    boolean same =
        stopped(now).equals(stopped(standing)) && now.leanings().equals(standing.leanings());
    standing = now;
    if (!same) {
      publish();
    }
  }

  private static Set<String> stopped(DecisionStanding standing) {
    return standing.stopped().stream()
        .filter(one -> one.source() == Finding.Source.RULE)
        .filter(one -> one.state() != DetectorArming.State.ARMED)
        .map(DetectorArming::detector)
        .collect(Collectors.toSet());
  }

  private void publish() {
    Set<String> stopped = stopped(standing);
    List<InlineRule> inline = new ArrayList<>();
    for (Rule rule : rules.rules()) {
      if (rule.placement() instanceof Placement.Inline(List<InlineRow> rows, _)
          && !stopped.contains(rule.name())) {
        Set<InlineValue> letBe = letBe(rule.name());
        inline.add(
            new InlineRule(
                rule.name(),
                rows.stream().map(row -> without(row, letBe)).toList(),
                false,
                persistNanos(rule)));
      }
    }
    try {
      published = policy.publish(inline);
      published
          .leftOut()
          .forEach((name, why) ->
              LOG.warn("rule '{}' is decided in the stream job alone: {}", name, why));
    } catch (BpfException | IllegalStateException e) {
      LOG.warn("the kernel's rules stay as they were: {}", e.getMessage());
    }
  }

  private static long persistNanos(Rule rule) {
    return rule.action() instanceof RuleAction.Block block && block.persist()
        ? block.lasting().toNanos()
        : 0;
  }

  /** The programs that operators have called false positives of a rule. */
  private Set<InlineValue> letBe(String rule) {
    return standing.leanings().stream()
        .filter(one -> one.detector().equals(rule) && one.leaning() > 0)
        .map(ProgramLeaning::executable)
        .map(file -> new InlineValue.Number(file.inode()))
        .collect(Collectors.toSet());
  }

  private static InlineRow without(InlineRow row, Set<InlineValue> inodes) {
    if (inodes.isEmpty()) {
      return row;
    }
    List<InlineTest> tests = new ArrayList<>();
    Optional<Set<InlineValue>> among = Optional.empty();
    Set<InlineValue> except = new HashSet<>(inodes);
    for (InlineTest test : row.tests()) {
      if (test.dimension() == InlineDimension.INODE) {
        among = test.among();
        except.addAll(test.except());
      } else {
        tests.add(test);
      }
    }
    tests.add(new InlineTest(InlineDimension.INODE, among, except));
    return new InlineRow(row.operations(), tests);
  }

  /** Each rule in force, and where it is decided now. */
  synchronized List<RuleRow> rows() {
    Map<String, Long> hits = policy.hits();
    Set<String> stopped = stopped(standing);
    return rules.rules().stream().map(rule -> row(rule, hits.get(rule.name()), stopped)).toList();
  }

  private RuleRow row(Rule rule, Long hits, Set<String> stopped) {
    String action = rule.action().label();
    String reason = rule.placement().reason();
    if (hits != null) {
      Set<Operation> unasked = published.unasked().getOrDefault(rule.name(), Set.of());
      if (unasked.isEmpty()) {
        return new RuleRow(rule.name(), action, rule.placement().label(), hits, reason);
      }
      return unasked.containsAll(operations(rule))
          ? new RuleRow(rule.name(), action, "stream", -1, noHook(unasked))
          : new RuleRow(
              rule.name(), action, rule.placement().label(), hits, reason + "; " + noHook(unasked));
    }
    if (rule.placement() instanceof Placement.Inline) {
      reason =
          stopped.contains(rule.name())
              ? "the disarmer has stopped it: 'ringward rules rearm' arms it"
              : published.leftOut().getOrDefault(rule.name(), "the kernel did not take it");
    }
    return new RuleRow(rule.name(), action, "stream", -1, reason);
  }

  private static Set<Operation> operations(Rule rule) {
    Set<Operation> operations = EnumSet.noneOf(Operation.class);
    if (rule.placement() instanceof Placement.Inline(List<InlineRow> rows, _)) {
      rows.forEach(row -> operations.addAll(row.operations()));
    }
    return operations;
  }

  private static String noHook(Set<Operation> operations) {
    return "no hook of this kernel can refuse "
        + operations.stream().map(Operation::label).sorted().collect(Collectors.joining(" or "))
        + " before it happens ('ringward doctor' says what would lift it)";
  }

  /** Ends the thread; the rules end with the table. Idempotent. */
  @Override
  public void close() {
    publisher.shutdownNow();
  }
}
