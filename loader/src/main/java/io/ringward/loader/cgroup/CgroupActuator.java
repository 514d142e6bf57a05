/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader.cgroup;

import io.ringward.loader.cgroup.Hierarchies.Group;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns knobs of controllers for verdicts, and turns them back. Thread-safe; one change at a time.
 *
 * <p>A knob is only ever made stricter, and only in a group that the subject has to itself. Who
 * sets a turned knob himself gets it: it is let go of, and not put back.
 */
public final class CgroupActuator implements AutoCloseable {
  /** Share of one processor that is left to a throttled group. */
  private static final double PROCESSOR_SHARE = 0.2;

  /** Each needs a guard process of its own. */
  private static final int MOST_VERDICTS = 64;

  private static final long GUARD_GRACE_SECONDS = 5;
  private static final Logger LOG = LoggerFactory.getLogger(CgroupActuator.class);

  private final Hierarchies hierarchies;
  private final KnobJournal journal;
  private final Map<Long, Turned> turned = new LinkedHashMap<>();

  /** What was turned for a verdict. */
  private record Turned(List<Knob> knobs, KnobGuard guard) {}

  /** What came of a wish. */
  public sealed interface Result {
    /**
     * Knobs are turned.
     *
     * @param what in words, for the log
     */
    record Done(String what) implements Result {}

    /** Nothing was changed. */
    record NotPossible(String why) implements Result {}
  }

  private CgroupActuator(Hierarchies hierarchies, KnobJournal journal) {
    this.hierarchies = hierarchies;
    this.journal = journal;
  }

  /**
   * Reads the mounts, and puts back what an earlier run has left turned.
   *
   * @param runtimeDirectory where turned knobs are written down
   */
  public static CgroupActuator open(Path runtimeDirectory) throws IOException {
    KnobJournal journal = new KnobJournal(runtimeDirectory);
    journal.recover();
    return new CgroupActuator(Hierarchies.find(), journal);
  }

  /** The hierarchies of this machine. */
  public Hierarchies hierarchies() {
    return hierarchies;
  }

  /**
   * Lets a subject have no more tasks than it has now, and a fifth of one processor: the storm
   * neither grows nor keeps the machine busy.
   *
   * @param members gives the pids of its live processes
   * @param lasting until the guard puts it back at the latest
   */
  public synchronized Result throttleForks(
      long verdictId, Supplier<Collection<Integer>> members, Duration lasting) {
    return turn(
        verdictId,
        lasting,
        knobs -> {
          OwnGroup.Found pids = OwnGroup.find(hierarchies, "pids", members);
          if (pids.group().isEmpty()) {
            return new Result.NotPossible(pids.why());
          }
          Group group = pids.group().get();
          long now = Math.max(1, Long.parseLong(Knob.read(file(group, "pids.current"))));
          turnDown(knobs, file(group, "pids.max"), now, Long.toString(now));
          OwnGroup.Found processor = OwnGroup.find(hierarchies, "cpu", members);
          if (processor.group().isPresent()) {
            throttleProcessor(knobs, processor.group().get());
          }
          return new Result.Done(
              group.path()
                  + " may hold "
                  + now
                  + " tasks"
                  + (processor.group().isPresent() ? " and use a fifth of a processor" : ""));
        });
  }

  private static void throttleProcessor(List<Knob> knobs, Group group) throws IOException {
    if (group.version() == 1) {
      long period = Long.parseLong(Knob.read(file(group, "cpu.cfs_period_us")));
      long quota = (long) (period * PROCESSOR_SHARE);
      turnDown(knobs, file(group, "cpu.cfs_quota_us"), quota, Long.toString(quota));
    } else {
      String[] held = Knob.read(file(group, "cpu.max")).split(" ");
      long quota = (long) (Long.parseLong(held[1]) * PROCESSOR_SHARE);
      turnDown(knobs, file(group, "cpu.max"), quota, quota + " " + held[1]);
    }
  }

  /** Leaves a limit alone that is as strict already. */
  private static void turnDown(List<Knob> knobs, Path file, long limit, String value)
      throws IOException {
    String held = Knob.read(file).split(" ")[0];
    boolean unlimited = held.equals("max") || held.startsWith("-");
    if (unlimited || Long.parseLong(held) > limit) {
      knobs.add(Knob.turn(file, value));
    }
  }

  /**
   * Stops all processes of a subject until the verdict ends (the version 2 hierarchy's freezer,
   * Linux 5.2; version 1's where there is no other).
   *
   * @param members gives the pids of its live processes
   * @param lasting until the guard puts it back at the latest
   */
  public synchronized Result freeze(
      long verdictId, Supplier<Collection<Integer>> members, Duration lasting) {
    return turn(
        verdictId,
        lasting,
        knobs -> {
          List<String> why = new ArrayList<>();
          for (boolean versionOne : new boolean[] {false, true}) {
            if (versionOne && !hierarchies.versionOne().containsKey("freezer")) {
              continue;
            }
            OwnGroup.Found own = OwnGroup.find(hierarchies, versionOne ? "freezer" : "", members);
            if (own.group().isPresent()) {
              Group group = own.group().get();
              knobs.add(
                  versionOne
                      ? Knob.turn(file(group, "freezer.state"), "FROZEN")
                      : Knob.turn(file(group, "cgroup.freeze"), "1"));
              return new Result.Done(group.path() + " is frozen");
            }
            why.add(own.why());
          }
          return new Result.NotPossible(String.join("; ", why));
        });
  }

  /** Turns knobs, adding each to the list as soon as it is turned. */
  @FunctionalInterface
  private interface Turning {
    Result turn(List<Knob> knobs) throws IOException;
  }

