/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bench;

import io.ringward.bpf.Cgroup2Mount;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A place of a benchmark's own: a folder, a cgroup, and C programs that are compiled when they are
 * needed. Closing removes all of it.
 */
final class Workshop implements AutoCloseable {
  private static final long REMOVAL_STEP_MILLIS = 20;
  private static final int REMOVAL_STEPS = 250;

  private final Path folder;
  private final Path cgroup;

  private Workshop(Path folder, Path cgroup) {
    this.folder = folder;
    this.cgroup = cgroup;
  }

  static Workshop open() throws IOException, BenchmarkException {
    Path mount =
        Cgroup2Mount.find()
            .orElseThrow(() ->
                new BenchmarkException(
                    "no cgroup2 hierarchy is mounted: mount -t cgroup2 cgroup2"
                        + " /sys/fs/cgroup/unified"))
            .path();
    Path cgroup = mount.resolve("ringward-bench-" + ProcessHandle.current().pid());
    Files.createDirectory(cgroup);
    return new Workshop(Files.createTempDirectory("ringward-bench"), cgroup);
  }

  Path folder() {
    return folder;
  }

  /** Where the hooks are attached and the load runs. */
  Path cgroup() {
    return cgroup;
  }

  /** Compiles one of our C files with clang; flags tell what becomes of it. */
  Path compile(String source, String result, String... flags)
      throws IOException, InterruptedException, BenchmarkException {
    Path written = folder.resolve(source);
    try (InputStream in = Workshop.class.getResourceAsStream(source)) {
      Files.copy(in, written, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    }
    Path made = folder.resolve(result);
    List<String> command = new ArrayList<>(List.of("clang", "-O2"));
    command.addAll(List.of("-o", made.toString(), written.toString()));
    command.addAll(List.of(flags));
    Process compiler;
    try {
      compiler = new ProcessBuilder(command).redirectErrorStream(true).start();
    } catch (IOException e) {
      throw new BenchmarkException("clang is missing: apt-get install clang libbpf-dev", e);
    }
    String said = new String(compiler.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (compiler.waitFor() != 0) {
      throw new BenchmarkException(
          "clang cannot compile "
              + source
              + " (apt-get install clang libbpf-dev libc6-dev):\n"
              + said);
    }
    return made;
  }

  @Override
  public void close() throws IOException, InterruptedException {
    for (int step = 0; step < REMOVAL_STEPS && Files.exists(cgroup); step++) {
      for (String pid : Files.readAllLines(cgroup.resolve("cgroup.procs"))) {
        ProcessHandle.of(Long.parseLong(pid)).ifPresent(ProcessHandle::destroyForcibly);
      }
      try {
        Files.delete(cgroup);
      } catch (IOException e) {
        Thread.sleep(REMOVAL_STEP_MILLIS); // its last process has not been reaped yet
      }
    }
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
