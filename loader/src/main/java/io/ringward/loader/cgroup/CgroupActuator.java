/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader.cgroup;

import io.ringward.kernel.Operation;
import io.ringward.kernel.TokenRate;
import io.ringward.loader.cgroup.Hierarchies.Group;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
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
  private static final class Turned {
    final Turning wish;
    final long untilNanos; // System.nanoTime()
    final List<Knob> knobs;
    KnobGuard guard;

    /** Somebody else has set one: it is not turned again. */
    boolean letGo;

    Turned(Turning wish, long untilNanos, List<Knob> knobs) throws IOException {
      this.wish = wish;
      this.untilNanos = untilNanos;
      this.knobs = new ArrayList<>(knobs);
      this.guard = watch();
    }

    KnobGuard watch() throws IOException {
      long left = Math.max(0, untilNanos - System.nanoTime());
      return KnobGuard.watch(knobs, TimeUnit.NANOSECONDS.toSeconds(left) + GUARD_GRACE_SECONDS);
    }
  }

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

  /** Finds out what works here. */
  public ControllerTrial trial() {
    return new ControllerTrial(hierarchies);
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
          long now = Math.max(1, Long.parseLong(Knob.read(Limits.file(group, "pids.current"))));
          Limits.turnDown(knobs, Limits.file(group, "pids.max"), now, Long.toString(now));
          OwnGroup.Found processor = OwnGroup.find(hierarchies, "cpu", members);
          if (processor.group().isPresent()) {
            Limits.processor(knobs, processor.group().get(), PROCESSOR_SHARE);
          }
          return new Result.Done(
              group.path()
                  + " may hold "
                  + now
                  + " tasks"
                  + (processor.group().isPresent() ? " and use a fifth of a processor" : ""));
        });
  }

  /**
   * Holds a subject in its use of processors, memory or block devices.
   *
   * @param operation {@link Operation#CPU}, {@link Operation#MEMORY} or {@link Operation#IO}
   * @param rate in its unit
   * @param members gives the pids of its live processes
   * @param lasting until the guard puts it back at the latest
   */
  public synchronized Result throttle(
      long verdictId,
      Operation operation,
      TokenRate rate,
      Supplier<Collection<Integer>> members,
      Duration lasting) {
    return turn(
        verdictId,
        lasting,
        knobs -> {
          OwnGroup.Found own =
              OwnGroup.find(
                  hierarchies, ControllerTrial.controller(hierarchies, operation), members);
          if (own.group().isEmpty()) {
            return new Result.NotPossible(own.why());
          }
          Group group = own.group().get();
          return new Result.Done(
              switch (operation) {
                case CPU -> Limits.processor(knobs, group, rate.tokensPerSecond());
                case MEMORY -> Limits.memory(knobs, group);
                case IO -> Limits.inputOutput(knobs, group, (long) rate.tokensPerSecond());
                case CONNECT,
                    BIND,
                    EXEC,
                    FORK,
                    OPEN,
                    UNLINK,
                    RENAME,
                    SEND,
                    MEMORY_EXEC,
                    MODULE_LOAD,
                    PTRACE,
                    BPF,
                    MOUNT,
                    SETUID ->
                    throw new IllegalArgumentException("no controller is about " + operation);
              });
        });
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
                      ? Knob.turn(Limits.file(group, "freezer.state"), "FROZEN")
                      : Knob.turn(Limits.file(group, "cgroup.freeze"), "1"));
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
        knobs.replaceAll(this::takeOver);
        turned.put(verdictId, new Turned(turning, System.nanoTime() + lasting.toNanos(), knobs));
        write();
      }
      return result;
    } catch (IOException e) {
      knobs.reversed().forEach(CgroupActuator::putBack);
      return new Result.NotPossible("a controller did not take it: " + e.getMessage());
    }
  }

  /** A knob that another verdict has turned already is ours now, with its past. */
  private Knob takeOver(Knob knob) {
    for (Turned other : turned.values()) {
      for (Knob held : List.copyOf(other.knobs)) {
        if (held.isPlaceOf(knob)) {
          other.knobs.remove(held);
          return new Knob(knob.file(), knob.device(), held.before(), knob.written());
        }
      }
    }
    return knob;
  }

  /** Turns back what was turned for a verdict; does nothing when that is nothing. */
  public synchronized void release(long verdictId) {
    if (end(verdictId)) {
      turned.forEach(this::turnAgain);
    }
    write();
  }

  /** Whether anything was put back. */
  private boolean end(long verdictId) {
    Turned ended = turned.remove(verdictId);
    if (ended == null) {
      return false;
    }
    boolean any = false;
    for (Knob knob : ended.knobs.reversed()) {
      any |= putBack(knob);
    }
    close(ended.guard);
    return any;
  }

  /** What is loose now that another verdict has ended may be one that this verdict holds too. */
  private void turnAgain(long verdictId, Turned standing) {
    if (standing.letGo) {
      return;
    }
    List<Knob> again = new ArrayList<>();
    try {
      Result _ = standing.wish.turn(again);
    } catch (IOException e) {
      LOG.warn("verdict {} holds no more: {}", Long.toHexString(verdictId), e.toString());
    }
    if (again.isEmpty()) {
      return;
    }
    for (Knob knob : again) {
      Optional<Knob> held = standing.knobs.stream().filter(knob::isPlaceOf).findFirst();
      held.ifPresent(standing.knobs::remove);
      standing.knobs.add(
          new Knob(
              knob.file(),
              knob.device(),
              held.map(Knob::before).orElse(knob.before()),
              knob.written()));
    }
    KnobGuard old = standing.guard;
    try {
      standing.guard = standing.watch();
      close(old);
    } catch (IOException e) {
      LOG.warn("knobs that were turned again have no guard: {}", e.toString());
    }
  }

  private static boolean putBack(Knob knob) {
    try {
      boolean done = knob.putBack();
      LOG.debug("{} {}", knob.file(), done ? "is " + knob.before() + " again" : "was not ours");
      return done;
    } catch (IOException e) {
      LOG.warn("{} could not be set to {} again: {}", knob.file(), knob.before(), e.toString());
      return false;
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
      for (Knob knob : List.copyOf(entry.getValue().knobs)) {
        if (!isOurs(knob)) {
          lost.add(knob.file());
          entry.getValue().knobs.remove(knob);
          entry.getValue().letGo = true;
          LOG.warn(
              "{} is no longer {}: somebody else has set it, so Ringward lets go of it (verdict"
                  + " {})",
              knob.file(),
              knob.written(),
              Long.toHexString(entry.getKey()));
        }
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
      journal.write(turned.values().stream().flatMap(one -> one.knobs.stream()).toList());
    } catch (IOException e) {
      LOG.warn("turned knobs could not be written down; their guards still watch them", e);
    }
  }

  /** Turns everything back. */
  @Override
  public synchronized void close() {
    List.copyOf(turned.keySet()).forEach(this::end);
    write();
  }
}