  private Result turn(long verdictId, Duration lasting, Turning turning) {
    if (turned.size() >= MOST_VERDICTS) {
      return new Result.NotPossible(
          MOST_VERDICTS + " verdicts act through controllers already: release some");
    }
    List<Knob> knobs = new ArrayList<>();
    try {
      Result result = turning.turn(knobs);
      if (result instanceof Result.Done) {
        KnobGuard guard = KnobGuard.watch(knobs, lasting.toSeconds() + GUARD_GRACE_SECONDS);
        turned.put(verdictId, new Turned(List.copyOf(knobs), guard));
        write();
      }
      return result;
    } catch (IOException e) {
      knobs.reversed().forEach(CgroupActuator::putBack);
      return new Result.NotPossible("a controller did not take it: " + e.getMessage());
    }
  }

  /** Turns back what was turned for a verdict; does nothing when that is nothing. */
  public synchronized void release(long verdictId) {
    Turned ended = turned.remove(verdictId);
    if (ended == null) {
      return;
    }
    ended.knobs().reversed().forEach(CgroupActuator::putBack);
    close(ended.guard());
    write();
  }

  private static void putBack(Knob knob) {
    try {
      boolean done = knob.putBack();
      LOG.debug("{} {}", knob.file(), done ? "is " + knob.before() + " again" : "was not ours");
    } catch (IOException e) {
      LOG.warn("{} could not be set to {} again: {}", knob.file(), knob.before(), e.toString());
    }
  }

  private static void close(KnobGuard guard) {
    try {
      guard.close();
    } catch (IOException e) {
      LOG.debug("a guard had ended already", e);
    }
  }

  /**
   * Looks whether the knobs still are as they were turned, and lets go of those that somebody else
   * has set. To be called now and then.
   *
   * @return the files that were let go of
   */
  public synchronized List<Path> check() {
    List<Path> lost = new ArrayList<>();
    for (Map.Entry<Long, Turned> entry : List.copyOf(turned.entrySet())) {
      List<Knob> ours = new ArrayList<>();
      for (Knob knob : entry.getValue().knobs()) {
        if (isOurs(knob)) {
          ours.add(knob);
        } else {
          lost.add(knob.file());
          LOG.warn(
              "{} is no longer {}: somebody else has set it, so Ringward lets go of it (verdict"
                  + " {})",
              knob.file(),
              knob.written(),
              Long.toHexString(entry.getKey()));
        }
      }
      if (ours.size() != entry.getValue().knobs().size()) {
        turned.put(entry.getKey(), new Turned(ours, entry.getValue().guard()));
      }
    }
    if (!lost.isEmpty()) {
      write();
    }
    return lost;
  }

  private static boolean isOurs(Knob knob) {
    try {
      return knob.state() != Knob.State.TOUCHED;
    } catch (IOException e) {
      return true; // Unreadable for now, and no reason to think that it changed.
    }
  }

  private void write() {
    try {
      journal.write(turned.values().stream().flatMap(one -> one.knobs().stream()).toList());
    } catch (IOException e) {
      LOG.warn("turned knobs could not be written down; their guards still watch them", e);
    }
  }

  private static Path file(Group group, String name) {
    return group.directory().resolve(name);
  }

  /**
   * Whether a limit on tasks works here: a child in a group of our own may not fork.
   *
   * @return why not, or empty when it does
   */
  public String whyNoForkLimit() {
    Path mount = hierarchies.versionOne().get("pids");
    Path parent = mount != null ? mount : hierarchies.versionTwo().orElse(null);
    if (parent == null) {
      return "no hierarchy of this machine has the controller pids";
    }
    Path group = parent.resolve("ringward-probe-" + ProcessHandle.current().pid());
    try {
      Files.createDirectory(group);
      try {
        Path limit = group.resolve("pids.max");
        if (!Files.exists(limit)) {
          return "the groups of " + parent + " do not have the controller pids";
        }
        Files.writeString(limit, "1");
        return forks(group) ? "a limit on tasks is set and not kept" : "";
      } finally {
        Files.deleteIfExists(group);
      }
    } catch (IOException e) {
      return "no group can be made there: " + e.getMessage();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "interrupted";
    }
  }

  /**
   * Whether groups can be frozen here: an empty one of our own is.
   *
   * @return why not, or empty when they can
   */
  public String whyNoFreezer() {
    if (hierarchies.versionTwo().isEmpty()) {
      return "no cgroup2 hierarchy is mounted";
    }
    Path group =
        hierarchies.versionTwo().get().resolve("ringward-probe-" + ProcessHandle.current().pid());
    try {
      Files.createDirectory(group);
      try {
        Path freezer = group.resolve("cgroup.freeze");
        if (!Files.exists(freezer)) {
          return "its groups have no cgroup.freeze";
        }
        Files.writeString(freezer, "1");
        return Knob.read(group.resolve("cgroup.events")).contains("frozen 1")
            ? ""
            : "a group that is to be frozen is not";
      } finally {
        Files.deleteIfExists(group);
      }
    } catch (IOException e) {
      return "no group can be made there: " + e.getMessage();
    }
  }

  private static boolean forks(Path group) throws IOException, InterruptedException {
    Process child =
        new ProcessBuilder(
                "/bin/sh",
                "-c",
                "echo $$ >\"$1\" || exit 9; (exit 0)",
                "sh",
                group + "/cgroup.procs")
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    int status = child.waitFor();
    if (status == 9) {
      throw new IOException("a process cannot be moved into " + group);
    }
    return status == 0;
  }

  /** Turns everything back. */
  @Override
  public synchronized void close() {
    List.copyOf(turned.keySet()).forEach(this::release);
  }
}
