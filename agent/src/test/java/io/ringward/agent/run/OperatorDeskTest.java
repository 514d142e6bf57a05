/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringward.agent.config.Mode;
import io.ringward.agent.control.AgentStatus;
import io.ringward.agent.control.ControlException;
import io.ringward.agent.control.ControlException.Code;
import io.ringward.agent.control.VerdictRequest;
import io.ringward.agent.control.VerdictRow;
import io.ringward.agent.host.ControlGroups;
import io.ringward.agent.incident.IncidentOutlets;
import io.ringward.agent.incident.RetryPolicy;
import io.ringward.jobs.recording.Recorder;
import io.ringward.jobs.tap.Standings;
import io.ringward.kernel.Action;
import io.ringward.kernel.ControlItem;
import io.ringward.kernel.DecisionStanding;
import io.ringward.kernel.DetectorArming;
import io.ringward.kernel.Feedback;
import io.ringward.kernel.Finding;
import io.ringward.kernel.Operation;
import io.ringward.kernel.ProcessKey;
import io.ringward.kernel.Subject;
import io.ringward.kernel.TokenRate;
import io.ringward.kernel.Verdict;
import io.ringward.kernel.VerdictTable.Outcome;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class OperatorDeskTest {
  private static final long NOW = 1_000_000_000_000L;
  private static final long MINUTE = 60_000_000_000L;
  private static final ProcessKey LIVING = new ProcessKey(42, 4711);

  private @TempDir Path cgroups;
  private SmallLoop loop;
  private OperatorDesk desk;

  @BeforeEach
  void open() {
    loop = new SmallLoop(4, true);
    desk = desk(loop, Mode.ENFORCE);
  }

  @AfterEach
  void close() {
    loop.close();
  }

  @Test
  void pidBecomesTheIdentityOfTheProcessThatHasItNow() throws Exception {
    VerdictRow row = desk.add(request("4711", "", "throttle", List.of("connect"), "30/m"));
    assertEquals("In force on 2 processes", row.outcome());
    ControlItem.AddVerdict sent =
        assertInstanceOf(ControlItem.AddVerdict.class, loop.taken().getFirst());
    Verdict verdict = sent.verdict();
    assertEquals(new Subject.ProcessTree(LIVING), verdict.subject());
    assertEquals(Action.THROTTLE, verdict.action());
    assertEquals(Set.of(Operation.CONNECT), verdict.operations());
    assertEquals(Optional.of(new TokenRate(0.5, 1)), verdict.rate());
    assertEquals(NOW, verdict.issuedNanos());
    assertEquals(NOW + MINUTE, verdict.expiryNanos());
    assertEquals("operator", verdict.source());
    assertEquals(row.id(), desk.verdicts().getFirst().id());
    assertEquals(7, desk.verdicts().getFirst().hits());
    desk.add(request("4711@42", "", "block", List.of(), ""));
    Verdict second = ((ControlItem.AddVerdict) loop.taken().getLast()).verdict();
    assertEquals(Operation.unlessNamed(), second.operations());
    assertTrue(second.id() != verdict.id(), "ids are unique");
  }

  @Test
  void nobodyElseIsMeant() {
    refused(Code.PROTECTED, "it is protected: init", request("1", "", "block", List.of(), ""));
    refused(Code.NOT_FOUND, "no process 4712 lives", request("4712", "", "block", List.of(), ""));
    refused(
        Code.NOT_FOUND, "no process 4711@41 lives", request("4711@41", "", "block", List.of(), ""));
    refused(
        Code.BAD_REQUEST,
        "'bash' is neither a pid nor a process key such as 4711@123",
        request("bash", "", "block", List.of(), ""));
    refused(
        Code.BAD_REQUEST,
        "a verdict is about either a process or a cgroup",
        request("", "", "block", List.of(), ""));
    assertEquals(List.of(), loop.taken());
  }

  @Test
  void cgroupIsFoundByPathAndById() throws Exception {
    Path slice = Files.createDirectories(cgroups.resolve("user.slice/app"));
    long id = (Long) Files.getAttribute(slice, "unix:ino");
    loop.next = new Outcome.Applied(1, 0);
    assertEquals(
        "In force",
        desk.add(request("", "/user.slice/app", "block", List.of("bind"), "")).outcome());
    desk.add(request("", Long.toString(id), "block", List.of("bind"), ""));
    for (ControlItem item : loop.taken()) {
      assertEquals(
          new Subject.ControlGroup(id), ((ControlItem.AddVerdict) item).verdict().subject());
    }
    assertEquals("/user.slice/app", desk.verdicts().getFirst().name());
    refused(
        Code.PROTECTED,
        "the root cgroup holds the whole machine: name one below it",
        request("", "/", "block", List.of(), ""));
    refused(
        Code.NOT_FOUND,
        "no cgroup has the id 987654321987",
        request("", "987654321987", "block", List.of(), ""));
    refused(
        Code.NOT_FOUND,
        "there is no cgroup /nowhere in the version 2 hierarchy at "
            + cgroups
            + ": name it from there, as in /user.slice",
        request("", "/nowhere", "block", List.of(), ""));
  }

  @Test
  void whatTheSocketSendsIsCheckedAgain() {
    refused(
        Code.BAD_REQUEST,
        "'freeze' is no action of an operator: expected watch, throttle, block or kill",
        request("4711", "", "freeze", List.of(), ""));
    refused(
        Code.BAD_REQUEST,
        "'chmod' is no operation: expected one of connect, bind, exec, fork, open, unlink,"
            + " rename, send, cpu, memory, io, memory_exec, module_load, ptrace, bpf, mount,"
            + " setuid",
        request("4711", "", "block", List.of("chmod"), ""));
    refused(
        Code.BAD_REQUEST,
        "only a throttle has a rate",
        request("4711", "", "block", List.of(), "1/s"));
    refused(
        Code.BAD_REQUEST,
        "a throttle needs a rate such as 10/s, 30/m or 100/h, over 0, at most 1000000/s",
        request("4711", "", "throttle", List.of(), ""));
    refused(
        Code.BAD_REQUEST,
        "cpu, memory and io can be throttled, and not blocked",
        request("4711", "", "block", List.of("io"), ""));
    refused(
        Code.BAD_REQUEST,
        "a verdict lasts from 1s to 1d",
        new VerdictRequest("4711", "", "block", List.of(), "", Long.MAX_VALUE, "why"));
    refused(
        Code.BAD_REQUEST,
        "a verdict has a reason",
        new VerdictRequest("4711", "", "block", List.of(), "", MINUTE, " "));
  }

  @Test
  void whatBecameOfItIsSaid() throws Exception {
    VerdictRequest block = request("4711", "", "block", List.of(), "");
    loop.next = new Outcome.SubjectProtected("sshd as root");
    refused(Code.PROTECTED, "it is protected: sshd as root", block);
    loop.next = new Outcome.SubjectGone();
    refused(Code.NOT_FOUND, "it does not live any more", block);
    loop.next = new Outcome.Refused("the map is full");
    refused(Code.FAILED, "the kernel did not take it: the map is full", block);
    loop.next = new Outcome.Applied(1, 1);
    assertEquals(
        "In force on 1 process, in shadow mode: hits are counted and nothing is refused",
        desk(loop, Mode.SHADOW).add(block).outcome());
    assertTrue(desk(loop, Mode.SHADOW).verdicts().getFirst().shadow());
  }

  @Test
  void releasesGoThroughTheLoop() throws Exception {
    VerdictRow first = desk.add(request("4711", "", "block", List.of(), ""));
    desk.add(request("4711", "", "block", List.of(), ""));
    assertEquals(
        "released",
        desk.release(first.id().toUpperCase(java.util.Locale.ROOT), Feedback.NONE).outcome());
    assertInstanceOf(ControlItem.ReleaseVerdict.class, loop.taken().getLast());
    assertEquals(1, desk.verdicts().size());
    ControlException unknown =
        assertThrows(ControlException.class, () -> desk.release(first.id(), Feedback.NONE));
    assertEquals(Code.NOT_FOUND, unknown.code());
    assertEquals(1, desk.releaseAll(Feedback.NONE).size());
    assertEquals(List.of(), desk.verdicts());
    assertEquals(List.of(), desk.releaseAll(Feedback.NONE));
  }

  @Test
  void feedbackGoesWithTheReleaseOfARulesVerdictOnly() throws Exception {
    VerdictRow own = desk.add(request("4711", "", "block", List.of(), ""));
    ControlException refused =
        assertThrows(ControlException.class, () -> desk.release(own.id(), Feedback.FALSE_POSITIVE));
    assertEquals(Code.BAD_REQUEST, refused.code());
    assertTrue(refused.getMessage().contains("an operator's own"), refused.getMessage());
    Verdict rules =
        new Verdict(
            5,
            new Subject.ProcessTree(LIVING),
            Action.BLOCK,
            Set.of(Operation.CONNECT),
            Optional.empty(),
            NOW,
            NOW + MINUTE,
            NOW,
            false,
            "a rule",
            "why");
    loop.apply(rules);
    assertEquals(2, desk.releaseAll(Feedback.CONFIRMED).size());
    assertEquals(
        List.of(Feedback.NONE, Feedback.CONFIRMED),
        loop.taken().stream()
            .filter(ControlItem.ReleaseVerdict.class::isInstance)
            .map(item -> ((ControlItem.ReleaseVerdict) item).feedback())
            .toList());
  }

  @Test
  void whatIsDisarmedIsArmedThroughTheLoop() throws Exception {
    ControlException unknown = assertThrows(ControlException.class, () -> desk.rearm("too wide"));
    assertEquals(Code.NOT_FOUND, unknown.code());
    loop.standing.onStanding(
        new DecisionStanding(
            List.of(
                new DetectorArming(
                    Finding.Source.RULE, "too wide", DetectorArming.State.DISARMED, 11, NOW, 0)),
            List.of(),
            1,
            0,
            0));
    assertEquals("disarmed", desk.decisions().stopped().getFirst().state());
    assertEquals("'too wide' is armed again.", desk.rearm("too wide"));
    assertEquals(
        new ControlItem.RearmDetector(NOW, "too wide", "operator"), loop.taken().getLast());
    assertTrue(desk.decisions().stopped().isEmpty());
  }

  @Test
  void fullQueueIsSaid() {
    try (SmallLoop stuck = new SmallLoop(1, false)) {
      assertTrue(stuck.submit(new ControlItem.Tick(1)));
      ControlException busy =
          assertThrows(
              ControlException.class,
              () -> desk(stuck, Mode.ENFORCE).add(request("4711", "", "block", List.of(), "")));
      assertEquals(Code.BUSY, busy.code());
    }
  }

  private void refused(Code code, String message, VerdictRequest request) {
    ControlException refusal = assertThrows(ControlException.class, () -> desk.add(request));
    assertEquals(message, refusal.getMessage());
    assertEquals(code, refusal.code());
  }

  private static VerdictRequest request(
      String process, String cgroup, String action, List<String> operations, String rate) {
    return new VerdictRequest(process, cgroup, action, operations, rate, MINUTE, "why");
  }

  private OperatorDesk desk(SmallLoop loop, Mode mode) {
    ControlGroups groups = new ControlGroups(cgroups);
    LiveProcesses processes = pid -> Optional.of(LIVING).filter(key -> key.tgid() == pid);
    return new OperatorDesk(
        new OperatorDesk.Parts(
            mode,
            loop,
            loop,
            loop.effects,
            () -> NOW,
            new SubjectReader(processes, groups),
            processes,
            groups::nameOf,
            () -> new AgentStatus("", 0, "", 0, 0, 0, "", 0),
            List.of(),
            () -> "",
            List::of,
            where -> {
              throw new AssertionError("nobody listens here");
            },
            loop.standing,
            new OutletDesk(new IncidentOutlets(List.of(), 8, RetryPolicy.STANDARD), () -> NOW),
            new RecordingDesk(new Recorder(loop, loop, () -> NOW, Map::of, "test")),
            new StandingBoard(
                new Standings(),
                new ControlGroupRates(() -> {
                  throw new AssertionError("nobody reads counters here");
                }),
                () -> NOW,
                groups::nameOf)));
  }
}
