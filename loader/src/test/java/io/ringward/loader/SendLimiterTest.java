/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringward.bpf.BootClock;
import io.ringward.kernel.Action;
import io.ringward.kernel.Event;
import io.ringward.kernel.Hook;
import io.ringward.kernel.Operation;
import io.ringward.kernel.SendOutcome;
import io.ringward.kernel.Subject;
import io.ringward.kernel.TokenRate;
import io.ringward.kernel.Verdict;
import io.ringward.kernel.VerdictTable.Outcome;
import io.ringward.loader.Actor.Tally;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Bytes that leave, held to a rate: on loopback, and on a device of the test's own with fq. One
 * kernel side for all tests.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class SendLimiterTest {
  /** With the headers of IPv4 and UDP a datagram of it is 1000 bytes. */
  private static final int PAYLOAD = 972;

  private static final int ENOBUFS = 105;

  /** Ten datagrams, and not eleven. */
  private static final TokenRate TEN = new TokenRate(1, 9_500);

  private static final Set<Operation> SEND = EnumSet.of(Operation.SEND);

  private HostKernelFixture fixture;
  private DatagramChannel receiver;
  private Map<SendOutcome, SendLimiter.Count> before;

  @BeforeAll
  void openKernel() throws IOException {
    fixture = HostKernelFixture.enforcing();
  }

  @AfterAll
  void closeKernel() throws IOException {
    if (fixture != null) {
      fixture.close();
    }
  }

  @BeforeEach
  void open() throws IOException {
    before = fixture.kernel().sends().counts();
    receiver = DatagramChannel.open();
    receiver.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    receiver.configureBlocking(false);
  }

  @AfterEach
  void close() throws IOException {
    receiver.close();
    fixture
        .kernel()
        .verdicts()
        .inForce()
        .forEach(one -> fixture.kernel().verdicts().release(one.verdict().id()));
  }

  private static Verdict throttle(Subject subject, Set<Operation> operations, TokenRate rate) {
    Verdict like = HostKernelFixture.verdict(subject, Action.BLOCK, operations);
    return new Verdict(
        like.id(),
        subject,
        Action.THROTTLE,
        operations,
        Optional.of(rate),
        like.issuedNanos(),
        like.expiryNanos(),
        like.causeNanos(),
        false,
        "test",
        "a test");
  }

  private void connect(Actor actor) throws IOException {
    int port = ((InetSocketAddress) receiver.getLocalAddress()).getPort();
    assertEquals("open", actor.ask("open udp 127.0.0.1 " + port));
  }

  /** Twenty datagrams: fewer than a socket's buffer holds. */
  private static Tally pushTwenty(Actor actor) {
    return actor.push(PAYLOAD, 20);
  }

  private int received() throws IOException {
    ByteBuffer datagram = ByteBuffer.allocate(2 * PAYLOAD);
    int count = 0;
    while (receiver.receive(datagram.clear()) != null) {
      count++;
    }
    return count;
  }

  private long packets(SendOutcome outcome) {
    return fixture.kernel().sends().counts().get(outcome).packets() - before.get(outcome).packets();
  }

  private Event.Enforcement told(Verdict verdict) {
    return fixture.only(
        "the enforcement", Event.Enforcement.class, hit -> hit.verdictId() == verdict.id());
  }

  @Test
  void datagramsBeyondTheBucketAreDroppedUntilItIsReleased() throws IOException {
    Actor actor = fixture.stage().start();
    connect(actor);
    assertFalse(fixture.kernel().sends().isAttached());
    Verdict verdict = throttle(fixture.tree(actor), SEND, TEN);
    fixture.apply(verdict);
    assertTrue(fixture.kernel().sends().isAttached());
    assertEquals(new Tally(10, 0, 0, 10), pushTwenty(actor), "the sender is told: ENOBUFS");
    assertEquals(10, received());
    assertEquals(10, fixture.hits(verdict));
    assertEquals(10, packets(SendOutcome.PASSED));
    assertEquals(10, packets(SendOutcome.DROPPED));
    assertEquals(
        10_000L,
        fixture.kernel().sends().counts().get(SendOutcome.DROPPED).bytes()
            - before.get(SendOutcome.DROPPED).bytes());
    Event.Enforcement told = told(verdict);
    assertEquals(actor.pid(), told.header().process().tgid());
    assertEquals(Hook.SEND, told.hook());
    assertEquals(Operation.SEND, told.operation());
    assertEquals(ENOBUFS, told.errno());
    assertTrue(fixture.kernel().verdicts().release(verdict.id()));
    assertFalse(fixture.kernel().sends().isAttached());
    assertEquals(Tally.allowed(20), pushTwenty(actor));
    assertEquals(20, received());
  }

  @Test
  void socketsOpenedLaterAndThoseOfChildrenDrawFromTheSameBucket() throws IOException {
    Actor actor = fixture.stage().start();
    Actor stranger = fixture.stage().start();
    connect(stranger);
    fixture.apply(throttle(fixture.tree(actor), SEND, TEN));
    connect(actor);
    Actor child = actor.fork();
    connect(child);
    assertEquals(Tally.allowed(6), actor.push(PAYLOAD, 6));
    assertEquals(new Tally(4, 0, 0, 2), child.push(PAYLOAD, 6));
    assertEquals(new Tally(0, 0, 0, 6), actor.push(PAYLOAD, 6));
    assertEquals(Tally.allowed(20), pushTwenty(stranger));
    assertEquals(30, received());
  }

  @Test
  void aSocketThatSomebodyElseHasTooIsLeftAlone() throws IOException {
    Actor parent = fixture.stage().start();
    connect(parent);
    Actor child = parent.fork();
    fixture.apply(throttle(fixture.tree(child), SEND, TEN));
    assertEquals(Tally.allowed(20), pushTwenty(parent));
    assertEquals(Tally.allowed(20), pushTwenty(child), "it is their common socket");
    connect(child);
    assertEquals(new Tally(10, 0, 0, 10), pushTwenty(child));
    assertEquals(Tally.allowed(20), pushTwenty(parent));
  }

  @Test
  void aSocketGotFromSomebodyWhoIsGoneIsFoundByALaterLook() throws IOException {
    Actor parent = fixture.stage().start();
    connect(parent);
    Actor child = parent.fork();
    fixture.apply(throttle(fixture.tree(child), SEND, TEN));
    assertEquals(Tally.allowed(20), pushTwenty(child));
    ProcessHandle.of(parent.pid()).ifPresent(ProcessHandle::destroyForcibly);
    ActorStage.await(
        "the look that finds it",
        () -> {
          fixture.beat();
          return child.push(PAYLOAD, 20).other() > 0;
        });
  }

  @Test
  void aConnectionGoesOnWhereItWasHeldUp() throws IOException {
    Actor actor = fixture.stage().start();
    try (ServerSocketChannel server = ServerSocketChannel.open()) {
      server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      int port = ((InetSocketAddress) server.getLocalAddress()).getPort();
      assertEquals("open", actor.ask("open tcp 127.0.0.1 " + port));
      try (SocketChannel connection = server.accept()) {
        connection.configureBlocking(false);
        Verdict verdict = throttle(fixture.tree(actor), SEND, new TokenRate(1, 2_000));
        fixture.apply(verdict);
        long sent = 0;
        while (fixture.hits(verdict) == 0) {
          fixture.beat();
          sent += actor.push(60_000, 1).ok() * 60_000;
        }
        long held = read(connection, 0);
        assertTrue(held < sent, held + " of " + sent);
        assertTrue(fixture.kernel().verdicts().release(verdict.id()));
        assertEquals(sent, read(connection, sent - held) + held, "nothing was lost");
      }
    }
  }

  /** Reads what is there, and waits until it is so much. */
  private static long read(SocketChannel connection, long wanted) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(1 << 16);
    long[] total = {0};
    ActorStage.await(
        "the rest of " + wanted,
        () -> {
          try {
            for (int got; (got = connection.read(bytes.clear())) > 0; ) {
              total[0] += got;
            }
          } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
          }
          return total[0] >= wanted;
        });
    return total[0];
  }

  @Test
  void aCgroupIsHeldWithAllBelowIt() throws IOException {
    Path cgroup = fixture.stage().cgroup("sends");
    Path below = fixture.stage().cgroup(cgroup, "below");
    Actor actor = fixture.stage().start(below);
    Actor stranger = fixture.stage().start();
    connect(actor);
    connect(stranger);
    Verdict verdict = throttle(new Subject.ControlGroup(ControlGroups.id(cgroup)), SEND, TEN);
    fixture.apply(verdict);
    assertEquals(new Tally(10, 0, 0, 10), pushTwenty(actor));
    assertEquals(Tally.allowed(20), pushTwenty(stranger));
    assertEquals(actor.pid(), told(verdict).header().process().tgid());
    assertTrue(fixture.kernel().verdicts().release(verdict.id()));
    assertEquals(Tally.allowed(20), pushTwenty(actor));
  }

  @Test
  void blockLetsNoPacketLeave() throws IOException {
    Actor actor = fixture.stage().start();
    connect(actor);
    Verdict verdict = HostKernelFixture.verdict(fixture.tree(actor), Action.BLOCK, SEND);
    fixture.apply(verdict);
    assertEquals(Tally.refused(20), pushTwenty(actor));
    assertEquals(0, received());
    assertTrue(fixture.kernel().verdicts().release(verdict.id()));
    assertEquals(Tally.allowed(20), pushTwenty(actor));
  }

  @Test
  void shadowCountsAndLetsThrough() throws IOException {
    Actor actor = fixture.stage().start();
    connect(actor);
    Verdict verdict = HostKernelFixture.shadow(throttle(fixture.tree(actor), SEND, TEN));
    fixture.apply(verdict);
    assertEquals(Tally.allowed(20), pushTwenty(actor));
    assertEquals(20, received());
    assertEquals(10, fixture.hits(verdict));
    assertEquals(0, packets(SendOutcome.DROPPED));
  }

  @Test
  void itEndsWithItsTimeAndWithTheHeartbeat() throws IOException {
    Actor actor = fixture.stage().start();
    connect(actor);
    fixture.apply(
        HostKernelFixture.expiring(
            HostKernelFixture.verdict(fixture.tree(actor), Action.BLOCK, SEND),
            BootClock.nanos() + 1_000_000_000L));
    assertEquals(Tally.refused(1), actor.push(PAYLOAD, 1));
    ActorStage.await("its end", () -> !fixture.kernel().sends().isAttached());
    assertEquals(Tally.allowed(20), pushTwenty(actor));
    fixture.apply(HostKernelFixture.verdict(fixture.tree(actor), Action.BLOCK, SEND));
    assertEquals(Tally.refused(1), actor.push(PAYLOAD, 1));
    ActorStage.await("silence", () -> actor.push(PAYLOAD, 1).ok() == 1);
  }

  @Test
  void oneRateIsForOneUnit() throws IOException {
    Actor actor = fixture.stage().start();
    Verdict mixed =
        throttle(fixture.tree(actor), EnumSet.of(Operation.SEND, Operation.CONNECT), TEN);
    Outcome outcome = fixture.kernel().verdicts().apply(mixed);
    String why = assertInstanceOf(Outcome.Refused.class, outcome).why();
    assertTrue(why.contains("a verdict for each"), why);
    assertFalse(fixture.kernel().sends().isAttached());
  }

  @Test
  void packetsWaitForTheirTimeWhereTheQueueObeysIt() throws IOException {
    try (Device device = Device.make()) {
      assertTrue(
          fixture.kernel().sends().devices().contains(new SendLimiter.Device(device.name, "fq")),
          () -> fixture.kernel().sends().devices().toString());
      Actor actor = fixture.stage().start();
      assertEquals("open", actor.ask("open udp " + Device.PEER + " 9"));
      // A datagram each 50 ms.
      Verdict verdict = throttle(fixture.tree(actor), SEND, new TokenRate(20_000, 1_000));
      fixture.apply(verdict);
      long start = System.nanoTime();
      assertEquals(Tally.allowed(20), pushTwenty(actor), "they are in the queue");
      ActorStage.await("all to leave", () -> device.sent() >= 20);
      long elapsed = System.nanoTime() - start;
      assertEquals(20, packets(SendOutcome.PASSED) + packets(SendOutcome.PACED));
      assertEquals(0, packets(SendOutcome.DROPPED));
      // Never faster than the rate, after what the bucket holds and the one that overdraws it.
      assertTrue(elapsed >= 890_000_000L, elapsed + " ns for 20 datagrams");
      // More than two seconds' worth is not put into the queue.
      assertTrue(actor.push(PAYLOAD, 1000).ok() < 1000);
    }
  }

  /** A device of the test's own, which nothing leaves really, with fq as its queue. */
  private record Device(String name) implements AutoCloseable {
    static final String PEER = "198.51.100.2"; // TEST-NET-2, RFC 5737

    static Device make() throws IOException {
      Device device = new Device("rw" + ProcessHandle.current().pid() % 100_000);
      List<String> steps =
          List.of(
              "ip link add " + device.name + " type dummy",
              "ip address add 198.51.100.1/30 dev " + device.name,
              "tc qdisc replace dev " + device.name + " root fq",
              "ip link set " + device.name + " up");
      boolean made = run(steps.getFirst()) == 0;
      if (made) { // else neighbours would be looked for there
        Path quiet = Path.of("/proc/sys/net/ipv6/conf/" + device.name + "/disable_ipv6");
        if (Files.exists(quiet)) {
          Files.writeString(quiet, "1");
        }
      }
      for (String step : made ? steps.subList(1, steps.size()) : steps) {
        if (run(step) != 0) {
          device.close();
          System.err.println("skipped: '" + step + "' fails here");
          Assumptions.abort("'" + step + "' fails here");
        }
      }
      return device;
    }

    long sent() {
      try {
        return Long.parseLong(
            Files.readString(Path.of("/sys/class/net/" + name + "/statistics/tx_packets")).strip());
      } catch (IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    }

    private static int run(String command) throws IOException {
      try {
        return new ProcessBuilder(("/usr/sbin/" + command).split(" "))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start()
            .waitFor();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return -1;
      }
    }

    @Override
    public void close() throws IOException {
      int unused = run("ip link delete " + name);
    }
  }
}
