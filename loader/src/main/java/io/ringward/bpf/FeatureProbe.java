/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bpf;

import static io.ringward.bpf.ProbeProgram.instruction;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.locks.LockSupport;

/**
 * Finds out what a kernel can do by doing it: tiny programs are loaded, attached for a moment, and
 * fired by an operation of this process. Looking does not tell: a kernel may list bpf among its
 * security modules and refuse every such program, or load and attach one that never runs.
 *
 * <p>The programs leave a mark and change nothing; the one that refuses refuses only this probe's
 * own connect, to an address of the loopback network that nobody listens on. Takes some tens of
 * milliseconds. Thread-safe.
 */
public final class FeatureProbe {
  private static final String NO_TARGET = "this kernel's BTF has nothing of that kind";
  private static final String FIRED = "loaded, attached and fired";
  private static final Path KERNEL_BTF = Path.of("/sys/kernel/btf/vmlinux");
  private static final long SWITCH_NANOS = 1_000_000;

  // 127.83.71.1: of the loopback network, and of no service.
  private static final String PROBE_ADDRESS = "127.83.71.1";
  private static final int PROBE_ADDRESS_WORD = 0x0147537f;
  private static final int DISCARD_PORT = 9;

  // enum bpf_func_id of linux/bpf.h
  private static final int HELPER_SEND_SIGNAL = 109;
  private static final int HELPER_TASK_STORAGE_GET = 156;
  private static final int HELPER_LOOP = 181;
  private static final int HELPER_SET_RETVAL = 187;

  private static final List<String> HELPER_REFUSALS =
      List.of("unknown func", "invalid func", "cannot use helper");

  private FeatureProbe() {}

  /**
   * Probes all features of the running kernel.
   *
   * @throws BpfUnavailableException when libbpf cannot be used
   * @throws BpfException when this process may not use BPF at all
   */
  public static FeatureReport run() {
    Libbpf.require();
    try (var _ = LibbpfLog.capture();
        KernelBtf btf = new KernelBtf()) {
      List<Feature> features = new ArrayList<>();
      for (KernelFeature feature : KernelFeature.values()) {
        features.add(probe(feature, btf));
      }
      return new FeatureReport(kernelRelease(), Libbpf.version(), features);
    }
  }

  /**
   * Probes one feature of the running kernel.
   *
   * @throws BpfUnavailableException when libbpf cannot be used
   * @throws BpfException when this process may not use BPF at all
   */
  public static Feature run(KernelFeature feature) {
    Libbpf.require();
    try (var _ = LibbpfLog.capture();
        KernelBtf btf = new KernelBtf()) {
      return probe(feature, btf);
    }
  }

  /**
   * Whether the kernel's BTF has a tracepoint for {@code tp_btf} programs.
   *
   * @throws BpfUnavailableException when libbpf cannot be used
   */
  public static boolean hasTracepoint(String name) {
    Libbpf.require();
    try (var _ = LibbpfLog.capture();
        KernelBtf btf = new KernelBtf()) {
      return btf.tracepoint(name) > 0;
    }
  }

  private static Feature probe(KernelFeature feature, KernelBtf btf) {
    return switch (feature) {
      case BTF ->
          Files.isReadable(KERNEL_BTF)
              ? Feature.available(feature, KERNEL_BTF + " is there")
              : Feature.missing(feature, KERNEL_BTF + " is missing");
      case TP_BTF ->
          traced(
              feature,
              ProgramType.TRACING,
              ProbeProgram.TRACE_RAW_TP,
              btf.tracepoint("sched_switch"),
              () -> LockSupport.parkNanos(SWITCH_NANOS));
      case FENTRY ->
          traced(
              feature,
              ProgramType.TRACING,
              ProbeProgram.TRACE_FENTRY,
              btf.function("security_task_getpgid"),
              FeatureProbe::askForProcessGroup);
      case FMOD_RET ->
          traced(
              feature,
              ProgramType.TRACING,
              ProbeProgram.MODIFY_RETURN,
              btf.function("security_task_getpgid"),
              FeatureProbe::askForProcessGroup);
      case LSM ->
          traced(
              feature,
              ProgramType.LSM,
              ProbeProgram.LSM_MAC,
              btf.securityHook("task_getpgid"),
              FeatureProbe::askForProcessGroup);
      case TASK_ITERATOR -> taskIterator(feature, btf.iterator("task"));
      case CGROUP_SOCK_ADDR -> connect(feature, program -> program.marking(1));
      case CGROUP_SET_RETVAL -> connect(feature, FeatureProbe::refusingOwnConnect);
      case SYSCALL_PROGRAM -> syscallProgram(feature);
      case RING_BUFFER -> ringBuffer(feature);
      case TASK_STORAGE -> taskStorage(feature);
      case BPF_LOOP -> helper(feature, ProgramType.RAW_TRACEPOINT, 0, HELPER_LOOP);
      case SEND_SIGNAL_IN_CGROUP -> connectHelper(feature, HELPER_SEND_SIGNAL);
      case TASK_STORAGE_IN_CGROUP -> connectHelper(feature, HELPER_TASK_STORAGE_GET);
    };
  }

