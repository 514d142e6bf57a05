/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * How the kernel side is opened.
 *
 * @param enforce false: shadow, the kernel counts what it would do and does nothing
 * @param lifecycleRingBytes a power of two, at least a page: exec, fork, exit, enforcement
 * @param activityRingBytes a power of two, at least a page: connect, bind
 * @param quotaPerSecond connect and bind events that one process may send in a second; what is more
 *     is counted as dropped
 * @param protectedExecutables absolute paths of programs that are never acted on while they run as
 *     root
 * @param runtimeDirectory where the lock is, made with mode 0700 when it is not there
 * @param maximumProcesses how many live processes the kernel side follows, about 700 bytes of
 *     kernel memory each
 * @param maximumVerdicts how many verdicts can be in force at once
 * @param cgroup where the cgroup hooks are attached: empty for the root of the version 2 hierarchy,
 *     a directory below it to see and act on that part of the machine only
 * @param sensors whether the sensors of acts that happen rarely are attached from the start, and
 *     those of files tried then; else on demand only, and not tried. Detaching them takes the
 *     kernel some seconds
 * @param performance what is counted of what makes a machine slow; the programs of others are not
 *     loaded
 * @param selfProtection whether others are kept from ending, tracing and reaching into this process
 *     (see {@link SelfProtection}), where the kernel allows it
 */
public record HostKernelOptions(
    boolean enforce,
    int lifecycleRingBytes,
    int activityRingBytes,
    int quotaPerSecond,
    List<Path> protectedExecutables,
    Path runtimeDirectory,
    int maximumProcesses,
    int maximumVerdicts,
    Optional<Path> cgroup,
    boolean sensors,
    Set<PerformanceSensor> performance,
    boolean selfProtection) {
  private static final int LEAST_RING_BYTES = 4096;

  public HostKernelOptions {
    requireRing("lifecycleRingBytes", lifecycleRingBytes);
    requireRing("activityRingBytes", activityRingBytes);
    if (quotaPerSecond < 1) {
      throw new IllegalArgumentException("quotaPerSecond is at least 1, not " + quotaPerSecond);
    }
    if (maximumProcesses < 64) {
      throw new IllegalArgumentException(
          "maximumProcesses is at least 64, not " + maximumProcesses);
    }
    if (maximumVerdicts < 1) {
      throw new IllegalArgumentException("maximumVerdicts is at least 1, not " + maximumVerdicts);
    }
    protectedExecutables = List.copyOf(protectedExecutables);
    Objects.requireNonNull(runtimeDirectory);
    Objects.requireNonNull(cgroup);
    performance = Set.copyOf(performance);
  }

  /** Shadow mode, rings of 1 and 4 MiB, the programs that a machine cannot do without protected. */
  public static HostKernelOptions defaults() {
    return new HostKernelOptions(
        false,
        1 << 20,
        4 << 20,
        5000,
        List.of(
            Path.of("/usr/sbin/sshd"),
            Path.of("/usr/lib/systemd/systemd"),
            Path.of("/usr/lib/systemd/systemd-journald"),
            Path.of("/usr/lib/systemd/systemd-logind"),
            Path.of("/usr/lib/systemd/systemd-udevd"),
            Path.of("/usr/bin/dbus-daemon"),
            Path.of("/usr/bin/containerd"),
            Path.of("/usr/bin/containerd-shim-runc-v2"),
            Path.of("/usr/bin/dockerd"),
            Path.of("/usr/bin/crio"),
            Path.of("/usr/bin/conmon"),
            Path.of("/usr/bin/kubelet")),
        Path.of("/run/ringward"),
        32768,
        4096,
        Optional.empty(),
        true,
        EnumSet.allOf(PerformanceSensor.class),
        false);
  }

  /** The same in another mode. */
  public HostKernelOptions withEnforce(boolean enforce) {
    return with(draft -> draft.enforce = enforce);
  }

  /** The same with other rings. */
  public HostKernelOptions withRings(int lifecycleRingBytes, int activityRingBytes) {
    return with(draft -> {
      draft.lifecycleRingBytes = lifecycleRingBytes;
      draft.activityRingBytes = activityRingBytes;
    });
  }

  /** The same with another quota. */
  public HostKernelOptions withQuotaPerSecond(int quotaPerSecond) {
    return with(draft -> draft.quotaPerSecond = quotaPerSecond);
  }

  /** The same with other protected programs. */
  public HostKernelOptions withProtectedExecutables(List<Path> protectedExecutables) {
    return with(draft -> draft.protectedExecutables = protectedExecutables);
  }

  /** The same with another place for the lock. */
  public HostKernelOptions withRuntimeDirectory(Path runtimeDirectory) {
    return with(draft -> draft.runtimeDirectory = runtimeDirectory);
  }

  /** The same for a part of the machine. */
  public HostKernelOptions withCgroup(Optional<Path> cgroup) {
    return with(draft -> draft.cgroup = cgroup);
  }

  /** The same with other capacities of the kernel's maps. */
  public HostKernelOptions withCapacities(int maximumProcesses, int maximumVerdicts) {
    return with(draft -> {
      draft.maximumProcesses = maximumProcesses;
      draft.maximumVerdicts = maximumVerdicts;
    });
  }

  /** The same with or without sensors from the start. */
  public HostKernelOptions withSensors(boolean sensors) {
    return with(draft -> draft.sensors = sensors);
  }

  /** The same with other sensors of performance. */
  public HostKernelOptions withPerformance(Set<PerformanceSensor> performance) {
    return with(draft -> draft.performance = performance);
  }

  /** The same with or without self-protection. */
  public HostKernelOptions withSelfProtection(boolean selfProtection) {
    return with(draft -> draft.selfProtection = selfProtection);
  }

  private HostKernelOptions with(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return draft.finish();
  }

  /** Options while one of them is being changed. */
  private static final class Draft {
    private boolean enforce;
    private int lifecycleRingBytes;
    private int activityRingBytes;
    private int quotaPerSecond;
    private List<Path> protectedExecutables;
    private Path runtimeDirectory;
    private int maximumProcesses;
    private int maximumVerdicts;
    private Optional<Path> cgroup;
    private boolean sensors;
    private Set<PerformanceSensor> performance;
    private boolean selfProtection;

    Draft(HostKernelOptions from) {
      this.enforce = from.enforce;
      this.lifecycleRingBytes = from.lifecycleRingBytes;
      this.activityRingBytes = from.activityRingBytes;
      this.quotaPerSecond = from.quotaPerSecond;
      this.protectedExecutables = from.protectedExecutables;
      this.runtimeDirectory = from.runtimeDirectory;
      this.maximumProcesses = from.maximumProcesses;
      this.maximumVerdicts = from.maximumVerdicts;
      this.cgroup = from.cgroup;
      this.sensors = from.sensors;
      this.performance = from.performance;
      this.selfProtection = from.selfProtection;
    }

    HostKernelOptions finish() {
      return new HostKernelOptions(
          enforce,
          lifecycleRingBytes,
          activityRingBytes,
          quotaPerSecond,
          protectedExecutables,
          runtimeDirectory,
          maximumProcesses,
          maximumVerdicts,
          cgroup,
          sensors,
          performance,
          selfProtection);
    }
  }

  private static void requireRing(String name, int bytes) {
    if (bytes < LEAST_RING_BYTES || Integer.bitCount(bytes) != 1) {
      throw new IllegalArgumentException(
          name + " is a power of two and at least " + LEAST_RING_BYTES + ", not " + bytes);
    }
  }
}
