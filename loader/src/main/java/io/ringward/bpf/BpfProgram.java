/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bpf;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/**
 * A program of a loaded object. Its links live as long as the object, unless closed earlier.
 * Thread-safe.
 */
public final class BpfProgram {
  private final BpfObject owner;
  private final ProgramSpec spec;
  private final MemorySegment program;
  private final int fd;

  BpfProgram(BpfObject owner, ProgramSpec spec, MemorySegment program, int fd) {
    this.owner = owner;
    this.spec = spec;
    this.program = program;
    this.fd = fd;
  }

  /**
   * What the kernel counts of a program (struct bpf_prog_info).
   *
   * @param id the kernel's id, as bpftool shows it
   * @param runTimeNanos time spent in it, counted while {@link BpfStatistics} are enabled
   * @param runCount runs, counted while {@link BpfStatistics} are enabled
   * @param recursionMisses runs that the kernel skipped since the program was already running on
   *     that CPU; always counted
   * @param verifiedInstructions how many the verifier walked, of at most a million; 0 before 5.16
   */
  public record Info(
      int id,
      ProgramType type,
      long runTimeNanos,
      long runCount,
      long recursionMisses,
      int verifiedInstructions) {}

  public String name() {
    return spec.name();
  }

  public String section() {
    return spec.section();
  }

  public ProgramType type() {
    return spec.type();
  }

  /** Whether it was loaded; not so when the specification left it out. */
  public boolean isLoaded() {
    return fd >= 0;
  }

  /** The program's file descriptor; valid until the object is closed. */
  public int fd() {
    requireLoaded();
    return fd;
  }

  /**
   * Attaches as the section name says: {@code tp_btf}, {@code tp}, {@code raw_tp}, {@code fentry},
   * {@code fexit}, {@code fmod_ret}, {@code lsm}, {@code iter} and others.
   *
   * @throws BpfException when the kernel refuses or what it attaches to does not exist
   */
  public BpfLink attach() {
    requireLoaded();
    try (Arena arena = Arena.ofConfined();
        var capture = LibbpfLog.capture()) {
      MemorySegment state = CallState.allocate(arena);
      return keep(LibbpfNative.PROGRAM_ATTACH.call(state, program), state, capture);
    }
  }

