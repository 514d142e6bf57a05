/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.ringward.bpf.BpfMap;
import io.ringward.bpf.BpfObject;
import io.ringward.bpf.MapCodec;
import io.ringward.bpf.RawMap;
import io.ringward.bpf.UpdateMode;
import io.ringward.kernel.FileIdentity;
import io.ringward.kernel.WireLayouts;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** The kernel's tables of which files somebody wants to know of. Not thread-safe. */
final class WantedFiles {
  private static final long BELOW = WireCodecs.offset(WireLayouts.WANTED_DIRECTORY, "below");
  private static final long NAMED = WireCodecs.offset(WireLayouts.WANTED_DIRECTORY, "named");
  private static final long NAME_DEVICE = WireCodecs.offset(WireLayouts.WANTED_NAME, "device");
  private static final long NAME_LENGTH = WireCodecs.offset(WireLayouts.WANTED_NAME, "length");
  private static final long NAME_TEXT = WireCodecs.offset(WireLayouts.WANTED_NAME, "name");
  private static final long PREFIX_TEXT = WireCodecs.offset(WireLayouts.WANTED_PREFIX, "text");
  private static final long DEEP = WireCodecs.offset(WireLayouts.FILE_CONTROL, "deep");
  private static final long NAMES = WireCodecs.offset(WireLayouts.FILE_CONTROL, "names");
  private static final long EVERYWHERE = WireCodecs.offset(WireLayouts.FILE_CONTROL, "everywhere");

  /**
   * What is wanted at a directory or a name, as masks of {@link io.ringward.kernel.FileWish.Kind}s.
   *
   * @param below of itself and all below it
   * @param named directory: of the names in it that are wanted; name: of itself alone
   */
  record Directory(int below, int named) {
    Directory and(Directory other) {
      return new Directory(below | other.below, named | other.named);
    }
  }

  /** A name in a directory; shorter than {@link WireLayouts#WANTED_NAME_SIZE} bytes. */
  record Name(FileIdentity directory, Text name) {}

  /** Bytes that compare by what they are. */
  record Text(String latin1) {
    static Text of(byte[] bytes) {
      return new Text(new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1));
    }

    byte[] bytes() {
      return latin1.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
    }
  }

  /**
   * All that is to be in the tables.
   *
   * @param wanted mask of all kinds that are wanted anywhere
   * @param everywhere of those wanted wherever it happens
   * @param deep of those wanted below a directory, however far below
   * @param names for the others, how many names above a file it is enough to look
   */
  record Content(
      int wanted,
      int everywhere,
      int deep,
      int names,
      Map<FileIdentity, Directory> directories,
      Map<Name, Directory> entries,
      Map<Text, Integer> prefixes) {
    static final Content NOTHING = new Content(0, 0, 0, 0, Map.of(), Map.of(), Map.of());
  }

  private final RawMap control;
  private final BpfMap<FileIdentity, Directory> directories;
  private final BpfMap<Name, Directory> names;
  private final BpfMap<Text, Integer> prefixes;
  private Content content = Content.NOTHING;

  WantedFiles(BpfObject object) {
    this.control = object.map("file_control");
    this.directories = object.map("wanted_directory", WireCodecs.FILE_IDENTITY, directoryCodec());
    this.names = object.map("wanted_name", nameCodec(), directoryCodec());
    this.prefixes = object.map("wanted_prefix", prefixCodec(), mask());
  }

  /**
   * Makes the tables hold this and nothing else: what is new first, then what is gone, so that
   * nothing that stays is missing in between.
   */
  void write(Content next) {
    if (next.equals(content)) {
      return;
    }
    next.directories().forEach(directories::put);
    next.entries().forEach(names::put);
    next.prefixes().forEach(prefixes::put);
    writeControl(next);
    removeAll(directories, content.directories().keySet(), next.directories().keySet());
    removeAll(names, content.entries().keySet(), next.entries().keySet());
    removeAll(prefixes, content.prefixes().keySet(), next.prefixes().keySet());
    content = next;
  }

  private static <K> void removeAll(BpfMap<K, ?> map, Set<K> before, Set<K> after) {
    Set<K> gone = new HashSet<>(before);
    gone.removeAll(after);
    gone.forEach(map::remove);
  }

  private void writeControl(Content next) {
    try (Arena call = Arena.ofConfined()) {
      MemorySegment value = call.allocate(WireLayouts.FILE_CONTROL);
      value.set(JAVA_INT, 0, next.wanted());
      value.set(JAVA_INT, EVERYWHERE, next.everywhere());
      value.set(JAVA_INT, DEEP, next.deep());
      value.set(JAVA_INT, NAMES, next.names());
      control.update(call.allocateFrom(JAVA_INT, 0), value, UpdateMode.ANY);
    }
  }

  private static MapCodec<Integer> mask() {
    return MapCodec.of(
        JAVA_INT,
        (value, memory, at) -> memory.set(JAVA_INT, at, value),
        (memory, at) -> memory.get(JAVA_INT, at));
  }

  private static MapCodec<Directory> directoryCodec() {
    return MapCodec.of(
        WireLayouts.WANTED_DIRECTORY,
        (value, memory, at) -> {
          memory.set(JAVA_INT, at + BELOW, value.below());
          memory.set(JAVA_INT, at + NAMED, value.named());
        },
        (memory, at) ->
            new Directory(memory.get(JAVA_INT, at + BELOW), memory.get(JAVA_INT, at + NAMED)));
  }

  private static MapCodec<Name> nameCodec() {
    return MapCodec.of(
        WireLayouts.WANTED_NAME,
        (value, memory, at) -> {
          byte[] text = value.name().bytes();
          memory.asSlice(at, WireLayouts.WANTED_NAME.byteSize()).fill((byte) 0);
          memory.set(JAVA_LONG, at, value.directory().inode());
          memory.set(JAVA_INT, at + NAME_DEVICE, value.directory().device());
          memory.set(JAVA_INT, at + NAME_LENGTH, text.length);
          MemorySegment.copy(text, 0, memory, JAVA_BYTE, at + NAME_TEXT, text.length);
        },
        (memory, at) -> {
          byte[] text = new byte[memory.get(JAVA_INT, at + NAME_LENGTH)];
          MemorySegment.copy(memory, JAVA_BYTE, at + NAME_TEXT, text, 0, text.length);
          return new Name(
              new FileIdentity(memory.get(JAVA_INT, at + NAME_DEVICE), memory.get(JAVA_LONG, at)),
              Text.of(text));
        });
  }

  private static MapCodec<Text> prefixCodec() {
    return MapCodec.of(
        WireLayouts.WANTED_PREFIX,
        (value, memory, at) -> {
          byte[] text = value.bytes();
          memory.asSlice(at, WireLayouts.WANTED_PREFIX.byteSize()).fill((byte) 0);
          memory.set(JAVA_INT, at, text.length * Byte.SIZE);
          MemorySegment.copy(text, 0, memory, JAVA_BYTE, at + PREFIX_TEXT, text.length);
        },
        (memory, at) -> {
          byte[] text = new byte[memory.get(JAVA_INT, at) / Byte.SIZE];
          MemorySegment.copy(memory, JAVA_BYTE, at + PREFIX_TEXT, text, 0, text.length);
          return Text.of(text);
        });
  }
}
