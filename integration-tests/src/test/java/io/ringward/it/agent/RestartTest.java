/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.it.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What stays when the agent goes: its knowledge. What goes with it: every enforcement. */
final class RestartTest {
  private static AgentProcess start(Path home, TestGroup group) {
    return AgentProcess.start(home, "--mode", "enforce", "--cgroup", group.folder().toString());
  }

  private static void block(AgentProcess agent, Connecting subject)
      throws IOException, InterruptedException {
    AgentProcess.Result added =
        agent.run(
            "verdicts",
            "add",
            "--process",
            Long.toString(subject.pid()),
            "--action",
            "block",
            "--operations",
            "connect",
            "--for",
            "10m",
            "--reason",
            "test");
    assertEquals(0, added.exitCode(), added.toString());
    assertTrue(subject.connect().contains(Connecting.BLOCKED));
  }

  @Test
  void aStoppedAgentIsObeyedNoLongerThanTheHeartbeatLasts(@TempDir Path home)
      throws IOException, InterruptedException {
    try (TestGroup group = TestGroup.make();
        Connecting subject = Connecting.start(group);
        AgentProcess agent = start(home, group)) {
      block(agent, subject);
      agent.signal("STOP");
      String answer = "";
      for (int i = 0; i < 100 && !answer.contains(Connecting.REFUSED_BY_PEER); i++) {
        Thread.sleep(100);
        answer = subject.connect();
      }
      assertTrue(answer.contains(Connecting.REFUSED_BY_PEER), answer);
      agent.signal("CONT");
      for (int i = 0; i < 100 && !answer.contains(Connecting.BLOCKED); i++) {
        Thread.sleep(100);
        answer = subject.connect();
      }
      assertTrue(answer.contains(Connecting.BLOCKED), answer);
    }
  }

  @Test
  void restartResumesVerdictsAndModels(@TempDir Path home)
      throws IOException, InterruptedException {
    try (TestGroup group = TestGroup.make();
        Connecting subject = Connecting.start(group);
        // Many processes of one program, so that its model is warm within seconds.
        Shell workload =
            Shell.in(
                group,
                """
                for n in $(seq 1 24); do
                  ( for i in $(seq 1 300); do : 3<>/dev/tcp/127.0.0.1/1; sleep 0.5; done ) 2>/dev/null &
                done
                echo ready
                wait
                """)) {
      workload.await("ready"::equals, 30);
      double programs;
      try (AgentProcess agent = start(home, group)) {
        block(agent, subject);
        programs = awaitModels(agent, 90);
        assertEquals(0, agent.terminate());
      }
      assertTrue(subject.connect().contains(Connecting.REFUSED_BY_PEER));
      workload.close();
      try (AgentProcess again = start(home, group)) {
        String answer = "";
        for (int i = 0; i < 100 && !answer.contains(Connecting.BLOCKED); i++) {
          answer = subject.connect();
          Thread.sleep(100);
        }
        assertTrue(answer.contains(Connecting.BLOCKED), "the verdict is not in force again");
        // Resumed, not learned again: the workload is gone, and warming up takes 256 windows.
        assertTrue(awaitModels(again, 30) >= programs);
      }
    }
  }

  private static double awaitModels(AgentProcess agent, long timeoutSeconds)
      throws InterruptedException {
    for (long second = 0; second < timeoutSeconds; second++) {
      double models = agent.metric("ringward_models").orElse(0.0);
      if (models >= 1) {
        return models;
      }
      Thread.sleep(1000);
    }
    throw new AssertionError("no model in " + timeoutSeconds + " s\n" + agent.metrics());
  }
}
