/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.it.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.ringward.loader.cgroup.Hierarchies;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What a process sends or uses, slowed by an operator and by a rule, and let go on after it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ThrottledSendsTest {
  /** More than the buffers of both ends of a connection hold, at any setting. */
  private static final long BYTES = 64L << 20;

  private static final long PATIENCE_SECONDS = 60;

  private static final String RULE =
      """
      - rule: Slow program
        desc: A program with the mark in its arguments was started.
        condition: evt.type = execve and proc.args contains ringward-it-slow
        output: "%proc.name was started with the mark"
        priority: WARNING
        action: throttle
        operations: [send]
        rate: 1kB/s
        for: 5m
      """;

  /** Connects, waits for a line, and sends. */
  private static final String SENDER =
      "exec 3<>/dev/tcp/127.0.0.1/$1; echo open; read -r _; head -c "
          + BYTES
          + " /dev/zero >&3; echo sent";

  private static @TempDir Path folder;
  private TestGroup group;
  private AgentProcess agent;

  @BeforeAll
  void open() throws Exception {
    Assumptions.assumeTrue(
        Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0), "eBPF needs root");
    group = TestGroup.make();
    agent =
        AgentProcess.start(
            folder,
            "--mode",
            "enforce",
            "--cgroup",
            group.folder().toString(),
            "--no-starter-rules",
            "--rules",
            Files.writeString(folder.resolve("rules.yaml"), RULE).toString());
  }

  @AfterAll
  void close() {
    if (agent != null) {
      agent.close();
    }
    if (group != null) {
      group.close();
    }
  }

  /** The other end of a connection: counts what comes. */
  private static final class Receiver implements AutoCloseable {
    private final ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    private final AtomicLong received = new AtomicLong();

    Receiver() throws IOException {
      Thread.ofPlatform().daemon().name("receiver").start(this::receive);
    }

    int port() {
      return server.getLocalPort();
    }

    private void receive() {
      byte[] buffer = new byte[1 << 16];
      try (Socket connection = server.accept()) {
        for (int got; (got = connection.getInputStream().read(buffer)) > 0; ) {
          received.addAndGet(got);
        }
      } catch (IOException e) {
        return; // The test has ended, and closed it.
      }
    }

    @Override
    public void close() throws IOException {
      server.close();
    }
  }

  private Shell sender(Receiver receiver, String mark) throws IOException {
    return Shell.in(
        group, "exec bash -c '" + SENDER + "' " + mark + " " + receiver.port() + " " + mark);
  }

  private void assertHeldUntilReleased(String id, Shell sender, Receiver receiver)
      throws Exception {
    sender.tell("go");
    agent.await("a packet that is held", () -> row(id).get("hits").asInt() > 0);
    assertTrue(receiver.received.get() < BYTES);
    assertFalse(sender.lines().contains("sent"), "it waits in its own write: " + sender.lines());
    agent.await(
        "the count of packets on the metrics page",
        () ->
            agent
                .metric("ringward_send_packets_total{outcome=\"dropped\",}")
                .filter(count -> count > 0)
                .isPresent());
    assertTrue(agent.runWell("verdicts", "release", id).startsWith("Released " + id));
    sender.await(line -> line.equals("sent"), PATIENCE_SECONDS);
    agent.await("all that was sent", () -> receiver.received.get() == BYTES);
  }

  @Test
  void anOperatorSlowsAConnectionThatIsThereAndLetsItGoOn() throws Exception {
    try (Receiver receiver = new Receiver();
        Shell sender = sender(receiver, "plain")) {
      sender.await(line -> line.equals("open"), PATIENCE_SECONDS);
      JsonNode added =
          AgentProcess.parse(
              agent.runWell(
                  "verdicts",
                  "add",
                  "--json",
                  "--process",
                  Long.toString(sender.pid()),
                  "--action",
                  "throttle",
                  "--operations",
                  "send",
                  "--rate",
                  "1kB/s"));
      String id = added.get("id").asText();
      assertEquals("1kB/s", row(id).get("rate").asText());
      assertHeldUntilReleased(id, sender, receiver);
    }
  }

  @Test
  void aRuleSlowsWhatMatches() throws Exception {
    try (Receiver receiver = new Receiver();
        Shell sender = sender(receiver, "ringward-it-slow")) {
      sender.await(line -> line.equals("open"), PATIENCE_SECONDS);
      agent.await("a verdict of the rule", () -> rows().stream().anyMatch(this::isOfTheRule));
      String id =
          rows().stream().filter(this::isOfTheRule).findFirst().orElseThrow().get("id").asText();
      assertHeldUntilReleased(id, sender, receiver);
    }
  }

  private boolean isOfTheRule(JsonNode row) {
    return row.get("source").asText().equals("Slow program");
  }

  private List<JsonNode> rows() {
    return agent.runWell("verdicts", "list", "--json").lines().map(AgentProcess::parse).toList();
  }

  private JsonNode row(String id) {
    return rows().stream()
        .filter(row -> row.get("id").asText().equals(id))
        .findFirst()
        .orElseThrow();
  }

  /** What a group may use of a processor, in version 1 or 2. */
  private static String quota(Path folder) {
    try {
      Path two = folder.resolve("cpu.max");
      return Files.readString(Files.exists(two) ? two : folder.resolve("cpu.cfs_quota_us"))
          .strip()
          .split(" ")[0];
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void anOperatorHoldsAProcessThatHasItsGroupToItself() throws Exception {
    Hierarchies hierarchies = Hierarchies.find();
    Path mount =
        hierarchies.versionOne().getOrDefault("cpu", hierarchies.versionTwo().orElse(null));
    Path own = mount.resolve("ringward-it-own-" + ProcessHandle.current().pid());
    Files.createDirectory(own);
    try {
      Assumptions.assumeTrue(
          Files.exists(own.resolve("cpu.max")) || Files.exists(own.resolve("cpu.cfs_quota_us")),
          "groups here do not have the controller cpu");
      String before = quota(own);
      String id;
      try (Prober prober = group.prober()) {
        Files.writeString(own.resolve("cgroup.procs"), Long.toString(prober.pid()));
        String[] add = {
          "verdicts",
          "add",
          "--json",
          "--process",
          Long.toString(prober.pid()),
          "--action",
          "throttle",
          "--operations",
          "cpu",
          "--rate",
          "20%"
        };
        id = AgentProcess.parse(agent.runWell(add)).get("id").asText();
        assertEquals("20000", quota(own));
        assertEquals("0.2", row(id).get("rate").asText());
        agent.runWell("verdicts", "release", id);
        assertEquals(before, quota(own));
        Files.writeString(mount.resolve("cgroup.procs"), Long.toString(prober.pid()));
        AgentProcess.Result shared = agent.run(add);
        assertEquals(1, shared.exitCode(), shared::toString);
        assertTrue(shared.err().contains("cpu cannot be throttled"), shared::toString);
      }
    } finally {
      Files.deleteIfExists(own);
    }
  }

  @Test
  void whatOneRateCannotHoldIsSaid() {
    AgentProcess.Result mixed =
        agent.run(
            "verdicts",
            "add",
            "--process",
            "1",
            "--action",
            "throttle",
            "--operations",
            "send,connect",
            "--rate",
            "10/s");
    assertEquals(2, mixed.exitCode(), mixed::toString);
    assertTrue(mixed.err().contains("use a verdict for each"), mixed::toString);
    AgentProcess.Result blocked;
    try (Prober prober = group.prober()) {
      String pid = Long.toString(prober.pid());
      blocked =
          agent.run(
              "verdicts", "add", "--process", pid, "--action", "block", "--operations", "cpu");
    }
    assertEquals(2, blocked.exitCode(), blocked::toString);
    assertTrue(blocked.err().contains("and not blocked"), blocked::toString);
  }
}
