/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * Where a test's own processes and cgroups live; all of them are gone when it is closed. Nothing
 * else on the machine is touched.
 */
final class ActorStage implements AutoCloseable {
  /** Nobody listens there; datagram sockets do not mind. */
  static final int PORT = 9;

  private static final long LIMIT_NANOS = 10_000_000_000L;

  private final Path directory;
  private final Path program;
  private final List<Actor> actors = new ArrayList<>();
  private final List<Path> cgroups = new ArrayList<>();
  private final List<Process> processes = new ArrayList<>();

  ActorStage() throws IOException {
    this.directory = Files.createTempDirectory("ringward");
    this.program = program();
  }

  /** Where runtime files of the test may go. */
  Path directory() {
    return directory;
  }

  static Path program() {
    try {
      return Path.of(ActorStage.class.getResource("/actor/actor").toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  Actor start() {
    return start(program, Optional.empty());
  }

  Actor start(Path cgroup) {
    return start(program, Optional.of(cgroup));
  }

  /** Starts an actor from a file, in a cgroup. */
  Actor start(Path file, Optional<Path> cgroup) {
    return start(List.of(file.toString(), directory.toString()), cgroup);
  }

  /** Starts an actor by a command that becomes one. */
  Actor start(List<String> command, Optional<Path> cgroup) {
    try {
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      processes.add(process);
      BufferedReader out =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
      if (!"ready".equals(out.readLine())) {
        throw new IllegalStateException("the actor did not start: " + command);
      }
      Actor actor = adopt((int) process.pid());
      if (cgroup.isPresent()) {
        move(actor, cgroup.get());
      }
      return actor;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Takes in a process that an actor has made. */
  Actor adopt(int pid) {
    Actor actor = new Actor(pid, directory, this);
    actors.add(actor);
    return actor;
  }

  /** Makes a cgroup below the one where the tests may do so. */
  Path cgroup(String name) {
    Path parent = HostKernelFixture.cgroupMount();
    return cgroup(parent, "ringward-test-" + ProcessHandle.current().pid() + "-" + name);
  }

  Path cgroup(Path parent, String name) {
    Path cgroup = parent.resolve(name);
    try {
      Files.createDirectory(cgroup);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    cgroups.add(cgroup);
    return cgroup;
  }

  void move(Actor actor, Path cgroup) {
    try {
      Files.writeString(cgroup.resolve("cgroup.procs"), Integer.toString(actor.pid()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static void await(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + LIMIT_NANOS;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError("waited in vain for: " + what);
      }
      LockSupport.parkNanos(2_000_000);
    }
  }

  @Override
  public void close() throws IOException {
    for (Actor actor : actors) {
      ProcessHandle.of(actor.pid()).ifPresent(ProcessHandle::destroyForcibly);
    }
    processes.forEach(Process::destroyForcibly);
    for (Actor actor : actors) {
      await("the end of actor " + actor.pid(), () -> !actor.isAlive());
    }
    for (Path cgroup : cgroups.reversed()) {
      await("the end of cgroup " + cgroup, () -> cgroup.toFile().delete());
    }
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
