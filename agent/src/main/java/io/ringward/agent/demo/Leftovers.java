/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.demo;

import io.ringward.bpf.LoadedPrograms;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What the demo made, to be looked for when it is over: processes, control groups, eBPF programs
 * and files.
 *
 * @param programs ids of the eBPF programs that the agent has loaded
 */
record Leftovers(List<Long> pids, List<Path> groups, Path folder, Set<Integer> programs) {
  private static final String PROGRAM_ID = "prog_id:";

  /** The ids of the eBPF programs that a process holds, by its open files (proc_pid_fdinfo(5)). */
  static Set<Integer> programsOf(long pid) {
    Set<Integer> ids = new TreeSet<>();
    Path files = Path.of("/proc", Long.toString(pid), "fdinfo");
    try (DirectoryStream<Path> all = Files.newDirectoryStream(files)) {
      for (Path file : all) {
        Files.readAllLines(file).stream()
            .filter(line -> line.startsWith(PROGRAM_ID))
            .forEach(
                line -> ids.add(Integer.parseInt(line.substring(PROGRAM_ID.length()).strip())));
      }
    } catch (IOException | UncheckedIOException e) {
      // The process is gone, or a file was closed in between: what was read is looked for.
    }
    return ids;
  }

  /** What is still there, each in words; none when the demo has left nothing. */
  List<String> found() throws InterruptedException {
    List<String> found = new ArrayList<>();
    for (long pid : pids) {
      if (ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isPresent()) {
        found.add("process " + pid);
      }
    }
    for (Path group : groups) {
      if (Files.exists(group)) {
        found.add("control group " + group);
      }
    }
    // The kernel frees a program a moment after its last holder has gone.
    for (int attempt = 0;
        attempt < 50 && programs.stream().anyMatch(LoadedPrograms::contain);
        attempt++) {
      Thread.sleep(100);
    }
    programs.stream()
        .filter(LoadedPrograms::contain)
        .forEach(id -> found.add("eBPF program " + id));
    if (Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
      found.add("folder " + folder);
    }
    return found;
  }

  /** What was looked for. */
  String inventory() {
    return pids.size()
        + " processes, "
        + groups.size()
        + " control groups, "
        + programs.size()
        + " eBPF programs, 1 folder";
  }
}
