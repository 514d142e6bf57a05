/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import io.ringward.bpf.Feature;
import io.ringward.bpf.FeatureProbe;
import io.ringward.bpf.KernelFeature;
import io.ringward.kernel.FileOperation;
import io.ringward.kernel.Operation;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How this kernel lets a program refuse an operation before it happens. Which one it is is found
 * out by firing a program of the kind: where {@code bpf} is missing from {@code lsm=} a security
 * module's program loads, attaches and never runs.
 */
enum Trampoline {
  /** Hooks of the BPF security module. */
  LSM("lsm", "lsm_", KernelFeature.LSM, ""),

  /** What {@code security_*()} returns is changed; needs no security module. */
  FMOD_RET(
      "fmod_ret",
      "modify_",
      KernelFeature.FMOD_RET,
      "bpf in the kernel's lsm= (see /sys/kernel/security/lsm)");

  private final String label;
  private final KernelFeature feature;
  private final String prefix;
  private final String whatWouldLiftIt;

  Trampoline(String label, String prefix, KernelFeature feature, String whatWouldLiftIt) {
    this.label = label;
    this.prefix = prefix;
    this.feature = feature;
    this.whatWouldLiftIt = whatWouldLiftIt;
  }

  /**
   * What a look at the kernel gave.
   *
   * @param best the best that fires; empty when none does
   * @param why what the kernel said to those that are better than {@code best}
   */
  record Found(Optional<Trampoline> best, String why) {}

  /** Tries them, the best first. */
  static Found find() {
    StringBuilder why = new StringBuilder();
    for (Trampoline trampoline : values()) {
      Feature feature = FeatureProbe.run(trampoline.feature);
      if (feature.available()) {
        return new Found(Optional.of(trampoline), why.toString());
      }
      why.append(why.isEmpty() ? "" : "; ")
          .append(trampoline.label)
          .append(": ")
          .append(feature.reason());
    }
    return new Found(Optional.empty(), why.toString());
  }

  /** The rung's name. */
  String label() {
    return label;
  }

  /** What would put it on a better rung; empty for the best. */
  String whatWouldLiftIt() {
    return whatWouldLiftIt;
  }

  /** The programs that refuse an operation. */
  List<String> programs(Operation operation) {
    return switch (operation) {
      case EXEC -> List.of(prefix + "exec");
      case FORK -> List.of(prefix + "fork");
      case OPEN -> filePrograms(FileOperation.OPEN);
      case UNLINK -> filePrograms(FileOperation.UNLINK);
      case RENAME -> filePrograms(FileOperation.RENAME);
      case MOUNT ->
          Stream.of(FileOperation.MOUNT, FileOperation.UMOUNT, FileOperation.PIVOT_ROOT)
              .flatMap(each -> filePrograms(each).stream())
              .toList();
      case MEMORY_EXEC -> List.of(prefix + "map", prefix + "protect");
      case MODULE_LOAD ->
          List.of(prefix + "read_image", prefix + "load_image", prefix + "request_module");
      case PTRACE -> List.of(prefix + "trace", prefix + "traceme");
      case BPF -> List.of(prefix + "bpf");
      case SETUID -> List.of(prefix + "setuid", prefix + "setgid");
      case CONNECT, BIND, SEND -> List.of(); // cgroup hooks do that, on every kernel
      case CPU, MEMORY, IO -> List.of(); // no hook does
    };
  }

  /** The programs that see an operation on a file, those of unlink and rename refuse it too. */
  List<String> filePrograms(FileOperation operation) {
    return switch (operation) {
      case UNLINK -> List.of(prefix + "unlink", prefix + "rmdir");
      case MOUNT -> List.of(prefix + "mount", prefix + "move_mount");
      case OPEN, RENAME, LINK, SYMLINK, CHMOD, CHOWN, SETXATTR, UMOUNT, PIVOT_ROOT ->
          List.of(prefix + operation.label());
    };
  }

  /** Its programs that refuse exec and fork. */
  List<String> processPrograms() {
    return Stream.of(Operation.EXEC, Operation.FORK)
        .flatMap(each -> programs(each).stream())
        .toList();
  }

  /** Its programs that refuse acts, but for mounts, which are with the files. */
  List<String> actPrograms() {
    return Stream.of(
            Operation.MEMORY_EXEC,
            Operation.MODULE_LOAD,
            Operation.PTRACE,
            Operation.BPF,
            Operation.SETUID)
        .flatMap(each -> programs(each).stream())
        .toList();
  }

  /** Its program at a hook of sockets. */
  String socketProgram(String hook) {
    return prefix + hook;
  }

  /** Its program that keeps others from something that they may try on this process. */
  String shieldProgram(Attack attack) {
    return prefix + "shield_" + attack.label();
  }

  /** Its programs for operations on files. */
  List<String> filePrograms() {
    return Stream.of(FileOperation.values()).flatMap(each -> filePrograms(each).stream()).toList();
  }
}
