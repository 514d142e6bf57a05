/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringward.kernel.Decision;
import io.ringward.kernel.Event;
import io.ringward.kernel.ExecFlag;
import io.ringward.kernel.InlineDimension;
import io.ringward.kernel.InlineRow;
import io.ringward.kernel.InlineRule;
import io.ringward.kernel.InlineTest;
import io.ringward.kernel.InlineValue;
import io.ringward.kernel.Operation;
import io.ringward.kernel.PolicyTable.Publication;
import io.ringward.loader.Actor.Tally;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Rules in the kernel's tables, on the real kernel, in a control group of the test's own. */
final class InlinePolicyTest {
  private static final int REFUSED_PORT = 4711;
  private static final int OTHER_PORT = 4712;
  private static final Set<Operation> CONNECT = Set.of(Operation.CONNECT);

  private ActorStage outer;
  private Path group;
  private HostKernelFixture fixture;

  @BeforeEach
  void open() throws IOException {
    outer = new ActorStage();
    group = outer.cgroup("inline");
    fixture =
        new HostKernelFixture(
            HostKernelFixture.options().withEnforce(true).withCgroup(Optional.of(group)));
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
    outer.close();
  }

  private static InlineRule rule(String name, InlineRow... rows) {
    return new InlineRule(name, List.of(rows), false, 0);
  }

  private static InlineTest number(InlineDimension dimension, long value) {
    return InlineTest.among(dimension, Set.of(new InlineValue.Number(value)));
  }

  private static InlineTest port(int port) {
    return InlineTest.among(
        InlineDimension.PORT, Set.of(new InlineValue.Prefix(0, port, Short.SIZE)));
  }

  private static InlineTest name(String name) {
    return InlineTest.among(InlineDimension.NAME, Set.of(new InlineValue.Text(name)));
  }

  private static InlineRow connect(InlineTest... tests) {
    return new InlineRow(CONNECT, List.of(tests));
  }

  private Publication publish(InlineRule... rules) {
    fixture.beat();
    return fixture.kernel().policy().publish(List.of(rules));
  }

  private long hits(String rule) {
    return fixture.kernel().policy().hits().get(rule);
  }

  @Test
  void refusesWhatARuleNamesAndNothingElseAndCounts() {
    Actor actor = fixture.stage().start(group);
    Publication published = publish(rule("port", connect(port(REFUSED_PORT), name("actor"))));
    assertEquals(List.of("port"), published.inline());
    assertEquals(Tally.refused(5), actor.connect("udp4", REFUSED_PORT, 5));
    assertEquals(Tally.refused(3), actor.connect("mapped", REFUSED_PORT, 3));
    assertEquals(Tally.allowed(2), actor.connect("udp4", OTHER_PORT, 2));
    assertEquals(8, hits("port"));
    assertEquals(
        8,
        fixture.by(actor, Event.Connect.class).stream()
            .filter(event -> event.decision() == Decision.BLOCKED)
            .count());
    Event.Enforcement told =
        fixture.only(
            "the report of the first hit",
            Event.Enforcement.class,
            hit -> hit.verdictId() == InlineRule.id("port"));
    assertEquals(Operation.CONNECT.bit(), told.operation().bit());

    publish();
    assertEquals(Tally.allowed(2), actor.connect("udp4", REFUSED_PORT, 2));
  }

