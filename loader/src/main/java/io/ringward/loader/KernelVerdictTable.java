/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import io.ringward.bpf.BootClock;
import io.ringward.bpf.BpfException;
import io.ringward.bpf.BpfMap;
import io.ringward.bpf.BpfObject;
import io.ringward.bpf.MapCodec;
import io.ringward.bpf.UpdateMode;
import io.ringward.kernel.Action;
import io.ringward.kernel.Operation;
import io.ringward.kernel.ProcessKey;
import io.ringward.kernel.Subject;
import io.ringward.kernel.Verdict;
import io.ringward.kernel.VerdictTable;
import io.ringward.loader.WireCodecs.VerdictValue;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Verdicts in the kernel's maps, as {@code wire.h} says: the verdict itself once, and references to
 * it from the processes or the cgroup that it is about. Thread-safe; one change at a time.
 *
 * <p>On the way of a verdict to the kernel stands only what must be known before it acts. All else
 * comes after: the walk to the descendants of the subject, and, on another thread, {@link
 * VerdictSweeper}.
 */
public final class KernelVerdictTable implements VerdictTable {
  private static final Logger LOG = LoggerFactory.getLogger(KernelVerdictTable.class);
  private static final int MOST_ENDED = 4096;

  private final BpfMap<Long, VerdictValue> verdicts;
  private final TreeMarker trees;
  private final ControlGroupMarker groups;
  private final ProcessWalk walk;
  private final ControlWord control;
  private final VerdictObjection objection;
  private final ControllerRung controllers;
  private final RefusalHooks refusals;
  private final Optional<SyscallWatch> watch;
  private final SendLimiter sends;
  private final TamperLog tampered;
  private final Map<Long, Verdict> inForce = new LinkedHashMap<>();
  private final Deque<InForce> ended = new ArrayDeque<>();
  private final VerdictSweeper sweeper;
  private final PersistentPins pins;
  private final Set<Long> adopted;
  private boolean closed;

  /**
   * @param adopted verdicts that persist from a guardian before, in the maps already
   */
  KernelVerdictTable(
      BpfObject object,
      ProcessWalk walk,
      ControlGroups controlGroups,
      ControlWord control,
      ProtectionRefresh protection,
      VerdictObjection objection,
      ControllerRung controllers,
      RefusalHooks refusals,
      Optional<SyscallWatch> watch,
      SendLimiter sends,
      PersistentPins pins,
      List<Verdict> adopted,
      TamperLog tampered) {
    this.tampered = tampered;
    this.verdicts = object.map("verdict", MapCodec.u64(), WireCodecs.VERDICT);
    this.groups =
        new ControlGroupMarker(object, walk, controlGroups, protection, inForce::containsKey);
    this.trees = new TreeMarker(object, walk, protection, inForce::containsKey);
    this.walk = walk;
    this.control = control;
    this.objection = objection;
    this.controllers = controllers;
    this.refusals = refusals;
    this.watch = watch;
    this.sends = sends;
    this.pins = pins;
    adopted.forEach(verdict -> inForce.put(verdict.id(), verdict));
    this.adopted = new HashSet<>(inForce.keySet());
    control.setCgroupVerdicts(countControlGroups());
    nameJudged();
    for (Verdict verdict : adopted) {
      sends.begin(verdict).ifPresent(why -> LOG.warn("verdict {}: {}", verdict.idText(), why));
    }
    keepPins();
    this.sweeper =
        new VerdictSweeper(object, protection, this::verdictsOnTrees, this::releaseAbandoned);
  }

  @Override
  public synchronized Outcome apply(Verdict verdict) {
    requireOpen();
    Outcome outcome = tryToApply(verdict);
    // What has expired may hold the room that this one needs.
    return outcome instanceof Outcome.Refused && releaseExpired() ? tryToApply(verdict) : outcome;
  }

