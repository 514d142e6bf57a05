/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringward.bpf.Capabilities;
import java.io.IOException;
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

/** An agent that dies while it watches leaves no program at the system calls. */
final class WatchDeathTest {
  private static final Pattern PROGRAM = Pattern.compile("(?m)^prog_id:\\s*(\\d+)$");
  private static final Path BPFTOOL = Path.of("/usr/sbin/bpftool");

  /** As much of {@code watch_exit_syscall} as the kernel keeps of a name. */
  private static final String WATCH = "watch_exit_sysc";

  private ActorStage stage;
  private Process agent;

  @BeforeEach
  void needsRights() throws IOException {
    List<String> missing = Capabilities.ofThisProcess().missingForBpf();
    Assumptions.assumeTrue(missing.isEmpty(), () -> "loading BPF needs " + missing);
    Assumptions.assumeTrue(Files.isExecutable(BPFTOOL), "there is no " + BPFTOOL);
    stage = new ActorStage();
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

  /** What the kernel says of a program; "" when there is no such program any more. */
  private static String describe(String program) {
    try {
      Process tool =
          new ProcessBuilder(BPFTOOL.toString(), "prog", "show", "id", program)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String said = new String(tool.getInputStream().readAllBytes());
      return tool.waitFor() == 0 ? said : "";
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Programs that the agent has attached: what its links are of. */
  private List<String> attached() throws IOException {
    List<String> programs = new ArrayList<>();
    try (DirectoryStream<Path> all =
        Files.newDirectoryStream(Path.of("/proc/" + agent.pid() + "/fdinfo"))) {
      for (Path each : all) {
        String info = Files.readString(each);
        Matcher program = PROGRAM.matcher(info);
        if (info.contains("link_id:") && program.find()) {
          programs.add(program.group(1));
        }
      }
    }
    return programs;
  }

  @Test
  void killedAgentLeavesNoProgramAtTheSystemCallsAndTheWatchedGoesOn()
      throws IOException, InterruptedException {
    Actor actor = stage.start();
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
                Integer.toString(actor.pid()),
                "WATCH")
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    assertEquals("Applied", agent.inputReader().readLine());
    List<String> programs = attached();
    assertTrue(
        programs.stream().anyMatch(program -> describe(program).contains(WATCH)),
        "the watch is attached while it stands");
    assertEquals("called", actor.ask("calls 200"));

    assertEquals(128 + 9, agent.destroyForcibly().waitFor());
    for (String program : programs) {
      ActorStage.await("the end of program " + program, () -> describe(program).isEmpty());
    }
    assertEquals("called", actor.ask("calls 200"));
    assertTrue(actor.isAlive());
  }
}