  private static Feature traced(
      KernelFeature feature, ProgramType type, int attachType, int btfId, Runnable trigger) {
    if (btfId < 0) {
      return Feature.missing(feature, NO_TARGET);
    }
    try (ProbeProgram program = new ProbeProgram()) {
      var outcome =
          program.load(new ProbeProgram.Kind(type, attachType, btfId), program.marking(0));
      return outcome.loaded()
          ? fired(feature, program, program.attach(0, attachType), trigger)
          : Feature.missing(feature, outcome.reason());
    }
  }

  private static Feature fired(
      KernelFeature feature, ProbeProgram program, int link, Runnable trigger) {
    if (link < 0) {
      return Feature.missing(feature, "attaching it is refused: " + Errno.name(-link));
    }
    try {
      trigger.run();
    } finally {
      LibcNative.close(link);
    }
    return program.hasFired()
        ? Feature.available(feature, FIRED)
        : Feature.missing(feature, "it loads and attaches, but never runs");
  }

  private static Feature taskIterator(KernelFeature feature, int btfId) {
    if (btfId < 0) {
      return Feature.missing(feature, NO_TARGET);
    }
    try (ProbeProgram program = new ProbeProgram()) {
      var outcome =
          program.load(
              new ProbeProgram.Kind(ProgramType.TRACING, ProbeProgram.TRACE_ITER, btfId),
              program.marking(0));
      if (!outcome.loaded()) {
        return Feature.missing(feature, outcome.reason());
      }
      int link = program.attach(0, ProbeProgram.TRACE_ITER);
      return fired(feature, program, link, () -> program.iterate(link));
    }
  }

  /** Makes the instructions of a program, whose map is known only now. */
  private interface Assembly {
    long[] of(ProbeProgram program);
  }

  private static Feature connect(KernelFeature feature, Assembly assembly) {
    var mount = Cgroup2Mount.find();
    if (mount.isEmpty()) {
      return Feature.missing(feature, "no cgroup2 hierarchy is mounted");
    }
    try (ProbeProgram program = new ProbeProgram();
        Arena arena = Arena.ofConfined()) {
      var outcome =
          program.load(
              new ProbeProgram.Kind(
                  ProgramType.CGROUP_SOCK_ADDR,
                  ProbeProgram.CGROUP_INET4_CONNECT,
                  0,
                  OptionalInt.empty()),
              assembly.of(program));
      if (!outcome.loaded()) {
        return Feature.missing(feature, outcome.reason());
      }
      MemorySegment state = CallState.allocate(arena);
      MemorySegment path = arena.allocateFrom(mount.get().path().toString());
      int cgroup = LibcNative.openDirectory(state, path);
      if (cgroup < 0) {
        return Feature.missing(
            feature,
            mount.get().path() + " cannot be opened: " + Errno.name(CallState.errno(state)));
      }
      int link = program.attach(cgroup, ProbeProgram.CGROUP_INET4_CONNECT);
      LibcNative.close(cgroup);
      return fired(feature, program, link, FeatureProbe::connectNowhere);
    }
  }

