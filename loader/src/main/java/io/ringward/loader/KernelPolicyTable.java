/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.ringward.bpf.BpfException;
import io.ringward.bpf.BpfMap;
import io.ringward.bpf.BpfObject;
import io.ringward.bpf.RawMap;
import io.ringward.bpf.UpdateMode;
import io.ringward.kernel.InlineRule;
import io.ringward.kernel.Operation;
import io.ringward.kernel.PolicyTable;
import io.ringward.kernel.WireLayouts;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Inline rules in the kernel's tables ({@code inline.bpf.c}). A new generation is filled beside the
 * one in force; one word switches; and only when no program can look at the old one any more is
 * that taken away. Thread-safe.
 */
public final class KernelPolicyTable implements PolicyTable {
  private static final Logger LOG = LoggerFactory.getLogger(KernelPolicyTable.class);
  private static final VarHandle WORD = JAVA_LONG.varHandle();
  private static final long ROW_BYTES = WireLayouts.INLINE_ROW.byteSize();
  private static final long PERSIST = WireCodecs.offset(WireLayouts.INLINE_ROW, "persist_nanos");
  private static final long HITS = WireCodecs.offset(WireLayouts.INLINE_ROW, "hits");

  private final BpfMap<InlineEntries.Atom, InlineEntries.Entry> entries;
  private final RawMap tables;
  private final RawMap rows;
  private final RawMap grace;
  private final RawMap graceToken;
  private final MemorySegment active;
  private final InlineAsking asking;
  private final PersistentPins pins;
  private final boolean enforces;
  private final Set<Operation> asked;
  private final TextHash hash;
  private final int mostEntries;
  private final Map<String, Long> before = new HashMap<>();

  private InlineImage inForce;
  private int generation;
  private boolean closed;

  /**
   * @param enforces false in shadow mode: nothing persists then
   * @param asked the operations of which hooks ask the tables here
   */
  KernelPolicyTable(
      BpfObject object,
      TextHash hash,
      PersistentPins pins,
      boolean enforces,
      Set<Operation> asked) {
    this.asked = Set.copyOf(asked);
    this.pins = pins;
    this.enforces = enforces;
    this.entries = object.map("inline_entry", InlineEntries.ATOM, InlineEntries.ENTRY);
    this.tables = object.map("inline_table");
    this.rows = object.map("inline_row");
    this.grace = object.map("grace");
    this.graceToken = object.map("grace_token");
    this.active = object.variable("inline_active");
    this.asking = new InlineAsking(object, hash);
    this.hash = hash;
    this.mostEntries = entries.raw().spec().maxEntries() / 2;
    this.inForce = new InlineImage(0, hash, mostEntries, List.of());
  }

  @Override
  public synchronized Publication publish(List<InlineRule> rules) {
    requireOpen();
    requireDistinct(rules);
    InlineImage next = new InlineImage(generation + 1, hash, mostEntries, rules);
    try {
      fill(next);
    } catch (BpfException e) {
      entries.removeAll(next.entries().keySet()); // Nobody has looked at them.
      throw e;
    }
    generation++;
    WORD.setRelease(
        active,
        0L,
        (long) generation << Integer.SIZE
            | Integer.toUnsignedLong(Operation.mask(next.operations())));
    retire(inForce);
    inForce = next;
    keepPins();
    return new Publication(
        generation,
        next.taken().stream().map(InlineRule::name).toList(),
        next.leftOut(),
        unasked(next.taken()));
  }

  private Map<String, Set<Operation>> unasked(List<InlineRule> rules) {
    Map<String, Set<Operation>> unasked = new HashMap<>();
    for (InlineRule rule : rules) {
      Set<Operation> operations = EnumSet.noneOf(Operation.class);
      rule.rows().forEach(row -> operations.addAll(row.operations()));
      operations.removeAll(asked);
      if (!operations.isEmpty()) {
        unasked.put(rule.name(), operations);
      }
    }
    return unasked;
  }

