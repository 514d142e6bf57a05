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
import io.ringward.kernel.DecisionStanding;
import io.ringward.kernel.Feedback;
import io.ringward.kernel.FileIdentity;
import io.ringward.kernel.Finding;
import io.ringward.kernel.ProcessInfo;
import io.ringward.kernel.ProgramLeaning;
import io.ringward.kernel.Verdict;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** What an operator says of a verdict changes what the same source does to the same program. */
final class FeedbackTest {
  private static final Policy POLICY = Policy.standard(Mode.ENFORCE);
  private static final FileIdentity BACKUP = new FileIdentity(3, 33);
  private static final long DAY = 24 * 60 * MINUTE;

  private Decider decider = new Decider(256, POLICY, PROTECTION, new IncidentBook(64, "boot"));
  private long now = 1000 * SECOND;
  private int pid = 1000;

  /** Another run of the program each time: what is learned is about the program. */
  private ProcessInfo run(FileIdentity file) {
    return Cases.process(pid++, 1000, file);
  }

  private Ruling model(double score) {
    now += SECOND;
    Finding like = Cases.model(run(BACKUP), "connect-scan", Action.THROTTLE);
    return decider.decide(
        new Finding(
            like.source(),
            like.detector(),
            like.priority(),
            like.kernelTimeNanos(),
            like.process(),
            like.ancestry(),
            like.summary(),
            score,
            like.drivers(),
            like.proposal(),
            like.tags()),
        now);
  }

  private Ruling rule(Action asks) {
    now += SECOND;
    return decider.decide(Cases.rule(run(BACKUP), "no shells", asks, MINUTE), now);
  }

  private void say(Verdict verdict, Feedback feedback) {
    assertTrue(decider.release(verdict.id(), feedback, now));
  }

  private DecisionStanding standing() {
    return decider.takeStanding(now).orElseThrow();
  }

  @Test
  void aFalsePositiveRaisesWhatAModelNeedsAndAWeekTakesAStepOff() {
    say(model(0.7).verdict().orElseThrow(), Feedback.FALSE_POSITIVE);
    Ruling after = model(0.7);
    assertTrue(after.verdict().isEmpty());
    assertEquals(
        "alert only: called a false positive on this program before, now a score of 0.75 is needed",
        after.outcome());
    say(model(0.8).verdict().orElseThrow(), Feedback.FALSE_POSITIVE);
    say(model(0.9).verdict().orElseThrow(), Feedback.FALSE_POSITIVE);
    say(model(0.99).verdict().orElseThrow(), Feedback.FALSE_POSITIVE);
    assertTrue(model(0.93).verdict().isEmpty());
    assertTrue(model(0.95).verdict().isPresent(), "bounded: never deaf");
    ProgramLeaning leaning = standing().leanings().getFirst();
    assertEquals(3, leaning.leaning());
    assertEquals(4, leaning.falsePositives());
    assertEquals("/bin/p1000", leaning.program().replaceAll("p\\d+", "p1000"));
    now += 14 * DAY;
    assertTrue(model(0.76).verdict().isPresent(), "two weeks took two steps off");
    now += 7 * DAY;
    assertTrue(model(0.5).verdict().isPresent());
  }

  @Test
  void aFalsePositiveTakesStepsOffWhatARuleGets() {
    say(rule(Action.BLOCK).verdict().orElseThrow(), Feedback.FALSE_POSITIVE);
    Verdict throttle = rule(Action.BLOCK).verdict().orElseThrow();
    assertEquals(Action.THROTTLE, throttle.action());
    say(throttle, Feedback.FALSE_POSITIVE);
    say(rule(Action.BLOCK).verdict().orElseThrow(), Feedback.FALSE_POSITIVE);
    Ruling none = rule(Action.BLOCK);
    assertTrue(none.verdict().isEmpty());
    assertEquals("alert only: called a false positive on this program before", none.outcome());
    assertEquals(Action.THROTTLE, rule(Action.KILL).verdict().orElseThrow().action());
  }

