/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.run;

import io.ringward.bpf.Cgroup2Mount;
import io.ringward.kernel.Subject;
import io.ringward.kernel.Verdict;
import io.ringward.kernel.VerdictTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.LongFunction;

/**
 * A verdict table that lets verdicts through only for whoever is in one control group or below it,
 * so that an agent that was given a group acts on nobody else: hooks of processes, unlike those of
 * control groups, are the whole host's. Thread-safe.
 */
final class BoundedVerdicts implements VerdictTable {
  private static final String VERSION_2 = "0::";

  private final String group;
  private final VerdictTable table;
  private final LongFunction<String> controlGroupNames;

  /**
   * @param group its path below the root of the version 2 hierarchy: {@code /user.slice}
   * @param table is closed with this
   */
  BoundedVerdicts(String group, VerdictTable table, LongFunction<String> controlGroupNames) {
    this.group = group;
    this.table = table;
    this.controlGroupNames = controlGroupNames;
  }

  /** The same table when there is no group. */
  static VerdictTable of(
      Optional<Path> folder, VerdictTable table, LongFunction<String> controlGroupNames) {
    return folder
        .flatMap(BoundedVerdicts::pathOf)
        .<VerdictTable>map(path -> new BoundedVerdicts(path, table, controlGroupNames))
        .orElse(table);
  }

  /** The path below the mount; empty for the root, which bounds nobody. */
  private static Optional<String> pathOf(Path folder) {
    return Cgroup2Mount.find()
        .map(Cgroup2Mount::path)
        .filter(mount -> folder.startsWith(mount) && !folder.equals(mount))
        .map(mount -> "/" + mount.relativize(folder));
  }

  @Override
  public Outcome apply(Verdict verdict) {
    boolean inside =
        switch (verdict.subject()) {
          // Whether it still lives is the table's to say.
          case Subject.ProcessTree tree ->
              groupOf(tree.root().tgid()).map(this::isInside).orElse(true);
          case Subject.ControlGroup(long id) -> isInside(controlGroupNames.apply(id));
        };
    return inside
        ? table.apply(verdict)
        : new Outcome.SubjectProtected(
            "it is outside of " + group + ", and this agent acts below that alone (--cgroup)");
  }

  private boolean isInside(String path) {
    return path.equals(group) || path.startsWith(group + "/");
  }

  /** The version 2 group of a process (cgroups(7)). */
  private static Optional<String> groupOf(int pid) {
    try {
      return Files.readAllLines(Path.of("/proc", Integer.toString(pid), "cgroup")).stream()
          .filter(line -> line.startsWith(VERSION_2))
          .map(line -> line.substring(VERSION_2.length()))
          .findFirst();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  @Override
  public boolean release(long verdictId) {
    return table.release(verdictId);
  }

  @Override
  public List<InForce> inForce() {
    return table.inForce();
  }

  @Override
  public List<InForce> takeEnded() {
    return table.takeEnded();
  }

  @Override
  public void beat() {
    table.beat();
  }

  @Override
  public void close() {
    table.close();
  }
}
