/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bpf;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * A struct bpf_object between opening and closing. Not thread-safe.
 *
 * @param pointer of libbpf
 */
@SuppressWarnings("restricted") // native access is what this package is for
record OpenedObject(MemorySegment pointer) implements AutoCloseable {
  /**
   * Lets libbpf parse an ELF file in memory; nothing reaches the kernel yet.
   *
   * @param log receives the verifier's log of a later load, NULL for none
   */
  static OpenedObject open(Arena arena, String name, byte[] elf, MemorySegment log) {
    MemorySegment image = arena.allocate(Math.max(1, elf.length), 16);
    MemorySegment.copy(elf, 0, image, JAVA_BYTE, 0, elf.length);
    var layout = LibbpfStructs.OBJECT_OPEN_OPTS;
    MemorySegment opts = LibbpfStructs.allocateOpts(arena, layout);
    LibbpfStructs.setPointer(opts, layout, "object_name", arena.allocateFrom(name));
    LibbpfStructs.setPointer(opts, layout, "kernel_log_buf", log);
    LibbpfStructs.setLong(opts, layout, "kernel_log_size", log.byteSize());
    MemorySegment state = CallState.allocate(arena);
    try (var capture = LibbpfLog.capture()) {
      MemorySegment object =
          LibbpfNative.OBJECT_OPEN_MEM.call(state, image, (long) elf.length, opts);
      if (object.address() == 0) {
        throw BpfException.of(
            "Open BPF object " + name,
            CallState.errno(state),
            capture.messages(),
            VerifierLog.NONE);
      }
      return new OpenedObject(object);
    }
  }

  List<MemorySegment> programs() {
    List<MemorySegment> programs = new ArrayList<>();
    MemorySegment program = LibbpfNative.OBJECT_NEXT_PROGRAM.call(pointer, MemorySegment.NULL);
    while (program.address() != 0) {
      programs.add(program);
      program = LibbpfNative.OBJECT_NEXT_PROGRAM.call(pointer, program);
    }
    return programs;
  }

  List<MemorySegment> maps() {
    List<MemorySegment> maps = new ArrayList<>();
    MemorySegment map = LibbpfNative.OBJECT_NEXT_MAP.call(pointer, MemorySegment.NULL);
    while (map.address() != 0) {
      maps.add(map);
      map = LibbpfNative.OBJECT_NEXT_MAP.call(pointer, map);
    }
    return maps;
  }

  static ProgramSpec describeProgram(MemorySegment program) {
    return new ProgramSpec(
        LibbpfNative.string(LibbpfNative.PROGRAM_NAME.call(program)),
        LibbpfNative.string(LibbpfNative.PROGRAM_SECTION_NAME.call(program)),
        ProgramType.ofCode(LibbpfNative.PROGRAM_TYPE.call(program)));
  }

  static MapSpec describeMap(MemorySegment map) {
    return new MapSpec(
        LibbpfNative.string(LibbpfNative.MAP_NAME.call(map)),
        MapType.ofCode(LibbpfNative.MAP_TYPE.call(map)),
        LibbpfNative.MAP_KEY_SIZE.call(map),
        LibbpfNative.MAP_VALUE_SIZE.call(map),
        LibbpfNative.MAP_MAX_ENTRIES.call(map),
        LibbpfNative.MAP_FLAGS.call(map));
  }

  /** The memory that holds a data section's content until it is loaded. */
  static MemorySegment initialValue(Arena arena, MemorySegment map) {
    MemorySegment byteSize = arena.allocate(JAVA_LONG);
    MemorySegment value = LibbpfNative.MAP_INITIAL_VALUE.call(map, byteSize);
    return value.reinterpret(value.address() == 0 ? 0 : byteSize.get(JAVA_LONG, 0));
  }

  @Override
  public void close() {
    LibbpfNative.OBJECT_CLOSE.call(pointer);
  }
}
