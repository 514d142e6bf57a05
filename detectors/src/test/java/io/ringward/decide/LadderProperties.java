/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.decide;

import static io.ringward.decide.Cases.MINUTE;
import static io.ringward.decide.Cases.PROTECTION;
import static io.ringward.decide.Cases.SECOND;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringward.codec.StateBytes;
import io.ringward.decide.Policy.Mode;
import io.ringward.kernel.Action;
import io.ringward.kernel.Feedback;
import io.ringward.kernel.FileIdentity;
import io.ringward.kernel.Finding;
import io.ringward.kernel.ProcessInfo;
import io.ringward.kernel.Verdict;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What no sequence of findings, releases and pauses may ever bring about. */
final class LadderProperties {
  private static final List<ProcessInfo> PROCESSES =
      List.of(
          Cases.INIT,
          Cases.SERVER,
          Cases.AGENT,
          Cases.SHELL,
          Cases.SCANNER,
          Cases.process(102, 0, new FileIdentity(8, 12)));

  /** Something happens after a pause. */
  record Step(long pauseNanos, Finding finding, boolean release) {}

  @Property(tries = 2000)
  void verdictsKeepTheLaw(@ForAll("steps") List<Step> steps, @ForAll("policies") Policy policy) {
    Map<ProcessInfo, SubjectState> states = new HashMap<>();
    long now = 1_000 * SECOND;
    long id = 1;
    for (Step step : steps) {
      now += step.pauseNanos();
      Finding finding = step.finding();
      ProcessInfo process = finding.process();
      SubjectState before = states.getOrDefault(process, SubjectState.NEW);
      Ruling ruling = Ladder.decide(before, finding, policy, PROTECTION, now, id++);
      SubjectState after = ruling.state();
      if (ruling.verdict().isPresent()) {
        check(ruling.verdict().get(), finding, policy, now);
        Verdict verdict = ruling.verdict().get();
        for (Verdict live : before.live(now)) {
          if (live.source().equals(verdict.source())) {
            assertEquals(live.id(), ruling.supersedes().orElseThrow());
            assertTrue(
                verdict.action().compareTo(live.action()) >= 0, "a live one is not weakened");
          }
        }
        if (step.release()) {
          after = Ladder.released(after, verdict.id(), Feedback.NONE, policy, now);
        }
      }
      List<Verdict> live = after.live(now);
      assertTrue(live.size() <= policy.liveVerdicts(), "no more at once than the policy says");
      assertEquals(
          live.size(),
          live.stream().map(Verdict::source).distinct().count(),
          "one verdict for each detector");
      assertTrue(after.sources().size() <= SubjectState.SOURCES);
      states.put(process, after);
    }
    long later = now + 24 * 3600 * SECOND;
    for (int i = 0; i < 20; i++) {
      later += 24 * 3600 * SECOND;
    }
    for (SubjectState state : states.values()) {
      assertTrue(state.live(later).isEmpty(), "every verdict has ended");
      for (SourceState source : state.sources()) {
        assertEquals(Action.OBSERVE, source.decayed(policy, later).level());
      }
      assertTrue(state.isOver(policy, later), "quiet ends everything");
    }
  }

  @Property(tries = 1000)
  void deciderAndLadderKeepTheLawTogether(
      @ForAll("steps") List<Step> steps, @ForAll("policies") Policy policy) throws IOException {
    Decider decider = new Decider(64, policy, PROTECTION, new IncidentBook(16, "t"));
    long now = 1_000 * SECOND;
    List<Long> ids = new ArrayList<>();
    for (Step step : steps) {
      now += step.pauseNanos();
      Ruling ruling = decider.decide(step.finding(), now);
      decider.incident(step.finding(), ruling, ruling.outcome(), now);
      if (ruling.verdict().isPresent()) {
        check(ruling.verdict().get(), step.finding(), policy, now);
        ids.add(ruling.verdict().get().id());
        if (step.release()) {
          assertTrue(decider.release(ruling.verdict().get().id(), Feedback.NONE, now));
        }
      }
      decider.onTick(now);
    }
    assertEquals(ids.size(), ids.stream().distinct().count(), "ids are unique");
    Decider read =
        StateBytes.roundTrip(
            decider, Decider::write, in -> Decider.read(in, 64, policy, PROTECTION, 16, "t"));
    assertEquals(decider.live(now), read.live(now));
    for (Step step : steps) {
      now += step.pauseNanos();
      assertEquals(decider.decide(step.finding(), now), read.decide(step.finding(), now));
    }
  }

