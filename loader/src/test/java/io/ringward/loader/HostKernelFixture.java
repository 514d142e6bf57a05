/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import io.ringward.bpf.BootClock;
import io.ringward.bpf.Capabilities;
import io.ringward.bpf.Cgroup2Mount;
import io.ringward.kernel.Action;
import io.ringward.kernel.ControlItem;
import io.ringward.kernel.Event;
import io.ringward.kernel.EventView;
import io.ringward.kernel.FeedItem;
import io.ringward.kernel.Hook;
import io.ringward.kernel.KernelSample.HookCounters;
import io.ringward.kernel.Operation;
import io.ringward.kernel.ProcessKey;
import io.ringward.kernel.Subject;
import io.ringward.kernel.TokenRate;
import io.ringward.kernel.Verdict;
import io.ringward.kernel.VerdictTable.InForce;
import io.ringward.kernel.VerdictTable.Outcome;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/**
 * The kernel side, opened for one test, with a stage for its processes. The test itself is the
 * consumer of the feed: nothing happens between its calls.
 */
final class HostKernelFixture implements AutoCloseable {
  static final long MINUTE = TimeUnit.MINUTES.toNanos(1);

  private static final AtomicLong NEXT_ID = new AtomicLong(1);

  private final ActorStage stage;
  private final HostKernel kernel;
  private final boolean shared;
  private final List<Event> events = new ArrayList<>();
  private final List<ControlItem> control = new ArrayList<>();

  HostKernelFixture(HostKernelOptions options) throws IOException {
    List<String> missing = Capabilities.ofThisProcess().missingForBpf();
    if (!missing.isEmpty()) {
      System.err.println("skipped: loading BPF needs " + missing + "; run the tests as root");
    }
    Assumptions.assumeTrue(missing.isEmpty(), () -> "loading BPF needs " + missing);
    this.stage = new ActorStage();
    this.shared = false;
    try {
      this.kernel = HostKernel.open(options.withRuntimeDirectory(stage.directory()));
    } catch (RuntimeException e) {
      stage.close();
      throw e;
    }
    kernel.verdicts().beat();
  }

  private HostKernelFixture(HostKernel kernel) throws IOException {
    this.stage = new ActorStage();
    this.kernel = kernel;
    this.shared = true;
    drain();
    events.clear();
    control.clear();
    kernel.verdicts().beat();
  }

  /**
   * Another over the same kernel side, with a stage of its own, for the next test: to open one
   * costs an emulator seconds. What is in force ends with it; the kernel side ends with this one.
   */
  HostKernelFixture forOneTest() throws IOException {
    return new HostKernelFixture(kernel);
  }

  /**
   * As a host would run it, without sensors that these tests do not look at and that are slow to
   * detach, or to load in an emulator.
   */
  static HostKernelOptions options() {
    return HostKernelOptions.defaults().withSensors(false).withPerformance(Set.of());
  }

  /** Enforcing. */
  static HostKernelFixture enforcing() throws IOException {
    return new HostKernelFixture(options().withEnforce(true));
  }

  /** Whether a capability stands on a hook that refuses before the operation happens. */
  static boolean refusesByHook(HostKernel kernel, String capability) {
    return kernel.rungs().stream()
        .filter(rung -> rung.capability().equals(capability))
        .anyMatch(rung -> rung.rung().equals("lsm") || rung.rung().equals("fmod_ret"));
  }

  static Path cgroupMount() {
    return Cgroup2Mount.find().orElseThrow().path();
  }

  ActorStage stage() {
    return stage;
  }

  HostKernel kernel() {
    return kernel;
  }

  ProcessKey key(Actor actor) {
    return kernel.findProcess(actor.pid()).orElseThrow();
  }

  Subject tree(Actor root) {
    return new Subject.ProcessTree(key(root));
  }

  // ---- verdicts

