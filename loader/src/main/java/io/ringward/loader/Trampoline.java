/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import io.ringward.bpf.Feature;
import io.ringward.bpf.FeatureProbe;
import io.ringward.bpf.KernelFeature;
import io.ringward.kernel.Operation;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How this kernel lets a program refuse an operation before it happens. Which one it is is found
 * out by firing a program of the kind: where {@code bpf} is missing from {@code lsm=} a security
 * module's program loads, attaches and never runs.
 */
enum Trampoline {
  /** Hooks of the BPF security module. */
  LSM("lsm", KernelFeature.LSM, Map.of(Operation.EXEC, "lsm_exec", Operation.FORK, "lsm_fork"), ""),

  /** What {@code security_*()} returns is changed; needs no security module. */
  FMOD_RET(
      "fmod_ret",
      KernelFeature.FMOD_RET,
      Map.of(Operation.EXEC, "modify_exec", Operation.FORK, "modify_fork"),
      "bpf in the kernel's lsm= (see /sys/kernel/security/lsm)");

  private final String label;
  private final KernelFeature feature;
  private final Map<Operation, String> programs;
  private final String whatWouldLiftIt;

  Trampoline(
      String label,
      KernelFeature feature,
      Map<Operation, String> programs,
      String whatWouldLiftIt) {
    this.label = label;
    this.feature = feature;
    this.programs = programs;
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

  /** The program for each operation. */
  Map<Operation, String> programs() {
    return programs;
  }

  /** The programs of all kinds. */
  static List<String> allPrograms() {
    return List.of(values()).stream()
        .flatMap(trampoline -> trampoline.programs.values().stream())
        .toList();
  }
}
