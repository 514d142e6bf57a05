/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A process of the demo that misbehaves, and what the kernel answered it, as it says itself. Its
 * script is bash's; what bash says of a refusal is the C library's text of the errno.
 */
final class Actor implements AutoCloseable {
  /** ECONNREFUSED: the kernel let it pass, there is only nobody who listens. */
  static final String ALLOWED = "Connection refused";

  /** EPERM. */
  static final String BLOCKED = "Operation not permitted";

  /** EAGAIN. */
  static final String THROTTLED = "Resource temporarily unavailable";

  /** A process that is younger counts as a part of whoever started it. */
  private static final long GROWN_UP_MILLIS = 1200;

  private static final List<String> ANSWERS = List.of(ALLOWED, BLOCKED, THROTTLED);

  private final Process process;
  private final Writer orders;
  private final Thread reader;
  private final long startedNanos = System.nanoTime();
  private final Map<String, Long> counts = new LinkedHashMap<>();
  private String latest = "";
  private long forks;

  private Actor(Process process) {
    this.process = process;
    this.orders = process.outputWriter();
    this.reader = Thread.ofPlatform().daemon().name("actor").start(() -> listen(process));
  }

  /**
   * Starts a program and moves it, before it does anything, into its control groups.
   *
   * @param program a copy of bash
   */
  static Actor start(Path program, Path script, List<Path> groups, String... arguments)
      throws DemoException {
    List<String> command = new ArrayList<>(List.of(program.toString(), script.toString()));
    command.addAll(List.of(arguments));
    try {
      ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
      builder.environment().put("LC_ALL", "C");
      Actor actor = new Actor(builder.start());
      try {
        for (Path group : groups) {
          Files.writeString(
              group.resolve("cgroup.procs"), Long.toString(actor.pid()), StandardOpenOption.WRITE);
        }
        return actor;
      } catch (IOException e) {
        actor.close();
        throw e;
      }
    } catch (IOException e) {
      throw new DemoException(
          "cannot run " + program + " (is its folder mounted noexec? set TMPDIR): " + e, e);
    }
  }

  /** Tells it to begin, once it is old enough to be judged by itself. */
  void begin() throws DemoException, InterruptedException {
    long ageMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startedNanos);
    Thread.sleep(Math.max(0, GROWN_UP_MILLIS - ageMillis));
    tell("go");
  }

  /** Tells it something. */
  void tell(String order) throws DemoException {
    try {
      orders.write(order + "\n");
      orders.flush();
    } catch (IOException e) {
      throw new DemoException("process " + pid() + " has ended early", e);
    }
  }

  private void listen(Process from) {
    try (BufferedReader lines = from.inputReader()) {
      lines.lines().forEach(this::take);
    } catch (IOException | UncheckedIOException e) {
      // It was killed.
    }
  }

  // "scanner.bash: line 12: /dev/tcp/127.0.0.1/1000: Connection refused", and a line before it that
  // says the same of connect; "storm.bash: fork: retry: Resource temporarily unavailable".
  private synchronized void take(String line) {
    if (line.startsWith("forks ")) {
      forks = Long.parseLong(line.substring(6));
    } else if (line.contains("/dev/tcp/") || line.contains("fork: ")) {
      for (String answer : ANSWERS) {
        if (line.endsWith(answer)) {
          counts.merge(answer, 1L, Long::sum);
          latest = answer;
        }
      }
    }
  }

  long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** How often the kernel answered so. */
  synchronized long count(String answer) {
    return counts.getOrDefault(answer, 0L);
  }

  /** What the kernel answered last, "" when nothing yet. */
  synchronized String latest() {
    return latest;
  }

  /** Children that it has made, as it says. */
  synchronized long forks() {
    return forks;
  }

  /** The answers so far, in their order: {@code Connection refused ×130, …}. */
  synchronized String answers() {
    List<String> texts = new ArrayList<>();
    counts.forEach((answer, count) -> texts.add(answer + " ×" + count));
    return String.join(", ", texts);
  }

  /** Ends it. Idempotent. */
  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    boolean interrupted = false;
    try {
      process.waitFor(10, TimeUnit.SECONDS);
      reader.join(1000);
    } catch (InterruptedException e) {
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
