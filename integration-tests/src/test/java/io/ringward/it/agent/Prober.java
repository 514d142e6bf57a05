/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.it.agent;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * A shell in a control group that tries one connection to a loopback port where nobody listens for
 * each line that it reads, and says what the kernel answered.
 */
public final class Prober implements AutoCloseable {
  /** The kernel let it pass: there is only nobody who listens. */
  public static final String ALLOWED = "Connection refused";

  /** EPERM. */
  public static final String BLOCKED = "Operation not permitted";

  /** EAGAIN. */
  public static final String THROTTLED = "Resource temporarily unavailable";

  // Bash connects by itself for /dev/tcp; the children of a tree are shells that do the same.
  private static final String SCRIPT =
      """
      echo $$ > "$1/cgroup.procs" || exit 1
      echo ready
      while read -r line; do
        case $line in
          connect) { : 3<>/dev/tcp/127.0.0.1/1; } 2>&1 | tail -n 1 ;;
          *) echo "unknown: $line" ;;
        esac
      done
      """;

  private final Process shell;
  private final BufferedReader answers;
  private final Writer requests;

  private Prober(Process shell) {
    this.shell = shell;
    this.answers = shell.inputReader();
    this.requests = shell.outputWriter();
  }

  static Prober start(Path group) {
    try {
      Process shell =
          new ProcessBuilder("/bin/bash", "-c", SCRIPT, "ringward-prober", group.toString())
              .redirectErrorStream(true)
              .start();
      Prober prober = new Prober(shell);
      String first = prober.answers.readLine();
      if (!"ready".equals(first)) {
        prober.close();
        throw new AssertionError("the prober could not enter " + group + ": " + first);
      }
      return prober;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Its process id. */
  public long pid() {
    return shell.pid();
  }

  /** Whether it lives. */
  public boolean isAlive() {
    return shell.isAlive();
  }

  /** Waits for its end. */
  public int awaitEnd() {
    try {
      return shell.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Tries a connection, from a child of the shell, and gives the end of what the shell says. */
  public String connect() {
    try {
      requests.write("connect\n");
      requests.flush();
      String answer = answers.readLine();
      if (answer == null) {
        throw new AssertionError("the prober has ended");
      }
      return answer.substring(answer.lastIndexOf(": ") + 2);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Tries connections until the kernel answers so: on a machine that is busy beyond measure the
   * loop's heartbeat may be late, and then everything is allowed for a moment.
   *
   * @return how many were tried
   */
  public int awaitAnswer(String expected) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(AgentProcess.PATIENCE_SECONDS);
    String answer = "";
    for (int tries = 1; System.nanoTime() - deadline < 0; tries++) {
      answer = connect();
      if (answer.equals(expected)) {
        return tries;
      }
    }
    throw new AssertionError("the kernel never answered '" + expected + "', but '" + answer + "'");
  }

  @Override
  public void close() {
    shell.destroyForcibly();
    awaitEnd();
  }
}
