/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.ringward.bpf.BootClock;
import io.ringward.bpf.BpfException;
import io.ringward.bpf.BpfFileSystem;
import io.ringward.bpf.BpfMap;
import io.ringward.bpf.BpfObject;
import io.ringward.bpf.MapCodec;
import io.ringward.bpf.UpdateMode;
import io.ringward.kernel.Action;
import io.ringward.kernel.Operation;
import io.ringward.kernel.ProcessKey;
import io.ringward.kernel.Subject;
import io.ringward.kernel.TokenRate;
import io.ringward.kernel.Verdict;
import io.ringward.kernel.WireLayouts;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What guardians before this one have left pinned. Their hooks go on refusing until {@link #end}:
 * the new ones are attached beside them with a copy of the verdicts, so that there is no gap; an
 * operation in between is judged by both. Not thread-safe.
 */
final class Predecessors implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Predecessors.class);
  private static final int PERSIST = 1 << 1;
  private static final long ACTION = offset("action");
  private static final long OPERATIONS = offset("operations");
  private static final long INTERVAL = offset("interval_nanos");
  private static final long BURST = offset("burst_nanos");
  private static final long FLAGS = offset("flags");
  private static final MapCodec<byte[]> RAW =
      MapCodec.bytes(Math.toIntExact(WireLayouts.VERDICT.byteSize()));

  private final PinPlace place;
  private final Path runtimeDirectory;
  private final List<Path> instances;

  private Predecessors(PinPlace place, Path runtimeDirectory, List<Path> instances) {
    this.place = place;
    this.runtimeDirectory = runtimeDirectory;
    this.instances = new ArrayList<>(instances);
  }

  /** Looks for pins; those of another layout are removed, since nobody here can read them. */
  static Predecessors find(Path runtimeDirectory) throws IOException {
    PinPlace place = PinPlace.of(runtimeDirectory);
    List<Path> readable = new ArrayList<>();
    for (Path instance : place.instances()) {
      if (PinPlace.isOfThisLayout(instance)) {
        readable.add(instance);
      } else {
        LOG.warn(
            "{} was pinned by another version of Ringward, whose maps this one cannot read: {} pins"
                + " are removed, what persisted there is lifted",
            instance,
            PinPlace.remove(instance));
      }
    }
    return new Predecessors(place, runtimeDirectory, readable);
  }

  /**
   * Copies the verdicts that persist and have not expired, and who is under them.
   *
   * @return those verdicts
   */
  List<Verdict> copyInto(BpfObject object) {
    List<Verdict> copied = new ArrayList<>();
    for (Path instance : instances) {
      try (var verdicts = BpfFileSystem.openMap(instance.resolve("map_verdict"));
          var processes = BpfFileSystem.openMap(instance.resolve("map_process_verdict"));
          var groups = BpfFileSystem.openMap(instance.resolve("map_cgroup_verdict"))) {
        copied.addAll(
            copy(
                object,
                verdicts.map(MapCodec.u64(), RAW).snapshot(),
                processes.map(WireCodecs.PROCESS_KEY, WireCodecs.REFERENCES).snapshot(),
                groups.map(MapCodec.u64(), WireCodecs.REFERENCES).snapshot()));
      } catch (BpfException | IllegalArgumentException e) {
        LOG.warn("{} cannot be adopted: {}", instance, e.getMessage());
      }
    }
    return copied;
  }

  private static List<Verdict> copy(
      BpfObject object,
      Map<Long, byte[]> verdicts,
      Map<ProcessKey, List<Long>> processes,
      Map<Long, List<Long>> groups) {
    long now = BootClock.nanos();
    Map<Long, MemorySegment> persisting = new LinkedHashMap<>();
    BpfMap<Long, byte[]> own = object.map("verdict", MapCodec.u64(), RAW);
    verdicts.forEach((id, bytes) -> {
      MemorySegment value = MemorySegment.ofArray(bytes.clone());
      if ((get(value, FLAGS) & PERSIST) != 0 && value.get(LONG, 0) > now) {
        persisting.put(id, value);
        own.update(id, bytes, UpdateMode.IF_ABSENT);
      }
    });
    Map<Long, Subject> subjects = new LinkedHashMap<>();
    BpfMap<ProcessKey, List<Long>> ownProcesses =
        object.map("process_verdict", WireCodecs.PROCESS_KEY, WireCodecs.REFERENCES);
    processes.entrySet().stream()
        // The oldest is the root of its tree, or what is left of it.
        .sorted(Comparator.comparingLong(entry -> entry.getKey().startBoottimeNanos()))
        .forEach(entry -> {
          for (long id : merge(ownProcesses, entry.getKey(), entry.getValue(), persisting)) {
            subjects.putIfAbsent(id, new Subject.ProcessTree(entry.getKey()));
          }
        });
    BpfMap<Long, List<Long>> ownGroups =
        object.map("cgroup_verdict", MapCodec.u64(), WireCodecs.REFERENCES);
    groups.forEach((group, references) -> {
      for (long id : merge(ownGroups, group, references, persisting)) {
        subjects.put(id, new Subject.ControlGroup(group));
      }
    });
    List<Verdict> adopted = new ArrayList<>();
    subjects.forEach((id, subject) -> adopted.add(describe(id, persisting.get(id), subject, now)));
    return adopted;
  }

  /** Adds references to those that are there; returns those that count. */
  private static <K> List<Long> merge(
      BpfMap<K, List<Long>> own, K key, List<Long> references, Map<Long, ?> persisting) {
    List<Long> wanted = references.stream().filter(persisting::containsKey).toList();
    if (!wanted.isEmpty()) {
      List<Long> merged = new ArrayList<>(own.get(key).orElse(List.of()));
      merged.removeIf(id -> id == 0);
      wanted.stream().filter(id -> !merged.contains(id)).forEach(merged::add);
      own.put(key, merged.subList(0, Math.min(merged.size(), WireLayouts.VERDICT_SLOTS)));
    }
    return wanted;
  }

  private static Verdict describe(long id, MemorySegment value, Subject subject, long now) {
    Action action = Action.ofWire((byte) get(value, ACTION));
    Set<Operation> operations = Operation.ofMask(get(value, OPERATIONS));
    return new Verdict(
        id,
        subject,
        action,
        operations,
        action == Action.THROTTLE
            ? Optional.of(
                TokenRate.ofIntervals(
                    operations.contains(Operation.SEND),
                    value.get(LONG, INTERVAL),
                    value.get(LONG, BURST)))
            : Optional.empty(),
        now,
        Math.max(now + 1, value.get(LONG, 0)),
        now,
        false,
        true,
        "before",
        "persists from before the agent's start");
  }

  private static final java.lang.foreign.ValueLayout.OfLong LONG = JAVA_LONG.withByteAlignment(1);

  private static int get(MemorySegment value, long at) {
    return value.get(JAVA_INT.withByteAlignment(1), at);
  }

  /** Removes their pins: from here on the new hooks stand alone. Idempotent. */
  void end() {
    for (Path instance : List.copyOf(instances)) {
      lift(instance);
      try {
        LOG.info(
            "adopted what persists in {}; {} pins are removed",
            instance,
            PinPlace.remove(instance));
        instances.remove(instance);
        place.tidy(runtimeDirectory);
      } catch (IOException e) {
        LOG.warn("the pins in {} cannot be removed: {}", instance, e.getMessage());
      }
    }
  }

  /**
   * Takes the verdicts out of a predecessor's map. The kernel frees a link some time after its pin
   * is gone (kernel/bpf/inode.c, bpf_free_inode: a grace period, then a worker), and until then the
   * old hooks would refuse what is released here meanwhile.
   */
  private static void lift(Path instance) {
    try (var pinned = BpfFileSystem.openMap(instance.resolve("map_verdict"))) {
      BpfMap<Long, byte[]> verdicts = pinned.map(MapCodec.u64(), RAW);
      verdicts.snapshot().keySet().forEach(verdicts::remove);
    } catch (BpfException | IllegalArgumentException e) {
      LOG.debug("the verdicts of {} end with its links", instance, e);
    }
  }

  private static long offset(String field) {
    return WireCodecs.offset(WireLayouts.VERDICT, field);
  }

  /** Leaves pins that have not been taken over: a start that fails lifts nothing. */
  @Override
  public void close() {
    // Nothing is held open between calls.
  }
}
