/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.it.agent;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * A child process whose output is collected line by line as it comes. Closing kills it and those it
 * has started that still are its descendants.
 */
final class Shell implements AutoCloseable {
  private final Process process;
  private final Writer input;
  private final List<String> lines = new ArrayList<>();
  private boolean ended;

  private Shell(Process process) {
    this.process = process;
    this.input = process.outputWriter(StandardCharsets.UTF_8);
    Thread.ofPlatform().daemon().name("output of " + process.pid()).start(this::collect);
  }

  /** Starts a bash script in a group: the shell moves itself there before the script runs. */
  static Shell in(TestGroup group, String script) throws IOException {
    return start(
        List.of(
            "bash",
            "-c",
            "echo $$ > \"$1\"/cgroup.procs\n" + script,
            "it",
            group.folder().toString()));
  }

  static Shell start(List<String> command) throws IOException {
    return new Shell(new ProcessBuilder(command).redirectErrorStream(true).start());
  }

  long pid() {
    return process.pid();
  }

  /** Writes a line to its standard input. */
  void tell(String line) throws IOException {
    input.write(line + "\n");
    input.flush();
  }

  private void collect() {
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      String line;
      while ((line = reader.readLine()) != null) {
        synchronized (lines) {
          lines.add(line);
          lines.notifyAll();
        }
      }
    } catch (IOException e) {
      // Killed: what came is what there is.
    }
    synchronized (lines) {
      ended = true;
      lines.notifyAll();
    }
  }

  /** All that it has said so far. */
  List<String> lines() {
    synchronized (lines) {
      return List.copyOf(lines);
    }
  }

  /**
   * Waits for a line from a position on.
   *
   * @return the first that matches
   * @throws AssertionError with all that was said, when none came
   */
  String await(int from, Predicate<String> wanted, long timeoutSeconds)
      throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(timeoutSeconds);
    synchronized (lines) {
      int seen = from;
      while (true) {
        for (; seen < lines.size(); seen++) {
          if (wanted.test(lines.get(seen))) {
            return lines.get(seen);
          }
        }
        long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        if (left <= 0 || ended) {
          throw new AssertionError(
              "no such line "
                  + (ended ? "before it ended" : "in " + timeoutSeconds + " s")
                  + "; it said:\n"
                  + String.join("\n", lines.subList(Math.max(0, lines.size() - 60), lines.size())));
        }
        lines.wait(left);
      }
    }
  }

  String await(Predicate<String> wanted, long timeoutSeconds) throws InterruptedException {
    return await(0, wanted, timeoutSeconds);
  }

  /** Waits for its end. Returns its exit code, as bash says it: 128 + signal when it was killed. */
  int awaitExit(long timeoutSeconds) throws InterruptedException {
    if (!process.waitFor(timeoutSeconds, TimeUnit.SECONDS)) {
      throw new AssertionError(
          "process " + pid() + " still runs after " + timeoutSeconds + " s; it said " + lines());
    }
    return process.exitValue();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