  @Test
  void eachDimensionNarrows() throws IOException {
    Actor actor = fixture.stage().start(group);
    String path = ActorStage.program().toRealPath().toString();
    String folder = path.substring(0, path.lastIndexOf('/') + 1);
    long inode = ((Number) Files.getAttribute(Path.of(path), "unix:ino")).longValue();
    Map<InlineTest, Boolean> tests =
        Map.ofEntries(
            Map.entry(number(InlineDimension.CGROUP, ControlGroups.id(group)), true),
            Map.entry(number(InlineDimension.CGROUP, 1), false),
            Map.entry(number(InlineDimension.USER, 0), true),
            Map.entry(number(InlineDimension.USER, 1000), false),
            Map.entry(number(InlineDimension.PROTOCOL, 17), true),
            Map.entry(number(InlineDimension.PROTOCOL, 6), false),
            Map.entry(number(InlineDimension.INODE, inode), true),
            Map.entry(number(InlineDimension.INODE, inode + 1), false),
            Map.entry(number(InlineDimension.FLAGS, 0), true),
            Map.entry(number(InlineDimension.FLAGS, 1), false),
            Map.entry(name("actor"), true),
            Map.entry(name("acto"), false),
            Map.entry(path(new InlineValue.Text(path)), true),
            Map.entry(path(new InlineValue.Text(folder)), false),
            Map.entry(path(new InlineValue.Folder(folder)), true),
            Map.entry(path(new InlineValue.Folder("/")), true),
            Map.entry(path(new InlineValue.Folder(path + "/")), false),
            Map.entry(
                InlineTest.except(InlineDimension.PATH, Set.of(new InlineValue.Folder(folder))),
                false),
            Map.entry(address(0xffff_7f00_0000L, 104), true),
            Map.entry(address(0xffff_7f00_0001L, 128), true),
            Map.entry(address(0xffff_7f00_0002L, 128), false),
            Map.entry(address(0, 0), true),
            Map.entry(port(OTHER_PORT), false));
    for (Map.Entry<InlineTest, Boolean> each : tests.entrySet()) {
      publish(rule("one", connect(each.getKey())));
      assertEquals(
          each.getValue() ? Tally.refused(1) : Tally.allowed(1),
          actor.connect("udp4", REFUSED_PORT, 1),
          each.getKey()::toString);
    }
  }

  private static InlineTest path(InlineValue value) {
    return InlineTest.among(InlineDimension.PATH, Set.of(value));
  }

  private static InlineTest address(long low, int bits) {
    return InlineTest.among(InlineDimension.ADDRESS, Set.of(new InlineValue.Prefix(0, low, bits)));
  }

  @Test
  void aRuleInShadowOnlyCounts() {
    Actor actor = fixture.stage().start(group);
    fixture.beat();
    fixture
        .kernel()
        .policy()
        .publish(List.of(new InlineRule("shadow", List.of(connect(port(REFUSED_PORT))), true, 0)));
    assertEquals(Tally.allowed(4), actor.connect("udp4", REFUSED_PORT, 4));
    assertEquals(4, hits("shadow"));
  }

  /** The agent is silent: what does not persist is lifted, what persists stays until its time. */
  @Test
  void silenceLiftsWhatDoesNotPersist() {
    Actor actor = fixture.stage().start(group);
    fixture.beat();
    fixture
        .kernel()
        .policy()
        .publish(
            List.of(
                rule("ends", connect(port(REFUSED_PORT))),
                new InlineRule(
                    "persists",
                    List.of(connect(port(OTHER_PORT))),
                    false,
                    HostKernelFixture.MINUTE)));
    assertEquals(Tally.refused(1), actor.connect("udp4", REFUSED_PORT, 1));
    ActorStage.await(
        "the end of the kernel's patience",
        () -> actor.connect("udp4", REFUSED_PORT, 1).equals(Tally.allowed(1)));
    assertEquals(Tally.refused(3), actor.connect("udp4", OTHER_PORT, 3));
    publish(); // Closing would leave it pinned for its minute, as is right.
    assertEquals(Tally.allowed(1), actor.connect("udp4", OTHER_PORT, 1));
  }

  @Test
  void aProtectedProgramIsLetBe() throws IOException {
    fixture.close();
    fixture =
        new HostKernelFixture(
            HostKernelFixture.options()
                .withEnforce(true)
                .withProtectedExecutables(List.of(ActorStage.program()))
                .withCgroup(Optional.of(group)));
    Actor actor = fixture.stage().start(group);
    publish(rule("all", connect()));
    assertEquals(Tally.allowed(3), actor.connect("udp4", REFUSED_PORT, 3));
  }

