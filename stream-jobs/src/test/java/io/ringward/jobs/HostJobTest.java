/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringward.jobs.testing.MemoryHost;
import io.ringward.jobs.testing.RecordingObserver.Said;
import io.ringward.jobs.testing.WireEvents;
import io.ringward.kernel.Action;
import io.ringward.kernel.ControlItem;
import io.ringward.kernel.ControlItem.RuleText;
import io.ringward.kernel.Operation;
import io.ringward.kernel.ProcessKey;
import io.ringward.kernel.Subject;
import io.ringward.kernel.Verdict;
import io.ringward.kernel.VerdictTable.Outcome;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole loop on real Flink, with ports in memory. */
final class HostJobTest {
  private static final long SECOND = MemoryHost.SECOND;
  private static final ProcessKey CURL = new ProcessKey(50 * SECOND, 700);

  @TempDir Path state;
  private MemoryHost host;

  @BeforeEach
  void open() {
    host = new MemoryHost(state);
  }

  @AfterEach
  void close() {
    host.close();
  }

  @Test
  void aRulesFindingBecomesAVerdictInTheTable() throws Exception {
    HostJob job = host.start();
    host.exec(CURL, "/usr/bin/curl");
    host.askMetadata(CURL);
    Said.Told told = host.observer.await(Said.Told.class, _ -> true);
    List<Said> order =
        host.observer.all().stream().filter(item -> !(item instanceof Said.Models)).toList();
    assertInstanceOf(Said.Found.class, order.get(0));
    Said.Judged judged = assertInstanceOf(Said.Judged.class, order.get(1));
    assertEquals(told, order.get(2), "people hear of it when it is done");
    Verdict verdict = host.table.applied().getFirst();
    assertEquals(verdict, judged.verdict());
    assertEquals(new Subject.ProcessTree(CURL), verdict.subject());
    assertEquals(Action.BLOCK, verdict.action());
    assertEquals(Set.of(Operation.CONNECT), verdict.operations());
    assertEquals(host.now(), verdict.causeNanos());
    assertEquals(host.now() + 300 * SECOND, verdict.expiryNanos());
    assertEquals("block for 5 min: on 1 process", told.incident().outcome());
    assertEquals("metadata asked by curl", told.incident().finding().summary());
    assertEquals(Optional.of(verdict), told.incident().verdict());
    assertEquals(2, job.metrics().items());
  }

  @Test
  void anIncidentSaysWhyNothingWasDone() throws Exception {
    host.start();
    host.table.protect(CURL);
    host.askMetadata(CURL);
    Said.Told told = host.observer.await(Said.Told.class, _ -> true);
    assertEquals("protected: the test protects it", told.incident().outcome());
    ProcessKey gone = new ProcessKey(60 * SECOND, 701);
    host.table.die(gone);
    host.askMetadata(gone);
    told =
        host.observer.await(
            Said.Told.class, item -> item.incident().finding().process().key().equals(gone));
    assertTrue(told.incident().outcome().startsWith("nothing was done, the process is gone"));
    assertEquals(List.of(), host.table.inForce());
  }

  @Test
  void theHeartBeatsWhenATickHasPassedThroughAllOfTheLoop() throws Exception {
    host.start();
    host.tick(SECOND);
    host.tick(SECOND);
    List<Said.Beat> beats = host.observer.await(Said.Beat.class, 2);
    assertEquals(2, host.table.beats());
    assertTrue(beats.getLast().delayNanos() >= 0);
  }

  @Test
  void newRulesTakeOverWhileRunning() throws Exception {
    host.start();
    host.askMetadata(CURL);
    host.observer.await(Said.Found.class, 1);
    host.feed.submit(
        new ControlItem.RulesReplaced(
            host.now(),
            List.of(
                new RuleText(
                    "new.yaml",
                    """
                    - rule: Everything
                      desc: test
                      condition: evt.type = connect and fd.rip = 10.0.0.1
                      output: connected
                      priority: NOTICE
                    """))));
    host.askMetadata(CURL);
    host.connect(CURL, 0x0A000001);
    Said.Found found =
        host.observer.await(
            Said.Found.class, item -> item.finding().detector().equals("Everything"));
    assertEquals("connected", found.finding().summary());
    assertEquals(2, host.observer.all(Said.Found.class).size(), "the old rule is gone");
  }

  @Test
  void anOperatorAddsAndReleases() throws Exception {
    host.start();
    Verdict verdict =
        new Verdict(
            17,
            new Subject.ControlGroup(9),
            Action.BLOCK,
            Set.of(Operation.CONNECT),
            Optional.empty(),
            host.now(),
            host.now() + 60 * SECOND,
            0,
            false,
            "operator",
            "maintenance");
    host.feed.submit(new ControlItem.AddVerdict(host.now(), verdict));
    Said.Judged judged = host.observer.await(Said.Judged.class, _ -> true);
    assertInstanceOf(Outcome.Applied.class, judged.outcome());
    host.feed.submit(new ControlItem.ReleaseVerdict(host.now(), 17, "root"));
    assertEquals(
        new Said.Ended(17, "released by root"), host.observer.await(Said.Ended.class, _ -> true));
    assertEquals(List.of(), host.table.inForce());
  }

  /** The ladder learns of a release: the same finding is mute for a while. */
  @Test
  void aReleasedVerdictDoesNotComeBackAtOnce() throws Exception {
    host.start();
    host.askMetadata(CURL);
    Verdict verdict = host.observer.await(Said.Judged.class, _ -> true).verdict();
    host.feed.submit(new ControlItem.ReleaseVerdict(host.now(), verdict.id(), "root"));
    host.observer.await(Said.Ended.class, _ -> true);
    host.askMetadata(CURL);
    host.observer.await(Said.Found.class, 2);
    host.tick(SECOND);
    host.observer.await(Said.Beat.class, 1);
    assertEquals(1, host.table.applied().size());
  }

  @Test
  void hitsOfTheKernelAreTold() throws Exception {
    host.start();
    host.feed.event(
        WireEvents.enforcement(
            host.now(), MemoryHost.actor(CURL), 17, 5, Action.BLOCK, Operation.CONNECT));
    Said.Hit hit = host.observer.await(Said.Hit.class, _ -> true);
    assertEquals(17, hit.enforcement().verdictId());
    assertEquals(5, hit.enforcement().hits());
  }

  @Test
  void theEndOfTheFeedEndsTheJob() throws Exception {
    HostJob job = host.start();
    host.askMetadata(CURL);
    host.feed.finish();
    job.ended().get(60, TimeUnit.SECONDS);
    assertEquals(1, host.table.applied().size(), "what was in line has been done");
  }

  @Test
  void wrongRulesAreAClearError() {
    HostJobOptions options =
        HostJobOptions.of(
            host.uri,
            state,
            List.of(new RuleText("wrong.yaml", "- rule: x")),
            host.options().policy(),
            host.options().protection());
    HostJobException wrong = assertThrows(HostJobException.class, () -> host.start(options));
    assertTrue(wrong.getMessage().contains("wrong.yaml:1:3"), wrong.getMessage());
  }

  @Test
  void aMissingRegistrationIsAClearError() {
    HostJobException missing =
        assertThrows(HostJobException.class, () -> HostJob.start(host.options()));
    assertTrue(missing.getMessage().contains("no ports are registered"), missing.getMessage());
  }
}
