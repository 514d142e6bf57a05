/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringward.bpf.Capabilities;
import io.ringward.bpf.Pidfd;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What root may and may not do to a process that protects itself. All attacks are on a process of
 * the test's own. Where the kernel has no hooks for it, everything is let through, and that is
 * said.
 */
final class SelfProtectionTest {
  private static final int SIGCONT = 18;
  private static final int SIGSTOP = 19;
  private static final int SIGKILL = 9;
  private static final Path GUEST = Path.of("/run/vm");

  private ActorStage stage;
  private Process agent;
  private BufferedReader out;
  private boolean shielded;

  @BeforeEach
  void needsRights() throws IOException {
    List<String> missing = Capabilities.ofThisProcess().missingForBpf();
    Assumptions.assumeTrue(missing.isEmpty(), () -> "loading BPF needs " + missing);
    stage = new ActorStage();
  }

  @AfterEach
  void close() throws IOException, InterruptedException {
    if (agent != null) {
      int unused = agent.destroyForcibly().waitFor();
    }
    stage.close();
  }

  private void start(boolean enforces) throws IOException {
    agent =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx64m",
                "-cp",
                System.getProperty("java.class.path"),
                HoldShield.class.getName(),
                stage.directory().toString(),
                Boolean.toString(enforces))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    out = agent.inputReader();
    List<String> rungs = new ArrayList<>();
    for (String line = out.readLine(); !line.equals("ready"); line = out.readLine()) {
      rungs.add(line);
    }
    assertEquals(3, rungs.size(), rungs::toString);
    shielded = rungs.stream().noneMatch(rung -> rung.endsWith(" none"));
    assertTrue(
        shielded
            || rungs.equals(
                List.of("protect_maps none", "protect_pins none", "protect_process none")),
        rungs::toString);
  }

  private void say(String what) throws IOException {
    agent.outputWriter().write(what + "\n");
    agent.outputWriter().flush();
  }

  /** Root's, of a process that is no sibling of the agent's: a shell's child. */
  private int attack(String command) throws IOException, InterruptedException {
    Process outer =
        new ProcessBuilder("/bin/bash", "-c", "bash -c '" + command + "'; exit $?")
            .redirectErrorStream(true)
            .start();
    String said = new String(outer.getInputStream().readAllBytes());
    int status = outer.waitFor();
    // A tool that is missing, or a process that is gone, is no protection.
    assertTrue(
        status == 0
            || said.contains("not permitted")
            || said.contains("Permission denied")
            || said.contains("must be superuser"), // umount's word for EPERM
        () -> command + ": " + said);
    return status;
  }

  private int signal(int number) throws IOException, InterruptedException {
    return attack("kill -" + number + " " + agent.pid());
  }

  /** The tests' own line to the agent's memory: what ptrace is for. */
  private int readMemory() throws IOException, InterruptedException {
    return attack("exec 3< /proc/" + agent.pid() + "/mem");
  }

  private static String idOf(Process process, String what) throws IOException {
    try (DirectoryStream<Path> all =
        Files.newDirectoryStream(Path.of("/proc/" + process.pid() + "/fdinfo"))) {
      Pattern pattern = Pattern.compile("(?m)^" + what + "_id:\\s*(\\d+)$");
      for (Path each : all) {
        Matcher found = pattern.matcher(Files.readString(each));
        if (found.find()) {
          return found.group(1);
        }
      }
    }
    throw new AssertionError("process " + process.pid() + " holds no " + what);
  }

  private void awaitTold(String part) throws IOException {
    String line = out.readLine();
    while (!line.contains(part)) {
      line = out.readLine();
    }
    assertTrue(line.startsWith("told "), line);
  }

  @Test
  void rootMayNotEndStopTraceOrReachIntoAnAgentThatProtectsItself()
      throws IOException, InterruptedException {
    start(true);
    if (!shielded) {
      assertEquals(0, signal(SIGKILL), "without hooks nobody is held up");
      int unused = agent.waitFor();
      return;
    }
    for (int number : new int[] {SIGKILL, SIGSTOP, 15, 2, 11}) {
      assertTrue(signal(number) != 0, "signal " + number);
    }
    assertEquals(0, signal(0));
    assertEquals(0, signal(SIGCONT));
    assertTrue(readMemory() != 0);
    String map = idOf(agent, "map");
    assertTrue(attack("/usr/sbin/bpftool map update id " + map + " key 0 value 0") != 0);
    assertTrue(attack("/usr/sbin/bpftool link detach id " + idOf(agent, "link")) != 0);
    assertTrue(agent.isAlive());
    awaitTold("signal");
    awaitTold("link");

    // An ancestor may: here the test itself. And what the agent's parent has started beside it.
    try (Pidfd handle = Pidfd.open((int) agent.pid()).orElseThrow()) {
      assertTrue(handle.sendSignal(SIGSTOP));
      assertTrue(handle.sendSignal(SIGCONT));
      theFirstProcessMayStopIt();
      assertTrue(
          signal(SIGSTOP) != 0, "and others may not: it goes on, and so does its protection");
      Process beside = new ProcessBuilder("/bin/bash", "-c", "kill -STOP " + agent.pid()).start();
      assertEquals(0, beside.waitFor());
      // It hangs: its heartbeat is over, and with it all protection.
      ActorStage.await(
          "the end of the kernel's patience",
          () -> {
            try {
              return readMemory() == 0;
            } catch (IOException | InterruptedException e) {
              throw new AssertionError(e);
            }
          });
      assertTrue(handle.sendSignal(SIGCONT));
    }
    say("end");
    awaitClosed();
    assertEquals(0, signal(SIGKILL), "it has ended in order, and nothing protects it");
    assertEquals(128 + SIGKILL, agent.waitFor());
  }

  /** In the project's own guests, whose first process sends signals when it is asked to. */
  private void theFirstProcessMayStopIt() throws IOException, InterruptedException {
    if (!Files.readString(Path.of("/proc/1/comm")).startsWith("guest-main")) {
      System.err.println("skipped: the first process of this machine takes no orders");
      return;
    }
    assertEquals("0", byTheFirstProcess(SIGSTOP));
    ActorStage.await("the agent's stop", () -> state().startsWith("T"));
    assertEquals(0, signal(SIGCONT));
    ActorStage.await("the agent's going on", () -> !state().startsWith("T"));
  }

  private String byTheFirstProcess(int number) throws IOException, InterruptedException {
    Path answer = GUEST.resolve("signalled");
    Files.deleteIfExists(answer);
    Files.writeString(GUEST.resolve("signal"), number + " " + agent.pid() + "\n");
    assertEquals(0, attack("kill -USR1 1"));
    ActorStage.await("the first process's answer", () -> Files.exists(answer));
    return Files.readString(answer).strip();
  }

  /** proc(5). */
  private String state() {
    try {
      String stat = Files.readString(Path.of("/proc/" + agent.pid() + "/stat"));
      return stat.substring(stat.lastIndexOf(')') + 2);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void awaitClosed() throws IOException {
    for (String line = out.readLine(); !line.equals("closed"); line = out.readLine()) {
      assertFalse(line.isEmpty());
    }
  }

  @Test
  void inShadowAttacksAreToldAndLetThrough() throws IOException, InterruptedException {
    start(false);
    Assumptions.assumeTrue(shielded, "no hook of this kernel protects a process");
    assertEquals(0, readMemory());
    awaitTold("it was let through in shadow mode");
    say("silent");
    assertEquals(0, signal(SIGKILL));
    assertEquals(128 + SIGKILL, agent.waitFor());
  }

  @Test
  void whatPersistsIsKeptFromRootWhileTheAgentLivesAndNoLonger()
      throws IOException, InterruptedException {
    start(true);
    Assumptions.assumeTrue(shielded, "no hook of this kernel protects pins");
    say("persist " + stage.start().pid());
    awaitTold("Applied");
    Path folder = PinPlace.of(stage.directory()).instances().getFirst();
    Path link = folder.resolve("link_network_connect4");
    assertTrue(Files.exists(link));
    try {
      for (String command :
          List.of(
              "rm " + link,
              "mv " + link + " " + folder.resolve("other"),
              "mkdir " + folder.resolve("other"),
              "mv " + folder.getParent() + " " + folder.getParent() + "-other",
              "/usr/sbin/bpftool link show pinned " + link,
              "umount -l " + folder.getParent().getParent())) {
        assertTrue(attack(command) != 0, command);
      }
      assertEquals(0, attack("ls -l " + folder));
      Path others = folder.getParent().resolveSibling("of-others");
      assertEquals(0, attack("mkdir " + others + " && rmdir " + others));
      awaitTold("unmount the file system");
      Files.delete(folder.resolve("link_process_exit")); // by an ancestor of the agent

      assertEquals(128 + SIGKILL, agent.destroyForcibly().waitFor());
      ActorStage.await(
          "the end of protection",
          () -> {
            try {
              return attack("rm " + link) == 0;
            } catch (IOException | InterruptedException e) {
              throw new AssertionError(e);
            }
          });
    } finally {
      int unused = agent.destroyForcibly().waitFor();
      assertTrue(LeftPins.remove(stage.directory()) > 0);
    }
  }
}