  @Test
  void execIsRefusedHereAndNowhereElse() throws IOException {
    Actor inside = fixture.stage().start(group);
    Actor outside = fixture.stage().start();
    publish(rule("exec", new InlineRow(Set.of(Operation.EXEC), List.of(name("true")))));
    String program = "/bin/true";
    Tally tally = inside.execs(program, 3);
    assertEquals(0, tally.ok(), tally::toString);
    assertEquals(Tally.allowed(3), outside.execs(program, 3));
    assertEquals(3, hits("exec"));
    if (HostKernelFixture.refusesByHook(fixture.kernel(), "block_exec")) {
      List<Event.Exec> refused =
          fixture.events(Event.Exec.class, exec -> ExecFlag.REFUSED.in(exec.flags()));
      assertEquals(3, refused.size(), "what is refused is told, since no exec follows");
      for (Event.Exec each : refused) {
        assertEquals("true", each.comm());
        assertEquals(Path.of(program).toRealPath().toString(), each.path());
        assertEquals(List.of(), each.arguments());
      }
    }
    Path renamed = Files.copy(Path.of(program), fixture.stage().directory().resolve("other"));
    assertEquals(Tally.allowed(2), inside.execs(renamed.toString(), 2));
  }

  /** A child runs what its parent runs, until it execs. */
  @Test
  void childrenAreWhatTheirParentsAre() {
    Actor child = fixture.stage().start(group).fork();
    publish(rule("name", connect(name("actor"))));
    assertEquals(Tally.refused(2), child.connect("udp4", REFUSED_PORT, 2));
  }

  /**
   * Two tables that mean the same and are laid out the other way round: an operation judged by
   * entries of one and masks of the other would come out differently.
   */
  @Test
  void hundredsOfSwapsUnderABusyActorNeverMix() throws InterruptedException {
    Actor actor = fixture.stage().start(group);
    List<InlineRule> one =
        List.of(
            rule("refused", connect(port(REFUSED_PORT), number(InlineDimension.USER, 0))),
            rule("never", connect(port(OTHER_PORT), number(InlineDimension.USER, 12345))));
    List<InlineRule> other =
        List.of(
            rule("never", connect(port(OTHER_PORT), name("nobody"))),
            rule("filler", connect(port(1), name("actor"))),
            rule("refused", connect(port(REFUSED_PORT), name("actor"))));
    fixture.beat();
    fixture.kernel().policy().publish(one);
    List<Tally> wrong = Collections.synchronizedList(new ArrayList<>());
    AtomicLong rounds = new AtomicLong();
    AtomicBoolean stop = new AtomicBoolean();
    Thread busy =
        Thread.ofPlatform()
            .start(() -> {
              while (!stop.get()) {
                Tally refused = actor.connect("udp4", REFUSED_PORT, 200);
                Tally allowed = actor.connect("udp4", OTHER_PORT, 200);
                if (!refused.equals(Tally.refused(200)) || !allowed.equals(Tally.allowed(200))) {
                  wrong.add(refused);
                  wrong.add(allowed);
                }
                rounds.incrementAndGet();
              }
            });
    long generation = 0;
    for (int swap = 0; swap < 300; swap++) {
      fixture.beat();
      generation = fixture.kernel().policy().publish(swap % 2 == 0 ? other : one).generation();
    }
    stop.set(true);
    busy.join();
    assertEquals(List.of(), wrong);
    assertTrue(rounds.get() > 10, () -> "only " + rounds.get() + " rounds ran");
    assertEquals(301, generation);
    assertEquals(rounds.get() * 200, hits("refused"));
  }

  @Test
  void holdsHundredsOfRowsAndSaysWhatFindsNoRoom() {
    Actor actor = fixture.stage().start(group);
    List<InlineRule> rules = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      rules.add(rule("rule " + i, connect(port(5000 + i))));
    }
    fixture.beat();
    Publication published = fixture.kernel().policy().publish(rules);
    assertEquals(256, published.inline().size());
    assertEquals(44, published.leftOut().size());
    assertTrue(published.leftOut().get("rule 299").contains("256 rows"));
    assertEquals(Tally.refused(1), actor.connect("udp4", 5000, 1));
    assertEquals(Tally.refused(1), actor.connect("udp4", 5255, 1));
    assertEquals(Tally.allowed(1), actor.connect("udp4", 5256, 1));
  }
}
