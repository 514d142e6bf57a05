/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.ringward.kernel.InlineDimension;
import io.ringward.kernel.InlineRow;
import io.ringward.kernel.InlineRule;
import io.ringward.kernel.InlineTest;
import io.ringward.kernel.InlineValue;
import io.ringward.kernel.Operation;
import io.ringward.kernel.WireLayouts;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * One generation of the inline policy's tables, put together before any of it is shown to the
 * kernel: bit vectors as in T. V. Lakshman and D. Stiliadis, "High-speed policy-based packet
 * forwarding using efficient multi-dimensional range matching" (SIGCOMM 1998). Not thread-safe.
 */
final class InlineImage {
  private static final long ADDRESS_LENGTHS = offset("address_lengths");
  private static final long PORT_LENGTHS = offset("port_lengths");
  private static final long ADDRESS_BITS = offset("address_bits");
  private static final long PORT_BITS = offset("port_bits");
  private static final long CONSTRAINED = offset("constrained");
  private static final long COVERS = offset("covers");
  private static final long OTHERWISE = offset("otherwise");
  private static final long OPEN = offset("open");
  private static final long SHADOW = offset("shadow");
  private static final long PERSIST = offset("persist");

  private final int generation;
  private final int mostEntries;
  private final InlineEntries entries;
  private final List<InlineRule> rowOwners = new ArrayList<>();
  private final List<InlineRule> taken = new ArrayList<>();
  private final Map<String, String> leftOut = new LinkedHashMap<>();
  private final Map<Operation, RowMask> covers = new EnumMap<>(Operation.class);
  private final Map<Operation, Set<InlineDimension>> constrained = new EnumMap<>(Operation.class);
  private final Map<InlineDimension, RowMask> otherwise = new EnumMap<>(InlineDimension.class);
  private final Map<InlineDimension, RowMask> open = new EnumMap<>(InlineDimension.class);
  private final RowMask shadow = new RowMask();
  private final RowMask persist = new RowMask();
  private final TreeSet<Integer> addressBits = new TreeSet<>();
  private final TreeSet<Integer> portBits = new TreeSet<>();

  /**
   * Puts rules together.
   *
   * @param mostEntries how many entries a generation may have
   */
  InlineImage(int generation, TextHash hash, int mostEntries, List<InlineRule> rules) {
    this.generation = generation;
    this.mostEntries = mostEntries;
    this.entries = new InlineEntries(generation, hash);
    for (InlineDimension dimension : InlineDimension.values()) {
      otherwise.put(dimension, new RowMask());
      open.put(dimension, new RowMask());
    }
    for (Operation operation : Operation.values()) {
      covers.put(operation, new RowMask());
      constrained.put(operation, EnumSet.noneOf(InlineDimension.class));
    }
    rules.forEach(this::take);
  }

  /** A rule is in as a whole or not at all: half of it would mean something else. */
  private void take(InlineRule rule) {
    String objection = objection(rule);
    if (!objection.isEmpty()) {
      leftOut.put(rule.name(), objection);
      return;
    }
    for (InlineRow row : rule.rows()) {
      add(rule, row);
    }
    taken.add(rule);
  }

  private String objection(InlineRule rule) {
    if (rowOwners.size() + rule.rows().size() > WireLayouts.INLINE_ROWS) {
      return "the kernel's tables are full: they have %d rows, %d are taken and this rule needs %d"
          .formatted(WireLayouts.INLINE_ROWS, rowOwners.size(), rule.rows().size());
    }
    TreeSet<Integer> addresses = new TreeSet<>(addressBits);
    TreeSet<Integer> ports = new TreeSet<>(portBits);
    int values = 0;
    for (InlineRow row : rule.rows()) {
      for (InlineTest test : row.tests()) {
        values += test.except().size() + test.among().map(Set::size).orElse(0);
        lengths(test, addresses, ports);
      }
    }
    if (entries.all().size() + values > mostEntries) {
      return "the kernel's tables are full: they have room for %d values, %d are taken and this rule names %d"
          .formatted(mostEntries, entries.all().size(), values);
    }
    if (addresses.size() > WireLayouts.INLINE_LENGTHS
        || ports.size() > WireLayouts.INLINE_LENGTHS) {
      return "all rules together name networks (or ranges of ports) of more than "
          + WireLayouts.INLINE_LENGTHS
          + " different lengths";
    }
    return "";
  }

