/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.ringward.bpf.MapCodec;
import io.ringward.kernel.InlineDimension;
import io.ringward.kernel.InlineValue;
import io.ringward.kernel.WireLayouts;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The entries of one generation of the inline policy: which value of a dimension says what of which
 * rows. Not thread-safe.
 */
final class InlineEntries {
  private static final int FOLDER_BITS = 1;

  private static final long DIMENSION = WireCodecs.offset(WireLayouts.INLINE_ATOM, "dimension");
  private static final long BITS = WireCodecs.offset(WireLayouts.INLINE_ATOM, "bits");
  private static final long HIGH = WireCodecs.offset(WireLayouts.INLINE_ATOM, "high");
  private static final long LOW = WireCodecs.offset(WireLayouts.INLINE_ATOM, "low");
  private static final long MISS = WireCodecs.offset(WireLayouts.INLINE_ENTRY, "miss");

  /** Key of an entry: {@code struct rw_inline_atom}. */
  record Atom(int generation, InlineDimension dimension, int bits, long high, long low) {}

  /** Value of an entry: rows that ask for the value, and rows that exclude it. */
  record Entry(RowMask hit, RowMask miss) {}

  static final MapCodec<Atom> ATOM =
      MapCodec.of(
          WireLayouts.INLINE_ATOM,
          (atom, memory, at) -> {
            memory.set(JAVA_INT, at, atom.generation());
            memory.set(JAVA_SHORT, at + DIMENSION, (short) atom.dimension().ordinal());
            memory.set(JAVA_SHORT, at + BITS, (short) atom.bits());
            memory.set(JAVA_LONG, at + HIGH, atom.high());
            memory.set(JAVA_LONG, at + LOW, atom.low());
          },
          (memory, at) ->
              new Atom(
                  memory.get(JAVA_INT, at),
                  InlineDimension.values()[memory.get(JAVA_SHORT, at + DIMENSION)],
                  memory.get(JAVA_SHORT, at + BITS),
                  memory.get(JAVA_LONG, at + HIGH),
                  memory.get(JAVA_LONG, at + LOW)));

  static final MapCodec<Entry> ENTRY =
      MapCodec.of(
          WireLayouts.INLINE_ENTRY,
          InlineEntries::write,
          (memory, at) -> new Entry(RowMask.read(memory, at), RowMask.read(memory, at + MISS)));

  private final Map<Atom, Entry> entries = new LinkedHashMap<>();
  private final int generation;
  private final TextHash hash;

  InlineEntries(int generation, TextHash hash) {
    this.generation = generation;
    this.hash = hash;
  }

  /** A row asks for a value. */
  void hit(InlineDimension dimension, InlineValue value, int row) {
    at(dimension, value).hit().add(row);
  }

  /** A row excludes a value. */
  void miss(InlineDimension dimension, InlineValue value, int row) {
    at(dimension, value).miss().add(row);
  }

  private Entry at(InlineDimension dimension, InlineValue value) {
    return entries.computeIfAbsent(
        atom(dimension, value), _ -> new Entry(new RowMask(), new RowMask()));
  }

  private Atom atom(InlineDimension dimension, InlineValue value) {
    return switch (value) {
      case InlineValue.Number(long number) -> new Atom(generation, dimension, 0, 0, number);
      case InlineValue.Prefix(long high, long low, int bits) ->
          new Atom(generation, dimension, bits, high, low);
      // A name that is longer than any process's is nobody's, and so is the hash of it.
      case InlineValue.Text(String text) -> new Atom(generation, dimension, 0, 0, hash.text(text));
      case InlineValue.Folder(String prefix) ->
          new Atom(generation, dimension, FOLDER_BITS, 0, hash.text(prefix));
    };
  }

  Map<Atom, Entry> all() {
    return entries;
  }

  private static void write(Entry entry, MemorySegment memory, long at) {
    entry.hit().write(memory, at);
    entry.miss().write(memory, at + MISS);
  }
}
