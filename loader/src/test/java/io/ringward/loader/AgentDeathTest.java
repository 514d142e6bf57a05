/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringward.bpf.Capabilities;
import io.ringward.bpf.Pidfd;
import io.ringward.loader.Actor.Tally;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An agent that dies or hangs leaves nothing enforced, and its successor starts clean. */
final class AgentDeathTest {
  private static final int SIGCONT = 18;
  private static final int SIGSTOP = 19;

  private ActorStage stage;
  private Actor actor;
  private Process agent;

  @BeforeEach
  void start() throws IOException {
    List<String> missing = Capabilities.ofThisProcess().missingForBpf();
    if (!missing.isEmpty()) {
      System.err.println("skipped: loading BPF needs " + missing + "; run the tests as root");
    }
    Assumptions.assumeTrue(missing.isEmpty(), () -> "loading BPF needs " + missing);
    stage = new ActorStage();
    actor = stage.start();
    agent =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx64m",
                "-cp",
                System.getProperty("java.class.path"),
                HoldVerdict.class.getName(),
                stage.directory().toString(),
                Integer.toString(actor.pid()))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    assertEquals("Applied", agent.inputReader().readLine());
    assertEquals(Tally.refused(1), actor.connect(1));
  }

  @AfterEach
  void stop() throws IOException, InterruptedException {
    if (agent != null) {
      int unused = agent.destroyForcibly().waitFor();
    }
    if (stage != null) {
      stage.close();
    }
  }

  @Test
  void killedAgentLeavesNothingAndTheNextComesUpClean() throws IOException, InterruptedException {
    assertEquals(128 + 9, agent.destroyForcibly().waitFor());
    // The kernel frees links and maps when the last descriptor goes, a moment after the exit.
    ActorStage.await("the end of enforcement", () -> actor.connect(1).ok() == 1);
    assertEquals(Tally.allowed(5), actor.connect(5));
    HostKernelOptions options =
        HostKernelFixture.options().withEnforce(true).withRuntimeDirectory(stage.directory());
    try (HostKernel next = HostKernel.open(options)) {
      next.verdicts().beat();
      assertTrue(next.verdicts().inForce().isEmpty());
      assertEquals(Tally.allowed(5), actor.connect(5));
    }
  }

  @Test
  void stoppedAgentLosesItsGripAndGetsItBack() throws IOException {
    try (Pidfd handle = Pidfd.open((int) agent.pid()).orElseThrow()) {
      assertTrue(handle.sendSignal(SIGSTOP));
      ActorStage.await("the heartbeat's bound", () -> actor.connect(1).ok() == 1);
      assertEquals(Tally.allowed(3), actor.connect(3));
      assertTrue(handle.sendSignal(SIGCONT));
      ActorStage.await("the next beat", () -> actor.connect(1).eperm() == 1);
    }
  }
}