  private static void lengths(InlineTest test, Set<Integer> addresses, Set<Integer> ports) {
    Set<Integer> lengths =
        switch (test.dimension()) {
          case ADDRESS -> addresses;
          case PORT -> ports;
          case CGROUP, USER, INODE, FLAGS, NAME, PATH, PROTOCOL, OBJECT, TARGET, INTENT -> Set.of();
        };
    for (Set<InlineValue> values : List.of(test.except(), test.among().orElse(Set.of()))) {
      for (InlineValue value : values) {
        if (value instanceof InlineValue.Prefix prefix) {
          lengths.add(prefix.bits());
        }
      }
    }
  }

  private void add(InlineRule rule, InlineRow row) {
    int number = rowOwners.size();
    rowOwners.add(rule);
    if (rule.shadow()) {
      shadow.add(number);
    }
    if (rule.persistNanos() > 0) {
      persist.add(number);
    }
    Set<InlineDimension> looksAt = EnumSet.noneOf(InlineDimension.class);
    Set<InlineDimension> asks = EnumSet.noneOf(InlineDimension.class);
    for (InlineTest test : row.tests()) {
      looksAt.add(test.dimension());
      test.among()
          .ifPresent(values -> {
            asks.add(test.dimension());
            values.forEach(value -> entries.hit(test.dimension(), value, number));
          });
      test.except().forEach(value -> entries.miss(test.dimension(), value, number));
      lengths(test, addressBits, portBits);
    }
    for (InlineDimension dimension : InlineDimension.values()) {
      if (!asks.contains(dimension)) {
        otherwise.get(dimension).add(number);
      }
      if (!looksAt.contains(dimension)) {
        open.get(dimension).add(number);
      }
    }
    for (Operation operation : row.operations()) {
      covers.get(operation).add(number);
      constrained.get(operation).addAll(looksAt);
    }
  }

  /** The rules that are in, in order. */
  List<InlineRule> taken() {
    return taken;
  }

  /** Those that are not, by name, with the reason. */
  Map<String, String> leftOut() {
    return leftOut;
  }

  /** The rule of each row, in the order of the rows. */
  List<InlineRule> rowOwners() {
    return rowOwners;
  }

  Map<InlineEntries.Atom, InlineEntries.Entry> entries() {
    return entries.all();
  }

  /** The operations that any row is about. */
  Set<Operation> operations() {
    Set<Operation> operations = EnumSet.noneOf(Operation.class);
    taken.forEach(rule -> rule.rows().forEach(row -> operations.addAll(row.operations())));
    return operations;
  }

  /** Writes {@code struct rw_inline_table}. */
  void write(MemorySegment table) {
    table.fill((byte) 0);
    table.set(JAVA_INT, 0, generation);
    table.set(JAVA_BYTE, ADDRESS_LENGTHS, (byte) addressBits.size());
    table.set(JAVA_BYTE, PORT_LENGTHS, (byte) portBits.size());
    writeBits(addressBits, table, ADDRESS_BITS);
    writeBits(portBits, table, PORT_BITS);
    long mask = WireLayouts.INLINE_MASK.byteSize();
    for (Operation operation : Operation.values()) {
      int dimensions = 0;
      for (InlineDimension dimension : constrained.get(operation)) {
        dimensions |= 1 << dimension.ordinal();
      }
      table.set(JAVA_INT, CONSTRAINED + (long) operation.ordinal() * Integer.BYTES, dimensions);
      covers.get(operation).write(table, COVERS + operation.ordinal() * mask);
    }
    for (InlineDimension dimension : InlineDimension.values()) {
      otherwise.get(dimension).write(table, OTHERWISE + dimension.ordinal() * mask);
      open.get(dimension).write(table, OPEN + dimension.ordinal() * mask);
    }
    shadow.write(table, SHADOW);
    persist.write(table, PERSIST);
  }

  private static void writeBits(Set<Integer> lengths, MemorySegment table, long at) {
    long place = at;
    for (int length : lengths) {
      table.set(JAVA_BYTE, place++, (byte) length);
    }
  }

  private static long offset(String field) {
    return WireCodecs.offset(WireLayouts.INLINE_TABLE, field);
  }
}