  private void keepPins() {
    long lasting =
        enforces
            ? inForce.taken().stream()
                .filter(rule -> !rule.shadow())
                .mapToLong(InlineRule::persistNanos)
                .max()
                .orElse(0)
            : 0;
    try {
      pins.hold(this, 0, lasting);
    } catch (IOException e) {
      LOG.warn(
          "rules that persist end with the agent, the hooks cannot be pinned: {}", e.getMessage());
    }
  }

  private static void requireDistinct(List<InlineRule> rules) {
    Set<String> names = new HashSet<>();
    for (InlineRule rule : rules) {
      if (!names.add(rule.name())) {
        throw new IllegalArgumentException("two inline rules are named '" + rule.name() + "'");
      }
    }
  }

  private void fill(InlineImage image) {
    int next = generation + 1;
    entries.putAll(image.entries());
    try (Arena call = Arena.ofConfined()) {
      MemorySegment key = call.allocate(JAVA_INT);
      MemorySegment row = call.allocate(WireLayouts.INLINE_ROW);
      for (int number = 0; number < image.rowOwners().size(); number++) {
        InlineRule rule = image.rowOwners().get(number);
        row.fill((byte) 0);
        row.set(JAVA_LONG, 0, InlineRule.id(rule.name()));
        row.set(JAVA_LONG, PERSIST, rule.persistNanos());
        key.set(JAVA_INT, 0, place(next, number));
        rows.update(key, row, UpdateMode.ANY);
      }
      MemorySegment table = call.allocate(WireLayouts.INLINE_TABLE);
      image.write(table);
      key.set(JAVA_INT, 0, next & 1);
      tables.update(key, table, UpdateMode.ANY);
    }
  }

  private static int place(int generation, int row) {
    return (generation & 1) * WireLayouts.INLINE_ROWS + row;
  }

  /** Waits until nobody looks at a generation, keeps what it has counted, and takes it away. */
  private void retire(InlineImage old) {
    awaitGrace();
    count(old, generation - 1, before);
    entries.removeAll(old.entries().keySet());
  }

  /**
   * Waits until all programs have ended that were running when this was called: the kernel does so
   * after it has changed a map of maps (kernel/bpf/syscall.c, maybe_wait_bpf_programs()).
   */
  private void awaitGrace() {
    try (Arena call = Arena.ofConfined()) {
      grace.update(
          call.allocateFrom(JAVA_INT, 0),
          call.allocateFrom(JAVA_INT, graceToken.fd()),
          UpdateMode.ANY);
    }
  }

  private void count(InlineImage image, int number, Map<String, Long> into) {
    try (Arena call = Arena.ofConfined()) {
      MemorySegment key = call.allocate(JAVA_INT);
      MemorySegment row = call.allocate(ROW_BYTES, Long.BYTES);
      for (int i = 0; i < image.rowOwners().size(); i++) {
        key.set(JAVA_INT, 0, place(number, i));
        rows.lookup(key, row);
        into.merge(image.rowOwners().get(i).name(), row.get(JAVA_LONG, HITS), Long::sum);
      }
    }
  }

  @Override
  public synchronized Map<String, Long> hits() {
    requireOpen();
    Map<String, Long> all = new HashMap<>(before);
    count(inForce, generation, all);
    Map<String, Long> hits = new LinkedHashMap<>();
    inForce.taken().forEach(rule -> hits.put(rule.name(), all.getOrDefault(rule.name(), 0L)));
    return hits;
  }

  /** The names of the rules in force that match an operation, as the kernel itself judges it. */
  public synchronized Set<String> matching(InlineQuestion question) {
    requireOpen();
    RowMask matched = asking.ask(question);
    Set<String> names = new LinkedHashSet<>();
    for (int row = 0; row < inForce.rowOwners().size(); row++) {
      if (matched.contains(row)) {
        names.add(inForce.rowOwners().get(row).name());
      }
    }
    return names;
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      publish(inForce.taken().stream().filter(rule -> rule.persistNanos() > 0).toList());
      closed = true;
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the policy table is closed");
    }
  }
}
