/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import io.ringward.kernel.Action;
import io.ringward.kernel.Operation;
import io.ringward.kernel.Verdict;
import io.ringward.loader.cgroup.CgroupActuator;
import io.ringward.loader.cgroup.CgroupActuator.Result;
import io.ringward.loader.cgroup.ControllerTrial;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is done by the controllers of a subject's own group, where no hook can do it: freezing,
 * holding its use of processors, memory and block devices, and throttling forks on a kernel that
 * cannot refuse them. Thread-safe.
 */
final class ControllerRung implements AutoCloseable {
  /** What controllers alone can hold. */
  private static final List<Operation> LIMITED =
      List.of(Operation.CPU, Operation.MEMORY, Operation.IO);

  private static final Logger LOG = LoggerFactory.getLogger(ControllerRung.class);

  private final CgroupActuator actuator;
  private final boolean forksAreRefused;
  private final ControllerTrial trial;
  private final Map<Operation, String> whyNoLimit = new EnumMap<>(Operation.class);
  private final String whyNoForkLimit;
  private final String whyNoFreezer;

  /**
   * Finds out what works here.
   *
   * @param actuator is closed with this
   */
  ControllerRung(CgroupActuator actuator, RefusalHooks refusals) {
    this.actuator = actuator;
    this.forksAreRefused = refusals.refusable().contains(Operation.FORK);
    this.trial = actuator.trial();
    this.whyNoForkLimit = forksAreRefused ? "not needed" : trial.whyNoForkLimit();
    this.whyNoFreezer = trial.whyNoFreezer();
    LIMITED.forEach(operation -> whyNoLimit.put(operation, trial.whyNoLimit(operation)));
  }

  /** Operations that can be throttled in this way and in no other. */
  Set<Operation> throttleable() {
    Set<Operation> operations = EnumSet.noneOf(Operation.class);
    if (whyNoForkLimit.isEmpty()) {
      operations.add(Operation.FORK);
    }
    whyNoLimit.forEach((operation, why) -> {
      if (why.isEmpty()) {
        operations.add(operation);
      }
    });
    return operations;
  }

  boolean freezes() {
    return whyNoFreezer.isEmpty();
  }

  String whyNoFreezer() {
    return whyNoFreezer;
  }

  /**
   * Does its part of a verdict that is enforced.
   *
   * @param members gives the pids of the subject's live processes
   * @return why the verdict must not be taken for being in force; empty when it is, also when this
   *     has nothing to do with it
   */
  Optional<String> act(Verdict verdict, Supplier<Collection<Integer>> members, long nowNanos) {
    Duration lasting = Duration.ofNanos(Math.max(0, verdict.expiryNanos() - nowNanos));
    boolean forks =
        verdict.action() == Action.THROTTLE
            && verdict.operations().contains(Operation.FORK)
            && !forksAreRefused;
    if (verdict.action() == Action.FREEZE) {
      return done(verdict, actuator.freeze(verdict.id(), members, lasting))
          .map(why -> "it cannot be frozen: " + why);
    }
    if (verdict.action() == Action.THROTTLE) {
      for (Operation operation : LIMITED) {
        if (verdict.operations().contains(operation)) {
          return limit(verdict, operation, members, lasting);
        }
      }
    }
    if (!forks || !whyNoForkLimit.isEmpty()) {
      return Optional.empty();
    }
    Optional<String> why = done(verdict, actuator.throttleForks(verdict.id(), members, lasting));
    if (why.isPresent() && verdict.operations().size() > 1) {
      LOG.info("verdict {} does not throttle forks: {}", verdict.idText(), why.get());
      return Optional.empty();
    }
    return why.map(text -> "its forks cannot be throttled: " + text);
  }

  /** There is one of them in a verdict at most: no two have a unit in common. */
  private Optional<String> limit(
      Verdict verdict,
      Operation operation,
      Supplier<Collection<Integer>> members,
      Duration lasting) {
    String none = whyNoLimit.get(operation);
    Optional<String> why =
        none.isEmpty()
            ? done(
                verdict,
                actuator.throttle(
                    verdict.id(), operation, verdict.rate().orElseThrow(), members, lasting))
            : Optional.of(none);
    if (why.isPresent() && verdict.operations().size() > 1) {
      LOG.warn(
          "verdict {} does not throttle {}: {}", verdict.idText(), operation.label(), why.get());
      return Optional.empty();
    }
    return why.map(text -> "its use of " + operation.label() + " cannot be throttled: " + text);
  }

  private static Optional<String> done(Verdict verdict, Result result) {
    return switch (result) {
      case Result.Done(String what) -> {
        LOG.info("verdict {}: {}", verdict.idText(), what);
        yield Optional.empty();
      }
      case Result.NotPossible(String why) -> Optional.of(why);
    };
  }

  /** Turns back what was done for a verdict. */
  void release(long verdictId) {
    actuator.release(verdictId);
  }

  /** Lets go of what somebody else has set. */
  void check() {
    List<Path> _ = actuator.check(); // It has said so itself.
  }

  /** The ladder with what controllers do put in for what hooks cannot. */
  List<CapabilityRung> complete(List<CapabilityRung> ladder) {
    List<CapabilityRung> rungs = new ArrayList<>();
    for (CapabilityRung rung : ladder) {
      boolean fork = rung.capability().equals("throttle_fork") && !rung.inForce();
      rungs.add(fork ? throttleFork(rung) : rung);
    }
    whyNoLimit.forEach((operation, why) -> rungs.add(limit(operation, why)));
    rungs.add(
        freezes()
            ? new CapabilityRung(
                "freeze",
                "cgroup_freeze",
                true,
                true,
                "a group of our own was frozen; for a subject that has its group to itself",
                "")
            : new CapabilityRung(
                "freeze", "none", false, false, whyNoFreezer, "Linux 5.2 or later, with cgroup2"));
    return rungs;
  }

  private CapabilityRung limit(Operation operation, String why) {
    String capability = "throttle_" + operation.label();
    boolean two = trial.version(operation) == 2;
    String lift =
        "the controller "
            + (operation == Operation.IO ? "io" : operation.label())
            + " in the version 2 hierarchy, enabled in its groups' cgroup.subtree_control";
    if (!why.isEmpty()) {
      return new CapabilityRung(capability, "none", false, false, why, lift);
    }
    return new CapabilityRung(
        capability,
        two ? "cgroup_v2" : "cgroup_v1",
        true,
        two,
        "a group of our own took a limit; for a subject that has its group to itself",
        two ? "" : lift);
  }

  private CapabilityRung throttleFork(CapabilityRung none) {
    return whyNoForkLimit.isEmpty()
        ? new CapabilityRung(
            none.capability(),
            "cgroup_controllers",
            true,
            false,
            "tasks and processor time are limited, of a subject that has its group to itself; "
                + none.why(),
            none.whatWouldLiftIt())
        : new CapabilityRung(
            none.capability(),
            none.rung(),
            false,
            false,
            none.why() + "; " + whyNoForkLimit,
            none.whatWouldLiftIt());
  }

  @Override
  public void close() {
    actuator.close();
  }
}
