/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringward.bpf.BootClock;
import io.ringward.bpf.BpfStatistics;
import io.ringward.kernel.Action;
import io.ringward.kernel.Event;
import io.ringward.kernel.Hook;
import io.ringward.kernel.KernelSample.HookCounters;
import io.ringward.kernel.Operation;
import io.ringward.kernel.Subject;
import io.ringward.kernel.SystemCallNames;
import io.ringward.kernel.Verdict;
import io.ringward.kernel.VerdictTable.Outcome;
import io.ringward.kernel.WireLayouts;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Watches processes of its own in the real kernel: which calls come, in which order, and when. */
final class SyscallWatchTest {
  private static final List<String> KNOWN = List.of("getppid", "openat=ENOENT", "sched_yield");
  private static final SystemCallNames NAMES = SystemCallNames.ofThisMachine();

  private HostKernelFixture fixture;

  @BeforeEach
  void open() throws IOException {
    fixture = new HostKernelFixture(HostKernelFixture.options());
  }

  @AfterEach
  void close() throws IOException {
    if (fixture != null) {
      fixture.close();
    }
  }

  private static Verdict watch(Subject subject) {
    return HostKernelFixture.verdict(subject, Action.WATCH, EnumSet.allOf(Operation.class));
  }

  private static Verdict byOperator(Verdict verdict) {
    return new Verdict(
        verdict.id(),
        verdict.subject(),
        verdict.action(),
        verdict.operations(),
        verdict.rate(),
        verdict.issuedNanos(),
        verdict.expiryNanos(),
        verdict.causeNanos(),
        false,
        "operator",
        "a test");
  }

  private static List<String> known(int times) {
    return Collections.nCopies(times, KNOWN).stream().flatMap(List::stream).toList();
  }

  /**
   * All calls of a thread so far, without what the actor itself does to take and answer commands.
   */
  private List<String> callsOf(int tid) {
    return batchesOf(tid).stream()
        .flatMap(batch -> batch.calls().stream())
        .map(NAMES::text)
        .filter(KNOWN::contains)
        .toList();
  }

  private List<Event.Syscalls> batchesOf(int tid) {
    return fixture.events(Event.Syscalls.class, batch -> batch.header().tid() == tid);
  }

  private void awaitCalls(Actor actor, int times) {
    ActorStage.await(
        times + " rounds of known calls",
        () -> {
          fixture.beat();
          return callsOf(actor.pid()).size() >= KNOWN.size() * times;
        });
  }

  /** Nothing is missing where each batch begins where the one before has ended. */
  private static void assertGapless(List<Event.Syscalls> batches) {
    long next = batches.getFirst().firstSequence();
    for (Event.Syscalls batch : batches) {
      assertEquals(next, batch.firstSequence(), () -> "calls are missing: " + batches);
      next += batch.calls().size();
      assertEquals(
          batch.calls().stream().filter(call -> call.errno() != 0).count(), batch.errors());
      assertTrue(batch.firstNanos() <= batch.header().kernelTimeNanos());
    }
  }

  @Test
  void callsComeInTheirOrderWithTheirErrors() {
    Actor actor = fixture.stage().start();
    Verdict verdict = watch(fixture.tree(actor));
    fixture.apply(verdict);
    actor.ask("calls 400");
    awaitCalls(actor, 400);
    assertEquals(known(400), callsOf(actor.pid()));
    List<Event.Syscalls> batches = batchesOf(actor.pid());
    assertGapless(batches);
    assertEquals(0, batches.getFirst().firstSequence());
    assertEquals(verdict.id(), batches.getFirst().verdictId());
    assertEquals("actor", batches.getFirst().comm());
    long calls = batches.stream().mapToLong(batch -> batch.calls().size()).sum();
    assertEquals(calls, fixture.hits(verdict), "hits of a watch are calls");
  }

  @Test
  void eachThreadHasAnOrderOfItsOwn() {
    Actor actor = fixture.stage().start();
    fixture.apply(watch(fixture.tree(actor)));
    assertEquals("called", actor.ask("threadcalls 4 300"));
    ActorStage.await(
        "the calls of four threads",
        () -> {
          fixture.beat();
          return threadsThatCalled(actor).size() == 4;
        });
    for (int tid : threadsThatCalled(actor)) {
      assertEquals(known(300), callsOf(tid));
      assertGapless(batchesOf(tid));
    }
  }

  private List<Integer> threadsThatCalled(Actor actor) {
    return fixture.by(actor, Event.Syscalls.class).stream()
        .map(batch -> batch.header().tid())
        .distinct()
        .filter(tid -> callsOf(tid).size() == 900)
        .toList();
  }

  @Test
  void childrenOfBeforeAndAfterAreWatched() {
    Actor root = fixture.stage().start();
    Actor before = root.fork();
    Actor stranger = fixture.stage().start();
    fixture.apply(watch(fixture.tree(root)));
    Actor after = before.fork();
    for (Actor actor : List.of(root, before, after, stranger)) {
      actor.ask("calls 50");
    }
    for (Actor actor : List.of(root, before, after)) {
      awaitCalls(actor, 50);
      assertEquals(known(50), callsOf(actor.pid()));
      assertGapless(batchesOf(actor.pid()));
    }
    assertEquals(List.of(), batchesOf(stranger.pid()));
  }

