/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs;

import io.ringward.decide.Policy;
import io.ringward.decide.Protection;
import io.ringward.jobs.memory.Capacities;
import io.ringward.jobs.memory.StateExchange;
import io.ringward.kernel.ControlItem.RuleText;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * How to run a {@link HostJob}. Begin with {@link #of} and change what differs.
 *
 * @param ports where the ports are registered, see {@link io.ringward.kernel.HostPorts}
 * @param stateDirectory this job's own; made if it is missing, closed to other users
 * @param rules the rule files in order, already checked
 * @param policy how far the guardian may go
 * @param protection whom it never acts on
 * @param checkpointInterval how soon a change of the verdicts in force is in a checkpoint
 * @param modelInterval how often models are, when no verdict changes: they are megabytes
 * @param capacities bounds of the state
 * @param bootId of this boot, or empty to ask the kernel
 * @param seed decides what is random in models and sketches, or empty for this host's own, which is
 *     kept secret in the state directory
 * @param exchange records the loop's state, or replays it
 */
public record HostJobOptions(
    URI ports,
    Path stateDirectory,
    List<RuleText> rules,
    Policy policy,
    Protection protection,
    Duration checkpointInterval,
    Duration modelInterval,
    Capacities capacities,
    Optional<String> bootId,
    Optional<Long> seed,
    StateExchange exchange) {
  public HostJobOptions {
    Objects.requireNonNull(ports);
    Objects.requireNonNull(stateDirectory);
    rules = List.copyOf(rules);
    Objects.requireNonNull(policy);
    Objects.requireNonNull(protection);
    Objects.requireNonNull(capacities);
    Objects.requireNonNull(bootId);
    Objects.requireNonNull(seed);
    Objects.requireNonNull(exchange);
    if (checkpointInterval.toMillis() < 10 || modelInterval.compareTo(checkpointInterval) < 0) {
      throw new IllegalArgumentException(
          "checkpoints are at least 10 ms apart, and models are not saved more often than verdicts:"
              + " not "
              + checkpointInterval
              + " and "
              + modelInterval);
    }
  }

  /** The usual: verdicts are saved within 10 s, models every 5 minutes. */
  public static HostJobOptions of(
      URI ports, Path stateDirectory, List<RuleText> rules, Policy policy, Protection protection) {
    return new HostJobOptions(
        ports,
        stateDirectory,
        rules,
        policy,
        protection,
        Duration.ofSeconds(10),
        Duration.ofMinutes(5),
        Capacities.STANDARD,
        Optional.empty(),
        Optional.empty(),
        StateExchange.NONE);
  }

  /** The same with other intervals. */
  public HostJobOptions withIntervals(Duration checkpointInterval, Duration modelInterval) {
    return new HostJobOptions(
        ports,
        stateDirectory,
        rules,
        policy,
        protection,
        checkpointInterval,
        modelInterval,
        capacities,
        bootId,
        seed,
        exchange);
  }

  /** The same with other bounds. */
  public HostJobOptions withCapacities(Capacities capacities) {
    return new HostJobOptions(
        ports,
        stateDirectory,
        rules,
        policy,
        protection,
        checkpointInterval,
        modelInterval,
        capacities,
        bootId,
        seed,
        exchange);
  }

  /** The same as if in another boot. */
  public HostJobOptions withBootId(String bootId) {
    return new HostJobOptions(
        ports,
        stateDirectory,
        rules,
        policy,
        protection,
        checkpointInterval,
        modelInterval,
        capacities,
        Optional.of(bootId),
        seed,
        exchange);
  }

  /** The same with a given seed: what a replay needs to agree with the live run. */
  public HostJobOptions withSeed(long seed) {
    return new HostJobOptions(
        ports,
        stateDirectory,
        rules,
        policy,
        protection,
        checkpointInterval,
        modelInterval,
        capacities,
        bootId,
        Optional.of(seed),
        exchange);
  }

  /** The same, recorded or replayed. */
  public HostJobOptions withExchange(StateExchange exchange) {
    return new HostJobOptions(
        ports,
        stateDirectory,
        rules,
        policy,
        protection,
        checkpointInterval,
        modelInterval,
        capacities,
        bootId,
        seed,
        exchange);
  }
}
