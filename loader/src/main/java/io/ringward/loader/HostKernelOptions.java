/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

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
        false);
  }

  /** The same in another mode. */
  public HostKernelOptions withEnforce(boolean enforce) {
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
        selfProtection);
  }

  /** The same with other rings. */
  public HostKernelOptions withRings(int lifecycleRingBytes, int activityRingBytes) {
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
        selfProtection);
  }

  /** The same with another quota. */
  public HostKernelOptions withQuotaPerSecond(int quotaPerSecond) {
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
        selfProtection);
  }

  /** The same with other protected programs. */
  public HostKernelOptions withProtectedExecutables(List<Path> protectedExecutables) {
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
        selfProtection);
  }

  /** The same with another place for the lock. */
  public HostKernelOptions withRuntimeDirectory(Path runtimeDirectory) {
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
        selfProtection);
  }

  /** The same for a part of the machine. */
  public HostKernelOptions withCgroup(Optional<Path> cgroup) {
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
        selfProtection);
  }

  /** The same with other capacities of the kernel's maps. */
  public HostKernelOptions withCapacities(int maximumProcesses, int maximumVerdicts) {
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
        selfProtection);
  }

  /** The same with or without sensors from the start. */
  public HostKernelOptions withSensors(boolean sensors) {
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
        selfProtection);
  }

  /** The same with or without self-protection. */
  public HostKernelOptions withSelfProtection(boolean selfProtection) {
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
        selfProtection);
  }

  private static void requireRing(String name, int bytes) {
    if (bytes < LEAST_RING_BYTES || Integer.bitCount(bytes) != 1) {
      throw new IllegalArgumentException(
          name + " is a power of two and at least " + LEAST_RING_BYTES + ", not " + bytes);
    }
  }
}