  private Outcome tryToApply(Verdict verdict) {
    Optional<String> opposed =
        objection
            .to(verdict, BootClock.nanos())
            .or(() -> watch.flatMap(trees -> trees.objection(verdict)))
            .or(() -> refusals.signals().cover(blocked(verdict)));
    if (opposed.isPresent()) {
      return new Outcome.Refused(opposed.get());
    }
    return switch (verdict.subject()) {
      case Subject.ProcessTree(ProcessKey root) -> {
        boolean plain = trees.isPlain(root, endsAProcess(verdict));
        Optional<Outcome> untouchable = plain ? Optional.empty() : trees.objection(root);
        yield untouchable.orElseGet(() -> write(verdict, () -> applyToTree(verdict, root, plain)));
      }
      case Subject.ControlGroup(long id) ->
          write(verdict, () -> applyToControlGroup(verdict, id)); // it looks for itself
    };
  }

  /** What it blocks, so that signals have to answer where hooks do not. */
  private static Set<Operation> blocked(Verdict verdict) {
    return verdict.action() == Action.BLOCK ? verdict.operations() : Set.of();
  }

  /** Whether it may do what cannot be undone before the walk has looked at everybody. */
  private boolean endsAProcess(Verdict verdict) {
    return switch (verdict.action()) {
      case OBSERVE, WATCH, THROTTLE -> false;
      // Where no hook refuses, a signal does.
      case BLOCK -> !Collections.disjoint(verdict.operations(), refusals.bySignal());
      case FREEZE, KILL -> true;
    };
  }

  /** Writes the verdict itself, then the references to it; takes it back when there are none. */
  private Outcome write(Verdict verdict, Supplier<Outcome> references) {
    try {
      // One that was adopted goes on with its hits and its bucket.
      if (!verdicts.update(verdict.id(), new VerdictValue(verdict, 0), UpdateMode.IF_ABSENT)
          && !adopted.remove(verdict.id())) {
        return new Outcome.Refused("verdict " + verdict.idText() + " is in force already");
      }
    } catch (BpfException e) {
      return new Outcome.Refused(
          "the kernel's verdict map took no more ("
              + inForce.size()
              + " in force): release some with 'ringward verdicts release'; "
              + e.getMessage());
    }
    Outcome outcome;
    control.addJudgedOperations(verdict.operations());
    try {
      outcome = references.get();
    } catch (RuntimeException e) {
      verdicts.remove(verdict.id());
      throw e;
    }
    if (outcome instanceof Outcome.Applied) {
      inForce.put(verdict.id(), verdict);
      if (verdict.persist() && keepPins().isPresent()) {
        String why = keepPins().orElse("");
        release(verdict.id());
        return new Outcome.Refused("it cannot outlive the agent: " + why);
      }
    } else {
      inForce.remove(verdict.id());
      // References to it may have been written: without the verdict they mean nothing.
      verdicts.remove(verdict.id());
    }
    return outcome;
  }

  private Outcome applyToTree(Verdict verdict, ProcessKey root, boolean plain) {
    // The subject itself first, so that the kernel acts before the walk over all processes begins.
    OptionalLong marked = plain ? trees.markRoot(root, verdict.id()) : OptionalLong.empty();
    Collection<LiveProcess> members = trees.markAll(root, verdict.id());
    List<ProcessKey> reached = TreeMarker.reached(members);
    if (reached.isEmpty()) {
      return TreeMarker.whyNobody(members);
    }
    long appliedNanos = marked.orElseGet(BootClock::nanos);
    if (verdict.action() == Action.KILL && control.enforces() && !verdict.shadow()) {
      ProcessKiller.killAll(() -> TreeMarker.reached(walk.tree(root, verdict.id())));
    }
    if (verdict.action() == Action.WATCH) {
      Optional<String> unwatched = watch.flatMap(trees -> trees.begin(verdict));
      if (unwatched.isPresent()) {
        return new Outcome.Refused(unwatched.get());
      }
    }
    return actOn(
        verdict,
        () -> pids(TreeMarker.reached(walk.tree(root, verdict.id()))),
        new Outcome.Applied(appliedNanos, reached.size()));
  }

