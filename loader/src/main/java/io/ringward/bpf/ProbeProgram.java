/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bpf;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.OptionalInt;

/**
 * A few raw instructions that leave a mark in a map when they run, so that probes need neither a
 * compiler nor an object file. Instruction set: kernel Documentation/bpf/standardization,
 * linux/bpf.h. For one thread.
 */
final class ProbeProgram implements AutoCloseable {
  // enum bpf_attach_type of linux/bpf.h
  static final int CGROUP_INET4_CONNECT = 10;
  static final int TRACE_RAW_TP = 23;
  static final int TRACE_FENTRY = 24;
  static final int MODIFY_RETURN = 26;
  static final int LSM_MAC = 27;
  static final int TRACE_ITER = 28;

  /** BPF_F_SLEEPABLE */
  static final int SLEEPABLE = 1 << 4;

  private static final int PSEUDO_MAP_VALUE = 2;
  private static final int LOG_BYTES = 64 << 10;
  private static final ValueLayout.OfLong INSTRUCTION =
      JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final Arena arena = Arena.ofConfined();
  private final MemorySegment key = arena.allocate(JAVA_INT);
  private final MemorySegment mark = arena.allocate(Long.BYTES, 8);
  private final int mapFd;
  private int programFd = -1;

  /** Makes the map that takes the mark. */
  ProbeProgram() {
    this.mapFd =
        LibbpfNative.MAP_CREATE.call(
            MapType.ARRAY.code(), arena.allocateFrom("probe"), 4, 8, 1, MemorySegment.NULL);
    if (mapFd < 0) {
      arena.close();
      throw BpfException.of("Create a map to probe with", mapFd);
    }
  }

  /** What loading takes beside the instructions. */
  record Kind(ProgramType type, int attachType, int flags, OptionalInt attachBtfId) {
    Kind(ProgramType type, int attachType, int attachBtfId) {
      this(type, attachType, 0, OptionalInt.of(attachBtfId));
    }
  }

  /**
   * The instructions that mark and return: {@code mark = 1; return result}.
   *
   * @param before what runs first; it must keep no more than registers 6 to 9
   */
  long[] marking(int result, long... before) {
    long[] marking = {
      instruction(0x18, 1, PSEUDO_MAP_VALUE, 0, mapFd), // r1 = address of the map's value
      0,
      instruction(0x7a, 1, 0, 0, 1), // *(u64 *)r1 = 1
      instruction(0xb7, 0, 0, 0, result), // r0 = result
      instruction(0x95, 0, 0, 0, 0) // exit
    };
    long[] all = Arrays.copyOf(before, before.length + marking.length);
    System.arraycopy(marking, 0, all, before.length, marking.length);
    return all;
  }

  /** struct bpf_insn as a little-endian word: code, registers, offset, immediate. */
  static long instruction(int code, int destination, int source, int offset, int immediate) {
    return code
        | (long) (destination | source << 4) << 8
        | (offset & 0xFFFFL) << 16
        | (long) immediate << 32;
  }

  /**
   * What came of loading.
   *
   * @param verified whether it got as far as the verifier
   * @param reason why not, empty when it is loaded
   */
  record Outcome(boolean loaded, boolean verified, String reason) {}

  Outcome load(Kind kind, long... instructions) {
    MemorySegment code = arena.allocate(instructions.length * 8L, 8);
    for (int i = 0; i < instructions.length; i++) {
      code.set(INSTRUCTION, i * 8L, instructions[i]);
    }
    MemorySegment log = arena.allocate(LOG_BYTES);
    var layout = LibbpfStructs.PROG_LOAD_OPTS;
    MemorySegment opts = LibbpfStructs.allocateOpts(arena, layout);
    LibbpfStructs.setInt(opts, layout, "expected_attach_type", kind.attachType());
    LibbpfStructs.setInt(opts, layout, "prog_flags", kind.flags());
    LibbpfStructs.setInt(opts, layout, "attach_btf_id", kind.attachBtfId().orElse(0));
    LibbpfStructs.setInt(opts, layout, "log_level", 1);
    LibbpfStructs.setInt(opts, layout, "log_size", LOG_BYTES);
    LibbpfStructs.setPointer(opts, layout, "log_buf", log);
    programFd =
        LibbpfNative.PROG_LOAD.call(
            kind.type().code(),
            arena.allocateFrom("probe"),
            arena.allocateFrom("GPL"),
            code,
            (long) instructions.length,
            opts);
    if (programFd >= 0) {
      return new Outcome(true, true, "");
    }
    String errno = Errno.name(-programFd);
    return log.getString(0)
        .lines()
        .filter(line -> !line.startsWith("processed "))
        .reduce((_, last) -> last)
        .map(last -> new Outcome(false, true, "the verifier refuses it: " + errno + ", " + last))
        .orElseGet(() ->
            new Outcome(false, false, "loading it is refused: " + errno + ", before the verifier"));
  }

  /** Attaches to a target (a cgroup, or 0); returns the link's descriptor or -errno. */
  int attach(int targetFd, int attachType) {
    return LibbpfNative.LINK_CREATE.call(programFd, targetFd, attachType, MemorySegment.NULL);
  }

  /** Runs a syscall program once; returns 0 or -errno. */
  int testRun() {
    var layout = LibbpfStructs.TEST_RUN_OPTS;
    MemorySegment opts = LibbpfStructs.allocateOpts(arena, layout);
    LibbpfStructs.setPointer(opts, layout, "ctx_in", arena.allocate(8, 8));
    LibbpfStructs.setInt(opts, layout, "ctx_size_in", 8);
    return LibbpfNative.PROG_TEST_RUN.call(programFd, opts);
  }

  /** Runs an attached iterator over all its subjects; returns 0 or -errno. */
  int iterate(int linkFd) {
    int run = LibbpfNative.ITER_CREATE.call(linkFd);
    if (run < 0) {
      return run;
    }
    MemorySegment state = CallState.allocate(arena);
    long count = LibcNative.read(state, run, arena.allocate(64), 64);
    LibcNative.close(run);
    return count < 0 ? -CallState.errno(state) : 0;
  }

  /** Whether the program has run. */
  boolean hasFired() {
    int result = LibbpfNative.MAP_LOOKUP.call(mapFd, key, mark);
    return result == 0 && mark.get(ValueLayout.JAVA_LONG, 0) != 0;
  }

  @Override
  public void close() {
    if (programFd >= 0) {
      LibcNative.close(programFd);
    }
    LibcNative.close(mapFd);
    arena.close();
  }
}