  private static void check(Verdict verdict, Finding finding, Policy policy, long now) {
    assertEquals(
        Optional.empty(), PROTECTION.why(finding.process()), "no verdict on the protected");
    assertTrue(
        verdict.subject().toString().endsWith(finding.process().key().toString())
            || verdict.subject().toString().endsWith(Cases.SHELL.key().toString()),
        "about the process or the ancestor that is under a verdict");
    assertEquals(now, verdict.issuedNanos());
    assertTrue(verdict.expiryNanos() > now, "a verdict ends");
    assertTrue(
        verdict.expiryNanos() - now <= policy.longestNanos(), "and not later than the longest");
    assertTrue(verdict.action().compareTo(policy.cap(finding)) <= 0, "not over the cap");
    switch (finding.source()) {
      case RULE -> {
        assertTrue(verdict.action().compareTo(policy.ruleCap()) <= 0);
        assertTrue(verdict.action().compareTo(finding.proposal().get().action()) <= 0);
      }
      case MODEL -> {
        assertTrue(verdict.action().compareTo(policy.modelCap()) <= 0);
        assertTrue(verdict.action().compareTo(Action.BLOCK) <= 0, "a model never kills");
      }
    }
    assertEquals(policy.mode() == Mode.SHADOW, verdict.shadow());
    assertEquals(verdict.action() == Action.THROTTLE, verdict.rate().isPresent());
  }

  @Provide
  Arbitrary<List<Step>> steps() {
    Arbitrary<Finding> findings =
        Combinators.combine(
                Arbitraries.of(Finding.Source.values()),
                Arbitraries.of(PROCESSES),
                Arbitraries.of("a", "b", "c", "d", "e"),
                Arbitraries.of(Action.values()),
                Arbitraries.longs().between(1, 100 * MINUTE))
            .as(Cases::finding);
    Arbitrary<Long> pauses =
        Arbitraries.oneOf(
            Arbitraries.longs().between(0, SECOND / 10),
            Arbitraries.longs().between(0, 20 * SECOND),
            Arbitraries.longs().between(0, 30 * MINUTE));
    return Combinators.combine(
            pauses, findings, Arbitraries.integers().between(0, 9).map(i -> i == 0))
        .as(Step::new)
        .list()
        .ofMaxSize(60);
  }

  @Provide
  Arbitrary<Policy> policies() {
    return Combinators.combine(
            Arbitraries.of(Mode.values()),
            Arbitraries.of(Action.values()),
            Arbitraries.of(Action.OBSERVE, Action.WATCH, Action.THROTTLE, Action.BLOCK),
            Arbitraries.longs().between(SECOND, 60 * MINUTE),
            Arbitraries.integers().between(1, 4),
            Arbitraries.longs().between(0, 5 * SECOND),
            Arbitraries.longs().between(SECOND, 20 * MINUTE),
            Arbitraries.integers().between(1, 4))
        .as((mode, ruleCap, modelCap, longest, strikes, spacing, decay, live) -> {
          Policy standard = Policy.standard(mode);
          return new Policy(
              mode,
              ruleCap,
              modelCap,
              standard.growth(),
              longest,
              strikes,
              spacing,
              decay,
              standard.muteNanos(),
              live,
              standard.escalationRate(),
              standard.enforceable(),
              standard.recoveryNanos(),
              standard.disarm());
        });
  }
}