  private Outcome applyToControlGroup(Verdict verdict, long id) {
    Optional<Path> path = groups.find(id);
    if (path.isEmpty()) {
      return new Outcome.SubjectGone();
    }
    Optional<Outcome> opposed =
        groups.objection(path.get()).or(() -> groups.mark(id, verdict.id()));
    if (opposed.isPresent()) {
      return opposed.get();
    }
    control.setCgroupVerdicts(1 + countControlGroups());
    long appliedNanos = BootClock.nanos();
    if (verdict.action() == Action.KILL && control.enforces() && !verdict.shadow()) {
      ProcessKiller.killAll(() -> groups.members(path.get()));
    }
    return actOn(
        verdict, () -> pids(groups.members(path.get())), new Outcome.Applied(appliedNanos, 0));
  }

  /** Does by controllers what hooks cannot do. */
  private Outcome actOn(
      Verdict verdict, Supplier<Collection<Integer>> members, Outcome.Applied applied) {
    Optional<String> unheld = sends.begin(verdict);
    if (unheld.isPresent()) {
      return new Outcome.Refused(unheld.get());
    }
    if (!control.enforces() || verdict.shadow()) {
      return applied;
    }
    Optional<String> unstarved = controllers.act(verdict, members, BootClock.nanos());
    unstarved.ifPresent(_ -> sends.end(verdict.id()));
    return unstarved.<Outcome>map(Outcome.Refused::new).orElse(applied);
  }

  private static Collection<Integer> pids(Collection<ProcessKey> keys) {
    return keys.stream().map(ProcessKey::tgid).toList();
  }

  private int countControlGroups() {
    return (int)
        inForce.values().stream()
            .filter(verdict -> verdict.subject() instanceof Subject.ControlGroup)
            .count();
  }

  @Override
  public synchronized boolean release(long verdictId) {
    requireOpen();
    Verdict over = inForce.remove(verdictId);
    if (over == null) {
      return false;
    }
    adopted.remove(verdictId);
    verdicts
        .get(verdictId)
        .ifPresent(last -> {
          if (ended.size() == MOST_ENDED) {
            ended.removeFirst();
          }
          ended.addLast(new InForce(over, last.hits()));
        });
    verdicts.remove(verdictId);
    controllers.release(verdictId);
    watch.ifPresent(trees -> trees.end(verdictId));
    sends.end(verdictId);
    if (over.subject() instanceof Subject.ControlGroup(long id)) {
      groups.forget(id);
      control.setCgroupVerdicts(countControlGroups());
    }
    // The references of processes mean nothing now; the kernel reuses their slots.
    if (over.persist()) {
      keepPins();
    }
    return true;
  }

  /**
   * Has the enforcement pinned for as long as the longest verdict that persists, if any does.
   *
   * @return why that is not possible; empty when it is
   */
  private Optional<String> keepPins() {
    long until =
        control.enforces()
            ? inForce.values().stream()
                .filter(verdict -> verdict.persist() && !verdict.shadow())
                .mapToLong(Verdict::expiryNanos)
                .max()
                .orElse(0)
            : 0;
    try {
      pins.hold(this, until, 0);
      return Optional.empty();
    } catch (IOException e) {
      LOG.warn("the enforcement cannot be pinned: {}", e.getMessage());
      return Optional.of(e.getMessage());
    }
  }

  /** Those that somebody else has deleted from the kernel's map are put back; hits are lost. */
  @Override
  public synchronized List<InForce> inForce() {
    requireOpen();
    releaseExpired();
    List<InForce> all = new ArrayList<>();
    for (Verdict verdict : List.copyOf(inForce.values())) {
      Optional<VerdictValue> value = verdicts.get(verdict.id());
      if (value.isPresent()) {
        all.add(new InForce(verdict, value.get().hits()));
      } else if (restore(verdict)) {
        all.add(new InForce(verdict, 0));
      }
    }
    return all;
  }