  /**
   * Attaches to a cgroup and all below it, beside the programs that are there.
   *
   * @param cgroup a folder of the cgroup2 hierarchy
   */
  public BpfLink attachCgroup(Path cgroup) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = CallState.allocate(arena);
      int cgroupFd = LibcNative.openDirectory(state, arena.allocateFrom(cgroup.toString()));
      if (cgroupFd < 0) {
        throw BpfException.of("Open cgroup " + cgroup, CallState.errno(state));
      }
      try {
        return attachCgroup(cgroupFd);
      } finally {
        LibcNative.close(cgroupFd);
      }
    }
  }

  /**
   * Attaches to a cgroup and all below it, beside the programs that are there.
   *
   * @param cgroupFd an open folder of the cgroup2 hierarchy, not needed afterwards
   */
  public BpfLink attachCgroup(int cgroupFd) {
    requireLoaded();
    try (Arena arena = Arena.ofConfined();
        var capture = LibbpfLog.capture()) {
      MemorySegment state = CallState.allocate(arena);
      MemorySegment link = LibbpfNative.PROGRAM_ATTACH_CGROUP.call(state, program, cgroupFd);
      return keep(link, state, capture);
    }
  }

  /**
   * Attaches to a tracepoint by name, beside where it is attached already: one {@code tp} program
   * can serve many. Needs tracefs at its usual place.
   *
   * @param category as in tracefs, such as {@code syscalls}
   * @param name as in tracefs, such as {@code sys_exit_setuid}
   * @param cookie what the program reads by bpf_get_attach_cookie
   * @throws BpfException when the kernel refuses or has no such tracepoint
   */
  public BpfLink attachTracepoint(String category, String name, long cookie) {
    requireLoaded();
    try (Arena arena = Arena.ofConfined();
        var capture = LibbpfLog.capture()) {
      MemorySegment state = CallState.allocate(arena);
      MemorySegment opts = LibbpfStructs.allocateOpts(arena, LibbpfStructs.TRACEPOINT_OPTS);
      LibbpfStructs.setLong(opts, LibbpfStructs.TRACEPOINT_OPTS, "bpf_cookie", cookie);
      return keep(
          LibbpfNative.PROGRAM_ATTACH_TRACEPOINT.call(
              state, program, arena.allocateFrom(category), arena.allocateFrom(name), opts),
          state,
          capture);
    }
  }

  /** Makes this {@code iter/…} program ready to be run over its subjects. */
  public BpfIterator iterator(IteratorScope scope) {
    requireLoaded();
    try (Arena arena = Arena.ofConfined();
        var capture = LibbpfLog.capture()) {
      MemorySegment state = CallState.allocate(arena);
      MemorySegment opts = scope.attachOpts(arena);
      MemorySegment link = LibbpfNative.PROGRAM_ATTACH_ITER.call(state, program, opts);
      return new BpfIterator(name(), keep(link, state, capture));
    }
  }

  /**
   * Runs a {@code syscall} program once, on the calling thread (BPF_PROG_TEST_RUN).
   *
   * @param context native memory of 1 to 65,535 bytes that the program reads and writes in place;
   *     at least as long as what it touches
   * @return the program's return value
   */
  public int testRun(MemorySegment context) {
    requireLoaded();
    try (Arena arena = Arena.ofConfined()) {
      var layout = LibbpfStructs.TEST_RUN_OPTS;
      MemorySegment opts = LibbpfStructs.allocateOpts(arena, layout);
      // The kernel copies the context back to where it came from: bpf_prog_test_run_syscall() in
      // kernel/bpf/syscall.c takes no ctx_out.
      LibbpfStructs.setPointer(opts, layout, "ctx_in", context);
      LibbpfStructs.setInt(opts, layout, "ctx_size_in", Math.toIntExact(context.byteSize()));
      BpfException.check("Run program " + name(), LibbpfNative.PROG_TEST_RUN.call(fd, opts));
      return LibbpfStructs.getInt(opts, layout, "retval");
    }
  }

  /** Reads what the kernel knows of this program. */
  public Info info() {
    requireLoaded();
    try (Arena arena = Arena.ofConfined()) {
      var layout = LibbpfStructs.PROG_INFO;
      MemorySegment info = arena.allocate(layout);
      MemorySegment byteSize = arena.allocateFrom(JAVA_INT, Math.toIntExact(layout.byteSize()));
      BpfException.check(
          "Read the state of program " + name(),
          LibbpfNative.OBJ_GET_INFO_BY_FD.call(fd, info, byteSize));
      return new Info(
          LibbpfStructs.getInt(info, layout, "id"),
          ProgramType.ofCode(LibbpfStructs.getInt(info, layout, "type")),
          LibbpfStructs.getLong(info, layout, "run_time_ns"),
          LibbpfStructs.getLong(info, layout, "run_cnt"),
          LibbpfStructs.getLong(info, layout, "recursion_misses"),
          LibbpfStructs.getInt(info, layout, "verified_insns"));
    }
  }

  private BpfLink keep(MemorySegment link, MemorySegment state, LibbpfLog.Capture capture) {
    String subject = "program " + name() + " (" + section() + ")";
    if (link.address() == 0) {
      throw BpfException.of(
          "Attach " + subject, CallState.errno(state), capture.messages(), VerifierLog.NONE);
    }
    return owner.keep(link, subject);
  }

  private void requireLoaded() {
    owner.requireOpen();
    if (fd < 0) {
      throw new IllegalStateException(
          "program " + name() + " was left out of the load (withAutoload)");
    }
  }
}
