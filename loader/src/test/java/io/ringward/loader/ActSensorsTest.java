/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ringward.kernel.Act;
import io.ringward.kernel.ActDetail;
import io.ringward.kernel.ActNames;
import io.ringward.kernel.DnsQuestion;
import io.ringward.kernel.Event;
import io.ringward.kernel.MemoryTrait;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Each act is done by a real process, and told with what is true; what nobody wants is not told.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ActSensorsTest {
  private static final int NOBODY = 65534;
  private static final int CANNOT = 77;

  private HostKernelFixture opened;
  private HostKernelFixture fixture;

  @BeforeAll
  void openKernel() throws IOException {
    opened = new HostKernelFixture(HostKernelFixture.options().withSensors(true));
  }

  @AfterAll
  void closeKernel() throws IOException {
    if (opened != null) {
      opened.close();
    }
  }

  @BeforeEach
  void open() throws IOException {
    fixture = opened.forOneTest();
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
  }

  /** What a deed's process told, when it is over. */
  private List<Event.Acted> told(String... deed) {
    List<String> command =
        new ArrayList<>(List.of(ActorStage.program().resolveSibling("deed").toString()));
    command.addAll(List.of(deed));
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String words = new String(process.getInputStream().readAllBytes());
      int status = process.waitFor();
      if (status == CANNOT) {
        System.err.println("skipped: this kernel cannot do " + List.of(deed));
      }
      assumeTrue(status != CANNOT, "this kernel cannot do " + List.of(deed));
      assertEquals(0, status, words);
      int pid = (int) process.pid();
      fixture.only(
          "exit of " + List.of(deed),
          Event.Exit.class,
          exit -> exit.header().process().tgid() == pid);
      return fixture.events(Event.Acted.class, acted -> acted.header().process().tgid() == pid);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private Event.Acted one(Act act, String... deed) {
    List<Event.Acted> acts = told(deed).stream().filter(each -> each.act() == act).toList();
    assertEquals(1, acts.size(), acts::toString);
    Event.Acted acted = acts.getFirst();
    assertEquals("deed", acted.comm());
    assertEquals(act.hook(), acted.header().hook());
    return acted;
  }

  private <D extends ActDetail> D detail(Class<D> type, Act act, String... deed) {
    return assertInstanceOf(type, one(act, deed).detail());
  }

  @Test
  void usersAndGroupsAreToldBeforeAndAfter() {
    assertEquals(
        new ActDetail.Identity(0, 0, 0, 0, NOBODY, 0),
        detail(ActDetail.Identity.class, Act.SETUID, "setuid"));
    assertEquals(
        new ActDetail.Identity(0, 0, 0, NOBODY, NOBODY, NOBODY),
        detail(ActDetail.Identity.class, Act.SETGID, "setgid"));
    assertEquals(List.of(), told("sameuid"), "nothing changed");
    List<Event.Acted> refused = told("refuseduid");
    assertEquals(List.of(0, -1), refused.stream().map(Event.Acted::result).toList());
    assertEquals(
        new ActDetail.Identity(NOBODY, NOBODY, NOBODY, NOBODY, NOBODY, NOBODY),
        refused.getLast().detail());
  }

  @Test
  void capabilitiesAreToldBeforeAndAfter() {
    ActDetail.CapabilitySets sets = detail(ActDetail.CapabilitySets.class, Act.CAPSET, "capset");
    assertEquals(
        "CAP_NET_RAW", ActNames.capabilities(sets.effectiveBefore() & ~sets.effectiveAfter()));
    assertEquals(sets.permittedBefore(), sets.permittedAfter());
  }

  @Test
  void handsOnAnotherProcessNameIt() {
    for (Map.Entry<Act, String> deed :
        Map.of(
                Act.PTRACE, "ptrace",
                Act.PROCESS_VM_WRITEV, "writev",
                Act.PIDFD_GETFD, "getfd",
                Act.SIGNAL, "signal")
            .entrySet()) {
      Event.Acted acted = one(deed.getKey(), deed.getValue());
      ActDetail.OnProcess on = assertInstanceOf(ActDetail.OnProcess.class, acted.detail());
      // The victim is a child of the one that does it.
      Event.Fork fork =
          fixture
              .events(
                  Event.Fork.class,
                  each -> each.header().process().equals(acted.header().process()))
              .getFirst();
      assertEquals(fork.child(), on.target(), deed.getValue());
      boolean stranger = deed.getKey() == Act.PTRACE || deed.getKey() == Act.SIGNAL;
      assertEquals(stranger ? NOBODY : 0, on.targetUid(), deed.getValue());
      long code =
          switch (deed.getKey()) {
            case PTRACE -> 16; // PTRACE_ATTACH
            case PROCESS_VM_WRITEV -> 1; // byte
            case PIDFD_GETFD -> 2; // descriptor
            default -> 10; // SIGUSR1
          };
      assertEquals(code, on.code(), deed.getValue());
    }
  }

  @Test
  void aPidIsUnderstoodInItsNamespace() throws IOException {
    Process process =
        new ProcessBuilder(
                "unshare",
                "--pid",
                "--fork",
                ActorStage.program().resolveSibling("deed").toString(),
                "ptrace")
            .inheritIO()
            .start();
    Event.Acted acted =
        fixture.only(
            "ptrace in a pid namespace",
            Event.Acted.class,
            each -> each.act() == Act.PTRACE && each.comm().equals("deed"));
    Event.Fork fork =
        fixture
            .events(
                Event.Fork.class, each -> each.header().process().equals(acted.header().process()))
            .getFirst();
    assertEquals(
        fork.child(), assertInstanceOf(ActDetail.OnProcess.class, acted.detail()).target());
    process.onExit().join();
  }

  @Test
  void doorsOfTheKernelAreTold() {
    assertEquals(
        "CLONE_NEWUTS|CLONE_NEWNET",
        ActNames.namespaces(detail(ActDetail.Numbers.class, Act.UNSHARE, "unshare").first()));
    assertEquals(
        "CLONE_NEWUTS",
        ActNames.namespaces(detail(ActDetail.Numbers.class, Act.SETNS, "setns").first()));
    assertEquals(02000000, detail(ActDetail.Numbers.class, Act.USERFAULTFD, "userfaultfd").first());
    assertEquals(0, detail(ActDetail.Numbers.class, Act.KEYCTL, "keyctl").first());
    ActDetail.Numbers bpf = detail(ActDetail.Numbers.class, Act.BPF, "bpf");
    assertEquals(List.of(0L, 2L), List.of(bpf.first(), bpf.second()), "an array is made");
    ActDetail.Numbers perf = detail(ActDetail.Numbers.class, Act.PERF_EVENT_OPEN, "perf");
    assertEquals(
        List.of(1L, 1L, 0L, -1L),
        List.of(
            perf.first(), perf.second(), (long) (int) perf.third(), (long) (int) perf.fourth()));
    assertEquals(4, detail(ActDetail.Numbers.class, Act.IO_URING_SETUP, "iouring").first());
  }

  @Test
  void memoryThatBecomesExecutableIsToldWithItsTraits() {
    assertEquals(
        traits(MemoryTrait.ANONYMOUS, MemoryTrait.WRITTEN),
        detail(ActDetail.Memory.class, Act.MMAP, "mmap").traits());
    assertEquals(
        traits(MemoryTrait.ANONYMOUS),
        detail(ActDetail.Memory.class, Act.MPROTECT, "mprotect").traits());
    assertEquals(
        traits(MemoryTrait.WRITTEN),
        detail(ActDetail.Memory.class, Act.MPROTECT, "mprotectfile").traits());
    assertEquals(
        traits(MemoryTrait.MEMFD), detail(ActDetail.Memory.class, Act.MMAP, "mmapmemfd").traits());
    assertEquals(
        new ActDetail.Named("memfd:a name", 1),
        detail(ActDetail.Named.class, Act.MEMFD_CREATE, "memfd"));
  }

  private static int traits(MemoryTrait... traits) {
    int word = 0;
    for (MemoryTrait trait : traits) {
      word |= trait.bit();
    }
    return word;
  }

  @Test
  void socketsOutOfTheOrdinaryAreTold() {
    assertEquals(
        new ActDetail.NewSocket(2, 3, 1), detail(ActDetail.NewSocket.class, Act.SOCKET, "raw"));
    ActDetail.NewSocket packet = detail(ActDetail.NewSocket.class, Act.SOCKET, "packet");
    assertEquals(List.of(17, 3), List.of(packet.family(), packet.type()));
    assertEquals(List.of(), told("stream"), "nothing out of the ordinary");
  }

  @Test
  void aSocketOnStandardInputIsToldWithItsPeer() {
    for (int how = 1; how <= 4; how++) {
      List<Event.Acted> acts = told("dup" + how);
      Event.Acted listen =
          acts.stream().filter(each -> each.act() == Act.LISTEN).findFirst().orElseThrow();
      Event.Acted dup =
          acts.stream().filter(each -> each.act() == Act.DUP).findFirst().orElseThrow();
      ActDetail.Connection peer = assertInstanceOf(ActDetail.Connection.class, dup.detail());
      ActDetail.Connection server = assertInstanceOf(ActDetail.Connection.class, listen.detail());
      assertEquals(how == 3 ? 1 : 0, dup.result(), "dup" + how);
      assertTrue(peer.address().isLoopbackAddress());
      assertEquals(server.localPort(), peer.remotePort());
      assertEquals(6, peer.protocol());
      assertEquals(5, server.code(), "the backlog");
    }
  }

  @Test
  void whatIsWantedIsAttachedAndWhatIsNotCostsNothing() {
    assertFalse(fixture.kernel().sensors().attached().contains(Act.ACCEPT));
    long before = fixture.kernel().sensors().runs(Act.ACCEPT).seen();
    assertEquals(Set.of(Act.LISTEN), acts(told("talk")));
    assertEquals(before, fixture.kernel().sensors().runs(Act.ACCEPT).seen());
    fixture.kernel().sensors().want(Set.of(Act.ACCEPT));
    ActDetail.Connection peer = detail(ActDetail.Connection.class, Act.ACCEPT, "talk");
    assertTrue(peer.address().isLoopbackAddress());
    assertTrue(peer.remotePort() > 0 && peer.localPort() > 0);
    fixture.kernel().sensors().want(Set.of());
    assertEquals(Set.of(Act.LISTEN), acts(told("talk")));
  }

  private static Set<Act> acts(List<Event.Acted> events) {
    return Set.copyOf(events.stream().map(Event.Acted::act).toList());
  }

  @Test
  void whatIsLeftOutIsCounted() {
    ActSensors sensors = fixture.kernel().sensors();
    SensorRuns before = sensors.runs(Act.MMAP);
    assertEquals(
        List.of(), told("sameuid"), "its libraries are mapped, which nobody wants to know");
    SensorRuns after = sensors.runs(Act.MMAP);
    assertTrue(after.seen() > before.seen());
    assertTrue(after.filtered() > before.filtered());
  }

  @Test
  void aConnectionIsSummedUpAtItsEnd() {
    fixture.kernel().sensors().want(Set.of(Act.FLOW));
    List<ActDetail.Flow> flows =
        told("talk").stream()
            .filter(each -> each.act() == Act.FLOW)
            .map(each -> assertInstanceOf(ActDetail.Flow.class, each.detail()))
            .toList();
    assertEquals(2, flows.size(), "one for each side: " + flows);
    ActDetail.Flow asked =
        flows.stream().filter(flow -> !flow.accepted()).findFirst().orElseThrow();
    ActDetail.Flow accepted =
        flows.stream().filter(ActDetail.Flow::accepted).findFirst().orElseThrow();
    assertEquals(1000, asked.bytesSent());
    assertEquals(500, accepted.bytesSent());
    // The kernel counts the end as one more.
    assertTrue(asked.bytesReceived() == 500 || asked.bytesReceived() == 501, asked::toString);
    assertTrue(
        accepted.bytesReceived() == 1000 || accepted.bytesReceived() == 1001, accepted::toString);
    assertEquals(asked.connection().remotePort(), accepted.connection().localPort());
    assertEquals(asked.connection().localPort(), accepted.connection().remotePort());
    assertTrue(asked.durationNanos() > 0 && asked.segmentsSent() > 0);
    assertEquals(6, asked.connection().protocol());
  }

  @Test
  void aDatagramsPeerIsToldOnce() {
    fixture.kernel().sensors().want(Set.of(Act.SEND));
    for (String address : List.of("127.0.0.1", "::1")) {
      ActDetail.Connection peer =
          detail(ActDetail.Connection.class, Act.SEND, "send", address, "9", "5");
      assertEquals(java.net.InetAddress.ofLiteral(address), peer.address());
      assertEquals(9, peer.remotePort());
      assertEquals(17, peer.protocol());
    }
  }

  @Test
  void whatANameServerIsAskedIsTold() {
    fixture.kernel().sensors().want(Set.of(Act.DNS));
    for (String address : List.of("127.0.0.1", "::1")) {
      for (String how : List.of("send", "ask")) {
        ActDetail.Query query = detail(ActDetail.Query.class, Act.DNS, how, address, "53", "1");
        DnsQuestion question = query.question().orElseThrow();
        assertEquals(new DnsQuestion("www.example.org", 16), question, how);
        assertEquals(java.net.InetAddress.ofLiteral(address), query.server().address());
      }
    }
    assertEquals(List.of(), told("send", "127.0.0.1", "54", "1"), "no name server's port");
  }
}
