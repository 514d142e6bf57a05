/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** {@code ringward up} as a user starts it, with directories and a cgroup of the workshop's. */
final class AgentUnderTest {
  private static final String RUNNING = "Ringward guards this machine";
  private static final long PATIENCE_SECONDS = 120;
  private static final double TICKS_PER_SECOND = 100; // USER_HZ, the same on every architecture

  private final String launcher;
  private final Workshop workshop;

  private AgentUnderTest(String launcher, Workshop workshop) {
    this.launcher = launcher;
    this.workshop = workshop;
  }

  static AgentUnderTest in(Workshop workshop) throws BenchmarkException {
    String launcher = System.getProperty("ringward.launcher");
    if (launcher == null) {
      throw new BenchmarkException("it needs the launcher: run it by './ringward bench'");
    }
    return new AgentUnderTest(launcher, workshop);
  }

  /** When it was launched and when its job ran, by {@link System#nanoTime}. */
  record Times(long launchedNanos, long runningNanos) {}

  /** Starts it, puts the workshop's cgroup under a verdict, and stops it, which saves that. */
  void leaveVerdict() throws Exception {
    try (Started started = start()) {
      Times _ = started.awaitRunning();
      Process add =
          new ProcessBuilder(
                  launcher,
                  "verdicts",
                  "add",
                  "--runtime-directory",
                  workshop.folder().resolve("run").toString(),
                  "--cgroup",
                  workshop.cgroup().toString(),
                  "--action",
                  "block",
                  "--operations",
                  "connect",
                  "--for",
                  "1h")
              .redirectErrorStream(true)
              .start();
      String said = new String(add.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (add.waitFor() != 0) {
        throw new BenchmarkException("no verdict could be added: " + said);
      }
    }
  }

  Started start() throws IOException {
    long launchedNanos = System.nanoTime();
    Path incidents = workshop.folder().resolve("incidents.jsonl");
    Process process =
        new ProcessBuilder(
                launcher,
                "up",
                "--mode",
                "enforce",
                "--cgroup",
                workshop.cgroup().toString(),
                "--runtime-directory",
                workshop.folder().resolve("run").toString(),
                "--state-directory",
                workshop.folder().resolve("state").toString(),
                "--metrics-address",
                "127.0.0.1:0")
            .redirectOutput(ProcessBuilder.Redirect.appendTo(incidents.toFile()))
            .start();
    return new Started(process, launchedNanos);
  }

  /** One that was started. Closing ends it in order, and waits. */
  static final class Started implements AutoCloseable {
    private final Process process;
    private final long launchedNanos;
    private final List<String> said = new ArrayList<>();
    private final CompletableFuture<Long> running = new CompletableFuture<>();

    private Started(Process process, long launchedNanos) {
      this.process = process;
      this.launchedNanos = launchedNanos;
      Thread.ofPlatform().daemon().name("agent's words").start(this::listen);
    }

    private void listen() {
      try (BufferedReader lines = process.errorReader()) {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          synchronized (said) {
            said.add(line);
          }
          if (line.contains(RUNNING)) {
            running.complete(System.nanoTime());
          }
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } finally {
        running.completeExceptionally(new BenchmarkException("the agent ended:\n" + said()));
      }
    }

    String said() {
      synchronized (said) {
        return String.join("\n", said);
      }
    }

    Times awaitRunning() throws Exception {
      return new Times(launchedNanos, running.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
    }

    /** User and system time so far: fields 14 and 15 of proc_pid_stat(5). */
    double processorSeconds() throws IOException {
      String stat = Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat"));
      String[] afterName = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      return (Long.parseLong(afterName[11]) + Long.parseLong(afterName[12])) / TICKS_PER_SECOND;
    }

    double residentMebibytes() throws IOException {
      return Files.readAllLines(Path.of("/proc", Long.toString(process.pid()), "status")).stream()
              .filter(line -> line.startsWith("VmRSS:"))
              .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
              .findFirst()
              .orElseThrow()
          / 1024.0;
    }

    @Override
    public void close() throws InterruptedException {
      boolean _ = process.toHandle().destroy(); // SIGTERM; Process.destroy would close its streams
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        process.waitFor();
      }
    }
  }
}
