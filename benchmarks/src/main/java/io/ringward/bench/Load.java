/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Real system calls by a C program ({@code load.c}) in the workshop's cgroup. */
final class Load {
  /** A port of loopback that a rule of the benchmarks forbids; nobody need listen there. */
  static final int TRIGGER_PORT = 7;

  private final Path program;
  private final Path cgroup;

  private Load(Path program, Path cgroup) {
    this.program = program;
    this.cgroup = cgroup;
  }

  static Load in(Workshop workshop) throws IOException, InterruptedException, BenchmarkException {
    return new Load(workshop.compile("load.c", "load"), workshop.cgroup());
  }

  /** A load under way; ends by itself. */
  record Running(Process process) implements AutoCloseable {
    /** Waits for the end, and gives the two numbers that it prints. */
    long[] await() throws IOException, InterruptedException, BenchmarkException {
      String said =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      if (process.waitFor() != 0) {
        throw new BenchmarkException("the load did not run: " + said);
      }
      String[] numbers = said.split(" ", -1);
      return new long[] {Long.parseLong(numbers[0]), Long.parseLong(numbers[1])};
    }

    @Override
    public void close() {
      process.destroyForcibly();
    }
  }

  /** Connects at a rate, 0 for as fast as it goes; tells how many and in how many nanoseconds. */
  Running background(long eventsPerSecond, int seconds) throws IOException {
    return start("background", eventsPerSecond, seconds);
  }

  /**
   * Processes that each do what is forbidden once; tells how many there were, and how many the
   * kernel refused another connect within 3 s.
   */
  Running subjects(int count, int intervalMicros) throws IOException {
    return start("subjects", count, intervalMicros, TRIGGER_PORT);
  }

  /**
   * Connects every millisecond until the kernel refuses it; tells how often it was let through, and
   * when it was refused, by {@link System#nanoTime}; 0 when it never was.
   */
  Running probe(int seconds) throws IOException {
    return start("probe", seconds, 0);
  }

  /** A process that makes system calls when it is told to. */
  record Caller(Process process, long callsEach) implements AutoCloseable {
    /** Has it call; tells the nanoseconds that one call took on average. */
    double nanosEach() throws IOException, BenchmarkException {
      process.getOutputStream().write('\n');
      process.getOutputStream().flush();
      StringBuilder said = new StringBuilder();
      for (int next = nextOf(said); next != '\n'; next = nextOf(said)) {
        said.append((char) next);
      }
      return Long.parseLong(said.toString()) / (double) callsEach;
    }

    private int nextOf(StringBuilder said) throws IOException, BenchmarkException {
      int next = process.getInputStream().read();
      if (next < 0) {
        throw new BenchmarkException("the load did not run: " + said);
      }
      return next;
    }

    int pid() {
      return Math.toIntExact(process.pid());
    }

    @Override
    public void close() {
      process.destroyForcibly();
    }
  }

  /** Calls getppid so many times whenever it is asked. */
  Caller caller(long callsEach) throws IOException {
    return new Caller(start("calls", callsEach, 0).process(), callsEach);
  }

  private Running start(String mode, long... numbers) throws IOException {
    List<String> command = new ArrayList<>(List.of(program.toString(), mode, cgroup.toString()));
    for (long number : numbers) {
      command.add(Long.toString(number));
    }
    return new Running(new ProcessBuilder(command).redirectErrorStream(true).start());
  }
}
