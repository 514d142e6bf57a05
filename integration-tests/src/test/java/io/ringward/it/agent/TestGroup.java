/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.it.agent;

import io.ringward.bpf.Cgroup2Mount;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Assumptions;

/**
 * A control group of a test's own below the root of the version 2 hierarchy, and the processes in
 * it. Closing kills those and removes the group.
 */
public final class TestGroup implements AutoCloseable {
  private static final AtomicInteger COUNT = new AtomicInteger();

  private final Path folder;
  private final String name;
  private final List<Prober> probers = new ArrayList<>();

  private TestGroup(Path folder, String name) {
    this.folder = folder;
    this.name = name;
  }

  /** Makes a group; skips the test where there is no hierarchy. */
  public static TestGroup make() {
    var mount = Cgroup2Mount.find();
    Assumptions.assumeTrue(mount.isPresent(), "no cgroup2 hierarchy is mounted here");
    String name = "ringward-it-" + ProcessHandle.current().pid() + "-" + COUNT.incrementAndGet();
    Path folder = mount.get().path().resolve(name);
    try {
      Files.createDirectory(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new TestGroup(folder, name);
  }

  /** Where it is mounted. */
  public Path folder() {
    return folder;
  }

  /** As {@code verdicts add --cgroup} takes it. */
  public String path() {
    return "/" + name;
  }

  /** Starts a process in the group that tries connections on demand. */
  public Prober prober() {
    Prober prober = Prober.start(folder);
    probers.add(prober);
    return prober;
  }

  @Override
  public void close() {
    probers.forEach(Prober::close);
    try {
      // The kernel lets a group go when the last of its processes has been reaped.
      for (int attempt = 0; attempt < 200; attempt++) {
        try {
          Files.deleteIfExists(folder);
          return;
        } catch (IOException e) {
          for (String pid : Files.readAllLines(folder.resolve("cgroup.procs"))) {
            ProcessHandle.of(Long.parseLong(pid)).ifPresent(ProcessHandle::destroyForcibly);
          }
          Thread.sleep(50);
        }
      }
      throw new AssertionError("the group " + folder + " could not be removed");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
