/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import io.ringward.bpf.BpfException;
import io.ringward.bpf.BpfObject;
import io.ringward.bpf.BpfObjectSpec;
import io.ringward.bpf.FeatureProbe;
import io.ringward.kernel.Hook;
import io.ringward.kernel.KernelObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ringward's object in the kernel, with as much of it as this kernel takes. That is found out by
 * loading: Linux 5.18 has bpf_set_retval and does not allow it to these programs, and another
 * kernel may lack task storage.
 *
 * @param canSayRetry whether a refusal can carry EAGAIN
 * @param schedules whether the scheduler's accounting is in
 * @param refusal what the kernel said to the whole object, when it refused it
 * @param trampoline whose programs are in, to refuse exec, fork and what cgroup hooks do not see of
 *     sockets before they happen
 * @param trampolineRefusal what the kernel said to the better ones, or to all
 * @param acts whether the sensors of acts and of performance are in, and what holds sends
 * @param files whether the programs that look at operations on files are in
 * @param shield whether the programs that protect this process are in
 */
record LoadedObject(
    BpfObject object,
    boolean canSayRetry,
    boolean schedules,
    Optional<String> refusal,
    Optional<Trampoline> trampoline,
    String trampolineRefusal,
    boolean acts,
    boolean files,
    boolean shield) {
  private static final Logger LOG = LoggerFactory.getLogger(LoadedObject.class);

  /** Programs that need task storage, beside those of the hooks. */
  private static final List<String> WITH_STORAGE =
      List.of("adopt_tasks", "watch_fork", "watch_exit", "watch_adopt", "watch_collect");

  /** Of a tracepoint that only kernels with modules have. */
  private static final String MODULE_SENSOR = "tell_module";

  /** What is left in; the first that loads is taken. */
  private record Attempt(
      boolean canSayRetry,
      boolean schedules,
      Optional<Trampoline> trampoline,
      boolean acts,
      boolean files,
      boolean shield) {}

  private static List<Attempt> attempts(Optional<Trampoline> trampoline, boolean selfProtection) {
    List<Attempt> attempts = new ArrayList<>();
    if (selfProtection && trampoline.isPresent()) {
      attempts.add(new Attempt(true, true, trampoline, true, true, true));
      attempts.add(new Attempt(false, true, trampoline, true, true, true));
    }
    for (Optional<Trampoline> one :
        trampoline.isEmpty()
            ? List.of(trampoline)
            : List.of(trampoline, Optional.<Trampoline>empty())) {
      for (int sensors = 3; sensors >= 0; sensors--) {
        boolean acts = (sensors & 2) != 0;
        boolean files = (sensors & 1) != 0;
        attempts.add(new Attempt(true, true, one, acts, files, false));
        attempts.add(new Attempt(false, true, one, acts, files, false));
        attempts.add(new Attempt(true, false, one, acts, files, false));
        attempts.add(new Attempt(false, false, one, acts, files, false));
      }
    }
    return attempts;
  }

  /**
   * Loads.
   *
   * @param hash the key of the hashes that the programs make
   * @throws BpfException the kernel's answer to the whole object, when it takes no part of it
   */
  static LoadedObject load(HostKernelOptions options, TextHash hash) {
    BpfObjectSpec whole = specification(options, hash);
    Trampoline.Found trampoline = Trampoline.find();
    Optional<BpfException> first = Optional.empty();
    for (Attempt attempt : attempts(trampoline.best(), options.selfProtection())) {
      try {
        BpfObject object = reduced(whole, options, attempt).load();
        return new LoadedObject(
            object,
            attempt.canSayRetry && hasSetRetval(),
            attempt.schedules,
            first.map(LoadedObject::text),
            attempt.trampoline,
            attempt.trampoline.equals(trampoline.best())
                ? trampoline.why()
                : first.map(LoadedObject::text).orElse(""),
            attempt.acts,
            attempt.files,
            attempt.shield);
      } catch (BpfException e) {
        LOG.debug("the kernel refuses {}", attempt, e);
        first = first.or(() -> Optional.of(e));
      }
    }
    throw first.orElseThrow();
  }

  /** Whether hooks of the kernel see operations on files here, and can refuse them. */
  boolean fileHooks() {
    return files && trampoline.isPresent();
  }

  /** Whether hooks of the kernel can refuse acts. */
  boolean actHooks() {
    return acts && trampoline.isPresent();
  }

  /** Whether operations on files are seen as their system calls return. */
  boolean fileSyscalls() {
    return files && trampoline.isEmpty();
  }

  private static String text(BpfException refused) {
    return refused.operation() + ": " + refused.errnoName();
  }

  private static BpfObjectSpec specification(HostKernelOptions options, TextHash hash) {
    int processes = options.maximumProcesses();
    return BpfObjectSpec.of("ringward", KernelObject.bytes())
        .withMaxEntries("lifecycle_ring", options.lifecycleRingBytes())
        .withMaxEntries("activity_ring", options.activityRingBytes())
        .withMaxEntries("verdict", options.maximumVerdicts())
        .withMaxEntries("cgroup_verdict", options.maximumVerdicts())
        .withMaxEntries("process_verdict", processes)
        .withMaxEntries("lineage", processes)
        .withMaxEntries("ancestor", processes / 2)
        .withMaxEntries("quota", processes)
        .withMaxEntries("process_cpu", processes)
        .withMaxEntries("program", processes)
        .withVariable("hash_seed", hash.seed())
        .withVariable("hash_multiplier", hash.multiplier())
        .withVariable("inline_root_cgroup", rootCgroup(options))
        .withVariable("quota_per_second", options.quotaPerSecond())
        .withVariable("own_tgid", ProcessHandle.current().pid());
  }

  /** Hooks that see the whole machine ask for it; 0 when all of it is meant. */
  private static long rootCgroup(HostKernelOptions options) {
    if (options.cgroup().isEmpty()) {
      return 0;
    }
    try {
      return ControlGroups.id(options.cgroup().get());
    } catch (IOException e) {
      throw new HostKernelException(
          options.cgroup().get() + " is not a cgroup: " + e.getMessage(), e);
    }
  }

  private static BpfObjectSpec reduced(
      BpfObjectSpec whole, HostKernelOptions options, Attempt attempt) {
    BpfObjectSpec reduced = whole.withVariable("use_set_retval", attempt.canSayRetry ? 1 : 0);
    for (Trampoline trampoline : Trampoline.values()) {
      boolean wanted = attempt.trampoline.equals(Optional.of(trampoline));
      for (String program : trampoline.processPrograms()) {
        reduced = reduced.withAutoload(program, wanted);
      }
      for (String program : trampoline.actPrograms()) {
        reduced = reduced.withAutoload(program, wanted && attempt.acts);
      }
      for (String program : SocketHooks.programs(trampoline)) {
        reduced = reduced.withAutoload(program, wanted);
      }
      for (String program : trampoline.filePrograms()) {
        reduced = reduced.withAutoload(program, wanted && attempt.files);
      }
      for (Attack attack : Attack.values()) {
        reduced = reduced.withAutoload(trampoline.shieldProgram(attack), wanted && attempt.shield);
      }
    }
    for (String program : ActSensorTable.programs()) {
      boolean here = !program.equals(MODULE_SENSOR) || FeatureProbe.hasTracepoint("module_load");
      reduced = reduced.withAutoload(program, attempt.acts && here);
    }
    for (String program : SignalCall.PROGRAMS) {
      reduced = reduced.withAutoload(program, attempt.acts);
    }
    for (String program : SendLimiter.PROGRAMS) {
      reduced = reduced.withAutoload(program, attempt.acts);
    }
    for (PerformanceSensor sensor : PerformanceSensor.values()) {
      boolean wanted =
          attempt.acts && options.performance().contains(sensor) && sensor.missing().isEmpty();
      for (String program : sensor.programs()) {
        reduced = reduced.withAutoload(program, wanted);
      }
    }
    reduced =
        reduced.withAutoload(
            FileSensors.SYSCALL_PROGRAM, attempt.files && attempt.trampoline.isEmpty());
    if (attempt.schedules) {
      return reduced;
    }
    for (List<String> programs :
        List.of(
            KernelSampleFeed.programs().get(Hook.SCHEDULE),
            KernelSampleFeed.programs().get(Hook.SYSCALLS),
            WITH_STORAGE)) {
      for (String program : programs) {
        reduced = reduced.withAutoload(program, false);
      }
    }
    return reduced;
  }

  /** Where the kernel has no such helper the programs leave the call out by CO-RE, and load. */
  private static boolean hasSetRetval() {
    String[] release = System.getProperty("os.version").split("[.-]", -1);
    int major = Integer.parseInt(release[0]);
    return major > 5 || (major == 5 && Integer.parseInt(release[1]) >= 18);
  }
}