  @Test
  void otherProgramsAndOtherSourcesAreNotTouched() {
    say(model(0.7).verdict().orElseThrow(), Feedback.FALSE_POSITIVE);
    assertEquals(Action.BLOCK, rule(Action.BLOCK).verdict().orElseThrow().action());
    ProcessInfo other = run(new FileIdentity(3, 34));
    assertTrue(
        decider
            .decide(Cases.model(other, "connect-scan", Action.THROTTLE), now)
            .verdict()
            .isPresent());
  }

  @Test
  void aConfirmationLetsAModelBeginHigherAndDoesNotMute() {
    ProcessInfo process = run(BACKUP);
    Finding finding = Cases.model(process, "connect-scan", Action.THROTTLE);
    Verdict throttle = decider.decide(finding, now).verdict().orElseThrow();
    assertEquals(Action.THROTTLE, throttle.action());
    say(throttle, Feedback.CONFIRMED);
    now += SECOND;
    assertEquals(
        Action.BLOCK,
        decider.decide(finding, now).verdict().orElseThrow().action(),
        "at once, on the same process");
    Verdict block = model(0.6).verdict().orElseThrow();
    assertEquals(Action.BLOCK, block.action(), "and on another run of the program");
    say(block, Feedback.CONFIRMED);
    say(model(0.6).verdict().orElseThrow(), Feedback.CONFIRMED);
    assertEquals(Action.BLOCK, model(0.6).verdict().orElseThrow().action(), "never over its cap");
    assertEquals(-2, standing().leanings().getFirst().leaning());
  }

  @Test
  void aConfirmationMakesARulesVerdictLonger() {
    Verdict first = rule(Action.BLOCK).verdict().orElseThrow();
    assertEquals(MINUTE, first.expiryNanos() - first.issuedNanos());
    say(first, Feedback.CONFIRMED);
    Verdict next = rule(Action.BLOCK).verdict().orElseThrow();
    assertEquals(5 * MINUTE, next.expiryNanos() - next.issuedNanos());
    say(next, Feedback.FALSE_POSITIVE);
    Verdict even = rule(Action.BLOCK).verdict().orElseThrow();
    assertEquals(MINUTE, even.expiryNanos() - even.issuedNanos(), "one word outweighs the other");
  }

  @Test
  void aReleaseWithoutAWordTeachesNothing() {
    say(model(0.7).verdict().orElseThrow(), Feedback.NONE);
    assertTrue(standing().leanings().isEmpty());
    assertTrue(model(0.7).verdict().isPresent());
  }

  @Test
  void itIsKeptOverCheckpointsAndBoots() throws IOException {
    say(model(0.7).verdict().orElseThrow(), Feedback.FALSE_POSITIVE);
    decider.onTick(now);
    decider =
        StateBytes.roundTrip(
            decider, Decider::write, in -> Decider.read(in, 256, POLICY, PROTECTION, 64, "boot"));
    assertTrue(model(0.7).verdict().isEmpty());
    now += 3 * DAY;
    decider.onTick(now);
    decider = decider.afterBoot(256, new IncidentBook(64, "next"));
    now = SECOND;
    assertTrue(model(0.7).verdict().isEmpty());
    now += 3 * DAY;
    assertTrue(model(0.7).verdict().isEmpty(), "six days");
    now += 2 * DAY;
    assertTrue(model(0.7).verdict().isPresent(), "eight days, over the boot");
  }

  @Test
  void itIsBounded() throws IOException {
    FeedbackBook book = new FeedbackBook();
    for (int i = 0; i < 5000; i++) {
      book.take("d", new FileIdentity(1, i), "/bin/x", Feedback.FALSE_POSITIVE, now);
    }
    assertEquals(FeedbackBook.CAPACITY, book.leanings(now).size());
    assertEquals(0, book.leaning("d", new FileIdentity(1, 1), now), "the oldest is forgotten");
    assertEquals(1, book.leaning("d", new FileIdentity(1, 4999), now));
    FeedbackBook read = StateBytes.roundTrip(book, FeedbackBook::write, FeedbackBook::read);
    assertEquals(book.leanings(now), read.leanings(now));
    for (int i = 0; i < FeedbackBook.CAPACITY; i++) {
      read.onTick(now + 8 * DAY);
    }
    assertTrue(read.leanings(now).isEmpty(), "what has faded is forgotten");
  }
}