  /** Puts back what somebody else has deleted; nothing after the close. */
  synchronized void restoreDeleted() {
    if (!closed) {
      List<InForce> _ = inForce();
    }
  }

  private boolean restore(Verdict verdict) {
    String what = "somebody deleted verdict " + verdict.idText() + " from the kernel's map: ";
    try {
      verdicts.update(verdict.id(), new VerdictValue(verdict, 0), UpdateMode.ANY);
      tampered.add(Tampering.Kind.VERDICT_DELETED, what + "it is in force again", true);
      return true;
    } catch (BpfException e) {
      tampered.add(
          Tampering.Kind.VERDICT_DELETED, what + "it is given up, " + e.getMessage(), false);
      release(verdict.id());
      return false;
    }
  }

  /** Operations at whose system calls a signal answers now. */
  Set<Operation> answeredBySignal() {
    return refusals.signals().attached();
  }

  @Override
  public synchronized List<InForce> takeEnded() {
    List<InForce> taken = List.copyOf(ended);
    ended.clear();
    return taken;
  }

  /** The kernel does not act on what has expired; here its memory is given back. */
  private boolean releaseExpired() {
    long now = BootClock.nanos();
    boolean any = false;
    for (Verdict verdict : List.copyOf(inForce.values())) {
      if (verdict.expiryNanos() <= now) {
        any |= release(verdict.id());
      }
    }
    return any;
  }

  private synchronized Set<Long> verdictsOnTrees() {
    return inForce.values().stream()
        .filter(verdict -> verdict.subject() instanceof Subject.ProcessTree)
        .map(Verdict::id)
        .collect(Collectors.toCollection(HashSet::new));
  }

  /**
   * Marks again a subject that lives and carries its verdict no more, which the kernel never does.
   *
   * @return false when nobody is left of it
   */
  private boolean restoreSubject(long id) {
    Verdict verdict = inForce.get(id);
    if (verdict == null
        || verdict.expiryNanos() <= BootClock.nanos()
        || !(verdict.subject() instanceof Subject.ProcessTree(ProcessKey root))
        || !trees.isPlain(root, true)) {
      return false;
    }
    boolean restored = !TreeMarker.reached(trees.markAll(root, id)).isEmpty();
    if (restored) {
      tampered.add(
          Tampering.Kind.SUBJECT_UNMARKED,
          "somebody took "
              + root
              + " out of verdict "
              + verdict.idText()
              + " in the kernel's map: it is under it again",
          true);
    }
    return restored;
  }

  private void releaseAbandoned(Set<Long> nobodys) {
    giveUp(nobodys);
    refusals.signals().detachIdle(); // without the lock: each waits for all CPUs
  }

  private synchronized void giveUp(Set<Long> nobodys) {
    if (!closed) {
      for (long id : nobodys) {
        if (!restoreSubject(id)) {
          release(id);
        }
      }
      releaseExpired();
      nameJudged();
      controllers.check();
      sends.check(tampered);
      Set<Operation> blocked = EnumSet.noneOf(Operation.class);
      inForce.values().forEach(verdict -> blocked.addAll(blocked(verdict)));
      refusals.signals().need(blocked);
    }
  }

  /** Names all that verdicts in force cover, and no more: each costs hot hooks a look. */
  private void nameJudged() {
    Set<Operation> operations = EnumSet.noneOf(Operation.class);
    inForce.values().forEach(verdict -> operations.addAll(verdict.operations()));
    control.setJudgedOperations(operations);
  }

  @Override
  public void beat() {
    control.beat();
  }

  @Override
  public void close() {
    sweeper.close(); // without the lock, which it may be waiting for
    synchronized (this) {
      if (!closed) {
        for (Verdict verdict : List.copyOf(inForce.values())) {
          if (!verdict.persist() || verdict.shadow() || !control.enforces()) {
            release(verdict.id());
          }
        }
        closed = true;
      }
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the verdict table is closed");
    }
  }
}