  @Test
  void theLastCallsComeBeforeTheExit() {
    Actor actor = fixture.stage().start();
    fixture.apply(watch(fixture.tree(actor)));
    actor.ask("calls 10");
    actor.ask("exit 7");
    ActorStage.await("the exit", () -> !fixture.by(actor, Event.Exit.class).isEmpty());
    assertEquals(known(10), callsOf(actor.pid()));
    List<Event> all =
        fixture.events().stream()
            .filter(event -> event.header().process().tgid() == actor.pid())
            .toList();
    assertInstanceOf(Event.Exit.class, all.getLast());
  }

  @Test
  void nothingRunsForACallWhileNobodyIsWatched() {
    try (BpfStatistics _ = BpfStatistics.enable()) {
      Actor actor = fixture.stage().start();
      long never = runs();
      actor.ask("calls 100");
      assertEquals(never, runs(), "before the first watch");

      Verdict verdict = watch(fixture.tree(actor));
      fixture.apply(verdict);
      actor.ask("calls 100");
      awaitCalls(actor, 100);
      assertTrue(runs() > never);

      assertTrue(fixture.kernel().verdicts().release(verdict.id()));
      long after = runs();
      int told = batchesOf(actor.pid()).size();
      actor.ask("calls 100");
      assertEquals(after, runs(), "after the release");
      assertEquals(told, batchesOf(actor.pid()).size());

      fixture.apply(watch(fixture.tree(actor)));
      actor.ask("calls 30");
      awaitCalls(actor, 130);
      assertEquals(0, batchesOf(actor.pid()).get(told).firstSequence(), "a new watch counts anew");
    }
  }

  private long runs() {
    return fixture.kernel().programs().get("watch_exit_syscall").runCount();
  }

  @Test
  void aWatchEndsByItself() {
    Actor actor = fixture.stage().start();
    Verdict lasting = watch(fixture.tree(fixture.stage().start()));
    fixture.apply(lasting); // So that the program stays attached.
    Verdict shortly =
        HostKernelFixture.expiring(watch(fixture.tree(actor)), BootClock.nanos() + 700_000_000L);
    fixture.apply(shortly);
    actor.ask("calls 100");
    ActorStage.await(
        "the end of the watch",
        () ->
            fixture.kernel().verdicts().inForce().stream()
                .noneMatch(inForce -> inForce.verdict().id() == shortly.id()));
    fixture.drain();
    int told = batchesOf(actor.pid()).size();
    actor.ask("calls 500");
    actor.ask("exit 0");
    ActorStage.await("the exit", () -> !fixture.by(actor, Event.Exit.class).isEmpty());
    assertEquals(told, batchesOf(actor.pid()).size());
  }

  @Test
  void treesAreBounded() {
    List<Actor> actors = new ArrayList<>();
    for (int i = 0; i <= SyscallWatch.MOST_TREES; i++) {
      actors.add(fixture.stage().start());
    }
    List<Verdict> verdicts =
        actors.stream().map(actor -> byOperator(watch(fixture.tree(actor)))).toList();
    verdicts.subList(0, SyscallWatch.MOST_TREES).forEach(fixture::apply);
    Outcome.Refused refused =
        assertInstanceOf(
            Outcome.Refused.class, fixture.kernel().verdicts().apply(verdicts.getLast()));
    assertTrue(refused.why().contains("watched already"), refused.why());
    assertTrue(fixture.kernel().verdicts().release(verdicts.getFirst().id()));
    fixture.apply(verdicts.getLast());
    actors.getLast().ask("calls 30");
    awaitCalls(actors.getLast(), 30);
  }

  @Test
  void anOperatorsWatchOfACgroupIsRefused() {
    Outcome.Refused refused =
        assertInstanceOf(
            Outcome.Refused.class,
            fixture.kernel().verdicts().apply(byOperator(watch(new Subject.ControlGroup(1)))));
    assertTrue(refused.why().contains("--process"), refused.why());
  }

  /** Nobody reads while more is called than the ring holds. */
  @Test
  void whatIsLostIsCountedAndSeen() {
    Actor actor = fixture.stage().start();
    Verdict verdict = watch(fixture.tree(actor));
    fixture.apply(verdict);
    for (int i = 0; i < 12; i++) {
      fixture.beat();
      actor.ask("calls 30000");
    }
    HookCounters counters = fixture.counters(Hook.SYSCALLS);
    assertTrue(counters.droppedTotal() > 0, () -> "the ring holds it all: " + counters);
    fixture.drain();
    fixture.beat();
    long hits = fixture.hits(verdict);
    assertTrue(fixture.kernel().verdicts().release(verdict.id()));
    fixture.drain();
    HookCounters balance = fixture.counters(Hook.SYSCALLS);
    assertEquals(0, balance.inFlight());
    assertEquals(balance.produced(), balance.delivered() + balance.droppedTotal());
    long next = 0;
    long missing = 0;
    for (Event.Syscalls batch : batchesOf(actor.pid())) {
      missing += batch.firstSequence() - next;
      next = batch.firstSequence() + batch.calls().size();
    }
    long behind = hits - next; // dropped after the last that arrived
    assertTrue(missing > 0 || behind > 0, "a gap is seen");
    long dropped = balance.droppedTotal();
    assertTrue(missing + behind >= dropped, missing + " + " + behind + " of " + balance);
    assertTrue(
        missing + behind <= dropped * WireLayouts.SYSCALLS_SIZE,
        missing + " + " + behind + " of " + balance);
  }
}
