/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringward.bpf.Capabilities;
import io.ringward.bpf.Cgroup2Mount;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** That every benchmark runs, prints its figures, and leaves nothing behind. Asserts on no time. */
final class BenchTest {
  private record Result(int exitCode, String out, String err) {}

  private static Result run(String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    StringWriter err = new StringWriter();
    int exitCode =
        new CommandLine(new Bench(new PrintStream(out, true, StandardCharsets.UTF_8)))
            .setErr(new PrintWriter(err, true))
            .execute(arguments);
    return new Result(exitCode, out.toString(StandardCharsets.UTF_8), err.toString());
  }

  private static void requireBpf() {
    List<String> missing = Capabilities.ofThisProcess().missingForBpf();
    Assumptions.assumeTrue(missing.isEmpty(), () -> "loading BPF needs " + missing);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ring", "verdicts", "latency", "throughput", "hooks", "watch"})
  void measuresAtATinySize(String name) throws IOException {
    requireBpf();
    Result result = run(name, "--tiny", "--markdown");
    assertEquals(0, result.exitCode(), result.toString());
    assertTrue(result.out().contains("### " + name), result.out());
    assertTrue(result.out().contains("load average"), result.out());
    List<String> rows =
        result.out().lines().filter(line -> line.startsWith("| ") && line.endsWith(" |")).toList();
    assertTrue(rows.size() >= 4, result.out());
    assertNothingLeft();
  }

  @Test
  void measuresAStartOfTheRealAgent(@TempDir Path folder) throws IOException {
    requireBpf();
    Path jars = Path.of("../agent/target/ringward/lib").toAbsolutePath().normalize();
    assertTrue(Files.isDirectory(jars), jars + " is missing: build the agent first (mvn package)");
    // The launcher would look whether the build is stale, in the middle of a build.
    Path launcher = folder.resolve("ringward");
    Files.writeString(
        launcher,
        """
        #!/bin/sh
        exec '%s/bin/java' --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \\
          -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xmx160m -cp '%s/*' io.ringward.agent.Main "$@"
        """
            .formatted(System.getProperty("java.home"), jars));
    Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwx------"));
    System.setProperty("ringward.launcher", launcher.toString());
    try {
      Result result = run("start", "--tiny");
      assertEquals(0, result.exitCode(), result.toString());
      for (String figure :
          List.of("enforcement armed", "job running", "resident memory", "idle, of one core")) {
        assertTrue(result.out().contains(figure), result.out());
      }
    } finally {
      System.clearProperty("ringward.launcher");
    }
    assertNothingLeft();
  }

  @Test
  void saysWhatItNeeds() {
    System.clearProperty("ringward.launcher");
    requireBpf();
    Result result = run("start");
    assertEquals(1, result.exitCode());
    assertTrue(result.out().contains("run it by './ringward bench'"), result.out());
  }

  @Test
  void refusesABenchmarkThatIsNotThere() {
    Result result = run("speed");
    assertEquals(CommandLine.ExitCode.USAGE, result.exitCode());
    assertTrue(
        result.err().contains("there is no benchmark 'speed': ring, verdicts"), result.err());
  }

  private static void assertNothingLeft() throws IOException {
    String own = "ringward-bench-" + ProcessHandle.current().pid();
    try (Stream<Path> groups = Files.list(Cgroup2Mount.find().orElseThrow().path())) {
      assertTrue(groups.noneMatch(path -> path.endsWith(own)), own + " is still there");
    }
  }
}
