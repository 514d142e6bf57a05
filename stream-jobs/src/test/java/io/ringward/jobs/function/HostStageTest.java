/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.function;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.ringward.decide.Policy;
import io.ringward.decide.Protection;
import io.ringward.detect.Feature;
import io.ringward.jobs.memory.Capacities;
import io.ringward.jobs.memory.LoopSettings;
import io.ringward.jobs.tap.EventTap;
import io.ringward.jobs.tap.EventTaps;
import io.ringward.jobs.tap.TappedEvent;
import io.ringward.jobs.testing.WireEvents;
import io.ringward.jobs.testing.WireEvents.Actor;
import io.ringward.jobs.types.DecideItem;
import io.ringward.jobs.types.ScoreItem;
import io.ringward.kernel.Action;
import io.ringward.kernel.ControlItem;
import io.ringward.kernel.ControlItem.RuleText;
import io.ringward.kernel.Decision;
import io.ringward.kernel.EventView;
import io.ringward.kernel.ExecFlag;
import io.ringward.kernel.Feedback;
import io.ringward.kernel.FileIdentity;
import io.ringward.kernel.Finding;
import io.ringward.kernel.Operation;
import io.ringward.kernel.ProcessKey;
import io.ringward.kernel.SystemCall;
import io.ringward.rules.EventFilter;
import io.ringward.rules.event.EventType;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class HostStageTest {
  private static final long SECOND = 1_000_000_000L;
  private static final ProcessKey PARENT = new ProcessKey(10, 1);
  private static final ProcessKey CHILD = new ProcessKey(20, 2);
  private static final FileIdentity FILE = new FileIdentity(3, 4242);

  private static final String RULES =
      """
      - rule: Metadata service
        desc: test
        condition: evt.type = connect and fd.rip = 169.254.169.254 and proc.pname = nginx
        output: metadata asked by %proc.name of %proc.pname
        priority: WARNING
        action: block
        for: 5m
        operations: [connect]
        tags: [T1552]
      - rule: Another
        desc: test
        condition: evt.type = execve and proc.name startswith evil
        output: evil %proc.cmdline
        priority: NOTICE
      """;

  private final List<ScoreItem> toScore = new ArrayList<>();
  private final List<DecideItem> toDecide = new ArrayList<>();
  private final EventView view = new EventView();
  private final HostStage stage = stage(RULES);

  private final StageOutput output =
      new StageOutput() {
        @Override
        public void toScore(ScoreItem item) {
          toScore.add(item);
        }

        @Override
        public void toDecide(DecideItem item) {
          toDecide.add(item);
        }
      };

  private static HostStage stage(String rules) {
    return new HostStage(
        new LoopSettings(
            List.of(new RuleText("test.yaml", rules)),
            Policy.standard(Policy.Mode.ENFORCE),
            Protection.NONE,
            new Capacities(1024, 1024, 64, 8, 64, 16),
            42,
            "boot"));
  }

  private void accept(byte[] event) {
    stage.accept(view.wrap(MemorySegment.ofArray(event), 0, event.length), output);
  }

  private void nginxWithChild() {
    Actor parent = new Actor(PARENT, ProcessKey.NONE);
    accept(WireEvents.exec(100, parent, FILE, 0, "/usr/sbin/nginx", List.of("nginx")));
    accept(WireEvents.fork(110, parent, CHILD));
    accept(
        WireEvents.exec(
            120, new Actor(CHILD, PARENT), FILE, 0, "/usr/bin/curl", List.of("curl", "-v")));
  }

  @Test
  void aRulesMatchBecomesAFindingThatOutlivesTheEvent() {
    nginxWithChild();
    byte[] event =
        WireEvents.connect(130, new Actor(CHILD, PARENT), 0xA9FEA9FE, 80, Decision.ALLOWED);
    accept(event);
    MemorySegment.ofArray(event).fill((byte) 0x55);
    Finding finding = assertInstanceOf(DecideItem.Found.class, toDecide.getFirst()).finding();
    assertEquals("Metadata service", finding.detector());
    assertEquals(130, finding.kernelTimeNanos());
    assertEquals("metadata asked by curl of nginx", finding.summary());
    assertEquals(CHILD, finding.process().key());
    assertEquals(PARENT, finding.ancestry().getFirst().key());
    Finding.Proposal proposal = finding.proposal().orElseThrow();
    assertEquals(Action.BLOCK, proposal.action());
    assertEquals(300 * SECOND, proposal.durationNanos());
    assertEquals(List.of(Operation.CONNECT), List.copyOf(proposal.operations()));
    assertEquals(List.of("T1552"), finding.tags());
    assertEquals(1, toDecide.size());
  }

  /** What a hook has refused is told as what it would have been, and changes nothing. */
  @Test
  void anExecThatTheKernelHasRefusedIsJudgedAndLeavesTheProcessAsItWas() {
    nginxWithChild();
    accept(
        WireEvents.exec(
            130, new Actor(CHILD, PARENT), FILE, ExecFlag.REFUSED.bit(), "/tmp/evil", List.of()));
    Finding refused = assertInstanceOf(DecideItem.Found.class, toDecide.getFirst()).finding();
    assertEquals("/tmp/evil", refused.process().path());
    assertEquals(CHILD, refused.process().key());
    assertEquals(PARENT, refused.ancestry().getFirst().key());
    accept(WireEvents.connect(140, new Actor(CHILD, PARENT), 0xA9FEA9FE, 80, Decision.ALLOWED));
    Finding next = assertInstanceOf(DecideItem.Found.class, toDecide.getLast()).finding();
    assertEquals("metadata asked by curl of nginx", next.summary());
    assertEquals(2, toDecide.size());
  }

  @Test
  void newRulesTakeOverAndWrongOnesDoNot() {
    nginxWithChild();
    byte[] evil =
        WireEvents.exec(130, new Actor(CHILD, PARENT), FILE, 0, "/tmp/evil", List.of("evil"));
    accept(evil.clone());
    assertEquals(1, toDecide.size());
    stage.accept(
        new ControlItem.RulesReplaced(
            140, List.of(new RuleText("new.yaml", "- rule: broken\n  condition: (("))),
        output);
    accept(evil.clone());
    assertEquals(2, toDecide.size(), "the old rules stay in force");
    stage.accept(new ControlItem.RulesReplaced(150, List.of()), output);
    assertEquals(new DecideItem.RulesReplaced(150), toDecide.getLast());
    accept(evil.clone());
    assertEquals(3, toDecide.size(), "no rules, no findings");
  }

  @Test
  void wrongRulesAtTheStartAreAnErrorThatSaysWhere() {
    IllegalArgumentException wrong =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                stage(
                    """
                    - rule: wrong
                      desc: x
                      condition: proc.nane = sh
                      output: x
                      priority: NOTICE
                    """));
    assertTrue(wrong.getMessage().contains("test.yaml"), wrong.getMessage());
    assertTrue(wrong.getMessage().contains("proc.nane"), wrong.getMessage());
  }

  @Test
  void aTickClosesWindowsFirstAndIsPassedOn() {
    nginxWithChild();
    Actor child = new Actor(CHILD, PARENT);
    for (int i = 0; i < 50; i++) {
      accept(WireEvents.connect(10 * SECOND + i, child, 0x0A000000 + i, 80, Decision.ALLOWED));
    }
    toScore.clear();
    stage.accept(new ControlItem.Tick(11 * SECOND + 1), output);
    ScoreItem.Observed observed = assertInstanceOf(ScoreItem.Observed.class, toScore.getFirst());
    assertEquals(50, observed.observation().vector().value(Feature.CONNECTS));
    assertEquals("/usr/bin/curl", observed.observation().process().path());
    ScoreItem.Pulse pulse = assertInstanceOf(ScoreItem.Pulse.class, toScore.getLast());
    assertEquals(11 * SECOND + 1, pulse.timeNanos());
  }

  @Test
  void hitsAndOrdersGoToDecide() {
    nginxWithChild();
    accept(
        WireEvents.enforcement(
            140, new Actor(CHILD, PARENT), 17, 3, Action.BLOCK, Operation.CONNECT));
    stage.accept(new ControlItem.ReleaseVerdict(150, 17, "root", Feedback.CONFIRMED), output);
    DecideItem.Hit hit = assertInstanceOf(DecideItem.Hit.class, toDecide.getFirst());
    assertEquals(17, hit.enforcement().verdictId());
    assertEquals(3, hit.enforcement().hits());
    assertEquals(new DecideItem.Released(150, 17, "root", Feedback.CONFIRMED), toDecide.getLast());
  }

  @Test
  void listenersSeeWhatPassesTheirFilterWithWhatTheTableKnows() throws Exception {
    EventTap all = stage.taps().open(EventFilter.everything()).orElseThrow();
    EventTap some = stage.taps().open(filter("evt.type = connect and proc.aname = nginx")).get();
    nginxWithChild();
    byte[] event =
        WireEvents.connect(130, new Actor(CHILD, PARENT), 0xA9FEA9FE, 80, Decision.BLOCKED);
    accept(event);
    MemorySegment.ofArray(event).fill((byte) 0x55);
    accept(WireEvents.exit(140, new Actor(CHILD, PARENT), 9));
    List<TappedEvent> seen = drained(all);
    assertEquals(
        List.of(
            EventType.EXECVE,
            EventType.CLONE,
            EventType.EXECVE,
            EventType.CONNECT,
            EventType.PROCEXIT),
        seen.stream().map(TappedEvent::type).toList());
    assertEquals(2, seen.get(1).childPid().getAsInt());
    assertEquals(9, seen.getLast().exitStatus().getAsInt());
    List<TappedEvent> passed = drained(some);
    assertEquals(List.of(seen.get(3)), passed);
    TappedEvent connect = passed.getFirst();
    assertEquals("169.254.169.254:80", connect.endpoint());
    assertEquals(Decision.BLOCKED, connect.decision().orElseThrow());
    assertEquals("curl -v", connect.commandLine());
    assertEquals(List.of("nginx"), connect.ancestors());
    assertEquals(1, connect.parentPid().getAsLong());
    some.close();
    some.close();
    all.close();
    nginxWithChild();
    assertEquals(List.of(), drained(all), "who has closed sees no more");
    assertEquals(0, stage.taps().count());
  }

  @Test
  void listenersAreFewAndASlowOneLosesByCount() {
    EventTap slow = stage.taps().open(EventFilter.everything()).orElseThrow();
    for (int i = 1; i < EventTaps.MOST; i++) {
      assertTrue(stage.taps().open(EventFilter.everything()).isPresent());
    }
    assertTrue(stage.taps().open(EventFilter.everything()).isEmpty());
    byte[] event = WireEvents.connect(1, new Actor(CHILD, PARENT), 1, 1, Decision.ALLOWED);
    int events = 5000;
    for (int i = 0; i < events; i++) {
      accept(event);
    }
    assertTrue(slow.missed() > 0);
    List<TappedEvent> seen = drained(slow);
    assertEquals(events, seen.size() + slow.missed());
    for (int i = 0; i < seen.size(); i++) {
      assertEquals(i + 1, seen.get(i).number(), "the oldest are kept, in order");
    }
    accept(event);
    assertEquals(events + 1, drained(slow).getFirst().number());
  }

  private static EventFilter filter(String condition) throws Exception {
    return EventFilter.compile("test", condition, List.of());
  }

  @Test
  void systemCallsOfAWatchedThreadAreShownAndTested() throws Exception {
    HostStage stage =
        stage(
            """
            - rule: Watched curl
              desc: test
              condition: evt.type = syscalls and proc.name = curl
              output: calls of %proc.name
              priority: NOTICE
              action: watch
              for: 1m
            """);
    EventTap some = stage.taps().open(filter("evt.type = syscalls")).orElseThrow();
    Actor actor = new Actor(CHILD, PARENT);
    List<byte[]> events =
        List.of(
            WireEvents.exec(120, actor, FILE, 0, "/usr/bin/curl", List.of("curl", "-v")),
            WireEvents.syscalls(130, actor, 17, 64, 257, 2, 0, 0));
    for (byte[] event : events) {
      stage.accept(view.wrap(MemorySegment.ofArray(event), 0, event.length), output);
    }
    TappedEvent seen = drained(some).getFirst();
    assertEquals(EventType.SYSCALLS, seen.type());
    assertEquals("curl", seen.name());
    assertEquals(64, seen.firstCall());
    assertEquals(List.of(new SystemCall(257, 2, false), new SystemCall(0, 0, false)), seen.calls());
    Finding finding = assertInstanceOf(DecideItem.Found.class, toDecide.getFirst()).finding();
    assertEquals(Action.WATCH, finding.proposal().orElseThrow().action());
  }

  private static List<TappedEvent> drained(EventTap tap) {
    List<TappedEvent> events = new ArrayList<>();
    while (tap.drain(events::add, 7) > 0) {
      // More may wait.
    }
    return events;
  }

  /** What a connect event costs until a rule matches: nothing on the heap. */
  @Test
  void anEventThatMatchesNothingAllocatesNothing() {
    nginxWithChild();
    assertNothingIsAllocated();
  }

  /** Nor does an event that no listener wants to see. */
  @Test
  void anEventThatPassesNoFilterAllocatesNothing() throws Exception {
    nginxWithChild();
    EventTap tap =
        stage.taps().open(filter("proc.name = nosuch or proc.aname glob \"[x-z]*\"")).get();
    assertNothingIsAllocated();
    assertEquals(List.of(), drained(tap));
    assertEquals(0, tap.missed());
  }

  private void assertNothingIsAllocated() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long thread = Thread.currentThread().threadId();
    Actor child = new Actor(CHILD, PARENT);
    byte[] event = WireEvents.connect(5 * SECOND, child, 0x0A000001, 80, Decision.ALLOWED);
    MemorySegment memory = MemorySegment.ofArray(event);
    for (int i = 0; i < 20_000; i++) { // Classes load, the window grows its sketches.
      stage.accept(view.wrap(memory, 0, event.length), output);
    }
    toScore.clear();
    int events = 100_000;
    long before = threads.getThreadAllocatedBytes(thread);
    for (int i = 0; i < events; i++) {
      stage.accept(view.wrap(memory, 0, event.length), output);
    }
    long bytes = threads.getThreadAllocatedBytes(thread) - before;
    // Early vectors are sent at powers of two: a few for 100,000 events.
    assertTrue(toScore.size() < 8, () -> toScore.size() + " vectors");
    assertTrue(bytes < events, () -> bytes + " bytes for " + events + " events");
  }
}