  static Verdict verdict(Subject subject, Action action, Set<Operation> operations) {
    long now = BootClock.nanos();
    return new Verdict(
        NEXT_ID.getAndIncrement(),
        subject,
        action,
        operations,
        Optional.empty(),
        now,
        now + MINUTE,
        now,
        false,
        "test",
        "a test");
  }

  static Verdict block(Subject subject) {
    return verdict(subject, Action.BLOCK, EnumSet.of(Operation.CONNECT, Operation.BIND));
  }

  static Verdict kill(Subject subject) {
    return verdict(subject, Action.KILL, EnumSet.allOf(Operation.class));
  }

  /** A bucket that holds so many tokens and gives no other while a test runs. */
  static Verdict throttle(Subject subject, int burst) {
    long now = BootClock.nanos();
    return new Verdict(
        NEXT_ID.getAndIncrement(),
        subject,
        Action.THROTTLE,
        EnumSet.of(Operation.CONNECT),
        Optional.of(new TokenRate(0.0001, burst)),
        now,
        now + MINUTE,
        now,
        false,
        "test",
        "a test");
  }

  static Verdict expiring(Verdict verdict, long expiryNanos) {
    return changed(verdict, expiryNanos, verdict.shadow());
  }

  static Verdict shadow(Verdict verdict) {
    return changed(verdict, verdict.expiryNanos(), true);
  }

  private static Verdict changed(Verdict verdict, long expiryNanos, boolean shadow) {
    return new Verdict(
        verdict.id(),
        verdict.subject(),
        verdict.action(),
        verdict.operations(),
        verdict.rate(),
        verdict.issuedNanos(),
        expiryNanos,
        verdict.causeNanos(),
        shadow,
        verdict.source(),
        verdict.reason());
  }

  /** Applies with a fresh heartbeat, and expects it to be in force. */
  Outcome.Applied apply(Verdict verdict) {
    beat();
    Outcome outcome = kernel.verdicts().apply(verdict);
    return Assertions.assertInstanceOf(Outcome.Applied.class, outcome, outcome::toString);
  }

  void beat() {
    kernel.verdicts().beat();
  }

  long hits(Verdict verdict) {
    return kernel.verdicts().inForce().stream()
        .filter(inForce -> inForce.verdict().id() == verdict.id())
        .mapToLong(InForce::hits)
        .findFirst()
        .orElseThrow();
  }

  // ---- events

  /** Takes all that is in the feed now. */
  void drain() {
    while (kernel.feed().poll(this::keep, 4096) > 0) {}
  }

  private void keep(FeedItem item) {
    switch (item) {
      case EventView view -> events.add(view.toEvent());
      case ControlItem other -> control.add(other);
    }
  }

  /** All events so far, in the order of the feed. */
  List<Event> events() {
    drain();
    return List.copyOf(events);
  }

  List<ControlItem> control() {
    drain();
    return List.copyOf(control);
  }

  /** Those of a kind by a process, in order. */
  <E extends Event> List<E> events(Class<E> kind, Predicate<E> which) {
    return events().stream().filter(kind::isInstance).map(kind::cast).filter(which).toList();
  }

  <E extends Event> List<E> by(Actor actor, Class<E> kind) {
    return events(kind, event -> event.header().process().tgid() == actor.pid());
  }

  /** Waits for the one event that an operation must have made. */
  <E extends Event> E only(String what, Class<E> kind, Predicate<E> which) {
    ActorStage.await(what, () -> !events(kind, which).isEmpty());
    List<E> found = events(kind, which);
    Assertions.assertEquals(1, found.size(), () -> what + ": " + found);
    return found.getFirst();
  }

  HookCounters counters(Hook hook) {
    return kernel.samples().read().hooks().get(hook.ordinal());
  }

  @Override
  public void close() throws IOException {
    try {
      if (shared) {
        kernel.verdicts().inForce().forEach(one -> kernel.verdicts().release(one.verdict().id()));
        kernel.files().want(List.of());
        kernel.sensors().want(Set.of());
      } else {
        kernel.close();
      }
    } finally {
      stage.close();
    }
  }
}
