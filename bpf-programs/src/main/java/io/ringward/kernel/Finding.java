/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.kernel;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Something that a rule or a model noticed about a process. It proposes; what is done is decided
 * elsewhere.
 *
 * @param source rule or model
 * @param detector the rule's or the model's name
 * @param priority how urgent
 * @param kernelTimeNanos of the event that caused it, or of the end of its window
 * @param process whom it is about
 * @param ancestry its ancestors, parent first
 * @param summary one line for people: a rule's output, a model's sentence
 * @param score 0 to 1; a rule's finding has 1
 * @param drivers what drove the score, strongest first; empty for rules
 * @param proposal what the rule or the model asks for; empty means alert only
 * @param tags MITRE ATT&CK and others
 */
public record Finding(
    Source source,
    String detector,
    Priority priority,
    long kernelTimeNanos,
    ProcessInfo process,
    List<ProcessInfo> ancestry,
    String summary,
    double score,
    List<FeatureContribution> drivers,
    Optional<Proposal> proposal,
    List<String> tags) {
  /** The tag of a finding made while events were being lost: it may have seen too little. */
  public static final String DEGRADED = "degraded";

  public Finding {
    Objects.requireNonNull(source);
    Objects.requireNonNull(detector);
    Objects.requireNonNull(priority);
    Objects.requireNonNull(process);
    Objects.requireNonNull(summary);
    Objects.requireNonNull(proposal);
    ancestry = List.copyOf(ancestry);
    drivers = List.copyOf(drivers);
    tags = List.copyOf(tags);
    if (!(score >= 0 && score <= 1)) {
      throw new IllegalArgumentException("a score is 0 to 1, not " + score);
    }
  }

  /** Whether events were being lost when it was made. */
  public boolean degraded() {
    return tags.contains(DEGRADED);
  }

  /** Who found it. */
  public enum Source {
    RULE,
    MODEL;

    /** The metric label. */
    public String label() {
      return this == RULE ? "rule" : "model";
    }
  }

  /**
   * What a finding asks for.
   *
   * @param action from {@link Action#WATCH} up
   * @param durationNanos how long, over 0
   * @param rate for {@link Action#THROTTLE}, and only for it
   */
  public record Proposal(
      Action action, Set<Operation> operations, long durationNanos, Optional<TokenRate> rate) {
    public Proposal {
      operations = Set.copyOf(operations);
      Objects.requireNonNull(rate);
      if (action == Action.OBSERVE || durationNanos <= 0 || operations.isEmpty()) {
        throw new IllegalArgumentException(
            "a proposal has an action over observe, a duration and an operation");
      }
      if ((action == Action.THROTTLE) != rate.isPresent()) {
        throw new IllegalArgumentException("a throttle has a rate, and nothing else has");
      }
    }
  }
}