  /** {@code if (ctx->user_ip4 != probe) return 1; bpf_set_retval(-EAGAIN); mark = 1; return 0;} */
  private static long[] refusingOwnConnect(ProbeProgram program) {
    return program.marking(
        0,
        instruction(0x61, 2, 1, 4, 0), // r2 = *(u32 *)(r1 + offsetof(bpf_sock_addr, user_ip4))
        instruction(0x15, 2, 0, 2, PROBE_ADDRESS_WORD), // if r2 == the probe's address goto +2
        instruction(0xb7, 0, 0, 0, 1), // r0 = 1
        instruction(0x95, 0, 0, 0, 0), // exit
        instruction(0xb7, 1, 0, 0, -Errno.EAGAIN), // r1 = -EAGAIN
        instruction(0x85, 0, 0, 0, HELPER_SET_RETVAL)); // call
  }

  private static Feature syscallProgram(KernelFeature feature) {
    try (ProbeProgram program = new ProbeProgram()) {
      var outcome =
          program.load(
              new ProbeProgram.Kind(
                  ProgramType.SYSCALL, 0, ProbeProgram.SLEEPABLE, OptionalInt.empty()),
              program.marking(0));
      if (!outcome.loaded()) {
        return Feature.missing(feature, outcome.reason());
      }
      int result = program.testRun();
      return program.hasFired()
          ? Feature.available(feature, "loaded and run")
          : Feature.missing(feature, "running it is refused: " + Errno.name(-result));
    }
  }

  private static Feature ringBuffer(KernelFeature feature) {
    try (Arena arena = Arena.ofConfined()) {
      int fd =
          LibbpfNative.MAP_CREATE.call(
              MapType.RINGBUF.code(),
              arena.allocateFrom("probe"),
              0,
              0,
              Math.toIntExact(MappedMemory.pageBytes()),
              MemorySegment.NULL);
      if (fd < 0) {
        return Feature.missing(feature, "creating one is refused: " + Errno.name(-fd));
      }
      LibcNative.close(fd);
      return Feature.available(feature, "created");
    }
  }

  /**
   * Whether a type of program may call a helper: by what the verifier says to a bare call. libbpf's
   * own probe (1.1) takes the newer kernels' "cannot use helper" for a yes.
   */
  static Feature helper(KernelFeature feature, ProgramType type, int attachType, int helper) {
    try (ProbeProgram program = new ProbeProgram()) {
      var outcome =
          program.load(
              new ProbeProgram.Kind(type, attachType, 0, OptionalInt.empty()),
              instruction(0x85, 0, 0, 0, helper), // call
              instruction(0xb7, 0, 0, 0, 1), // r0 = 1
              instruction(0x95, 0, 0, 0, 0)); // exit
      boolean unknown = HELPER_REFUSALS.stream().anyMatch(outcome.reason()::contains);
      return outcome.verified() && !unknown
          ? Feature.available(feature, "accepted by the verifier")
          : Feature.missing(feature, outcome.reason());
    }
  }

  private static Feature connectHelper(KernelFeature feature, int helper) {
    return helper(feature, ProgramType.CGROUP_SOCK_ADDR, ProbeProgram.CGROUP_INET4_CONNECT, helper);
  }

  private static Feature taskStorage(KernelFeature feature) {
    int answer = LibbpfNative.PROBE_MAP_TYPE.call(MapType.TASK_STORAGE.code(), MemorySegment.NULL);
    return answer == 1
        ? Feature.available(feature, "created")
        : Feature.missing(
            feature,
            answer == 0 ? "creating one is refused" : "probing it failed: " + Errno.name(-answer));
  }

  private static void askForProcessGroup() {
    int _ = LibcNative.getpgid(Math.toIntExact(ProcessHandle.current().pid()));
  }

  /** Connecting a datagram socket sends nothing. */
  private static void connectNowhere() {
    try (DatagramChannel channel = DatagramChannel.open(StandardProtocolFamily.INET)) {
      channel.connect(new InetSocketAddress(PROBE_ADDRESS, DISCARD_PORT));
    } catch (IOException refused) {
      // The probe's program may refuse it: whether it ran is told by its mark.
    }
  }

  private static String kernelRelease() {
    try {
      return Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the kernel's release", e);
    }
  }
}
