/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringward.kernel.Action;
import io.ringward.kernel.Decision;
import io.ringward.kernel.Event;
import io.ringward.kernel.Operation;
import io.ringward.kernel.Verdict;
import io.ringward.loader.Actor.Tally;
import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Sockets that the hooks of control groups do not see, under verdicts: raw, UDP-Lite, SCTP, vsock,
 * below IP. Where the kernel has no hooks for it they are let through, and that is said. One kernel
 * side for all tests.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class NetworkHookTest {
  private static final int ICMP = 1;

  private HostKernelFixture fixture;
  private boolean hooks;
  private Actor actor;

  @BeforeAll
  void openKernel() throws IOException {
    fixture = HostKernelFixture.enforcing();
    hooks = HostKernelFixture.refusesByHook(fixture.kernel(), "block_connect_raw");
  }

  @AfterAll
  void closeKernel() throws IOException {
    if (fixture != null) {
      fixture.close();
    }
  }

  @BeforeEach
  void start() {
    actor = fixture.stage().start();
  }

  @AfterEach
  void release() {
    fixture
        .kernel()
        .verdicts()
        .inForce()
        .forEach(one -> fixture.kernel().verdicts().release(one.verdict().id()));
  }

  private String rung(String capability) {
    return fixture.kernel().rungs().stream()
        .filter(rung -> rung.capability().equals(capability))
        .map(CapabilityRung::rung)
        .findFirst()
        .orElseThrow();
  }

  private Tally connect(String how) {
    return actor.connect(how, ActorStage.PORT, 1);
  }

  private void block(Operation operation) {
    fixture.apply(
        HostKernelFixture.verdict(fixture.tree(actor), Action.BLOCK, EnumSet.of(operation)));
  }

  /** What this kernel has of those kinds that are modules. */
  private List<String> connects() {
    return List.of("raw4", "raw6", "lite4", "sctp4", "associate").stream()
        .filter(how -> connect(how).equals(Tally.allowed(1)))
        .toList();
  }

  @Test
  void whatNoHookSeesIsLetThroughAndSaid() {
    Set<String> rungs =
        Stream.of("block_connect_raw", "block_bind_raw", "block_send_packet")
            .map(this::rung)
            .collect(Collectors.toSet());
    assertEquals(1, rungs.size(), rungs::toString);
    assertEquals(hooks, !rungs.contains("none"));
    Assumptions.assumeFalse(hooks, "the hooks of sockets can be used here");
    block(Operation.CONNECT);
    assertEquals(Tally.refused(1), actor.connect(1));
    assertEquals(Tally.allowed(1), connect("raw4"));
  }

  @Test
  void aBlockOfConnectHoldsForSocketsThatNoCgroupHookSees() {
    Assumptions.assumeTrue(hooks, "no hook of sockets can be used here");
    List<String> connects = connects();
    assertTrue(connects.containsAll(List.of("raw4", "raw6")), connects::toString);
    block(Operation.CONNECT);
    for (String how : connects) {
      assertEquals(Tally.refused(1), connect(how), how);
    }
    assertEquals(Tally.refused(1), connect("vsock"));
    assertEquals(Tally.refused(1), actor.connect(1));
    assertEquals(Tally.allowed(1), connect("netlink"), "what ends on this machine is no connect");
    assertEquals(Tally.allowed(1), actor.bind("bindraw4", 1), "bind is not blocked");
    Event.Connect told =
        fixture.by(actor, Event.Connect.class).stream()
            .filter(each -> each.endpoint().protocol() == ICMP)
            .reduce((_, last) -> last)
            .orElseThrow();
    assertEquals(Decision.BLOCKED, told.decision());
  }

  @Test
  void aBlockOfBindHoldsForSocketsThatNoCgroupHookSees() {
    Assumptions.assumeTrue(hooks, "no hook of sockets can be used here");
    List<String> binds =
        List.of("bindraw4", "bindraw6", "bindsctp4").stream()
            .filter(how -> actor.bind(how, 1).equals(Tally.allowed(1)))
            .toList();
    assertTrue(binds.containsAll(List.of("bindraw4", "bindraw6")), binds::toString);
    block(Operation.BIND);
    for (String how : binds) {
      assertEquals(Tally.refused(1), actor.bind(how, 1), how);
    }
    assertEquals(Tally.refused(1), actor.bind("bind4", 1));
    assertEquals(Tally.allowed(1), connect("raw4"), "connect is not blocked");
  }

  @Test
  void oneBucketServesBothKindsOfHooksAndNothingIsChargedTwice() {
    Assumptions.assumeTrue(hooks, "no hook of sockets can be used here");
    Verdict throttle = HostKernelFixture.throttle(fixture.tree(actor), 6);
    fixture.apply(throttle);
    assertEquals(Tally.allowed(3), actor.connect("raw4", ActorStage.PORT, 3));
    assertEquals(Tally.allowed(3), actor.connect(3));
    assertEquals(new Tally(0, 2, 0, 0), actor.connect("raw4", ActorStage.PORT, 2));
    assertEquals(new Tally(0, 2, 0, 0), actor.connect(2));
    assertEquals(4, fixture.hits(throttle));
  }

  @Test
  void aBlockOfSendHoldsBelowIpWhileItStands() {
    Assumptions.assumeTrue(hooks, "no hook of sockets can be used here");
    assertEquals("3 0 0 0", actor.ask("packet 3"));
    Verdict block =
        HostKernelFixture.verdict(fixture.tree(actor), Action.BLOCK, EnumSet.of(Operation.SEND));
    fixture.apply(block);
    assertEquals("0 0 3 0", actor.ask("packet 3"));
    assertEquals(3, fixture.hits(block));
    fixture.kernel().verdicts().release(block.id());
    assertEquals("3 0 0 0", actor.ask("packet 3"));
  }
}
