/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bpf;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Says what a user can do about an errno of the bpf() system call or of libbpf. */
final class FailureAdvice {
  private static final Path KERNEL_BTF = Path.of("/sys/kernel/btf/vmlinux");

  private FailureAdvice() {}

  static String of(int errno, List<String> remarks, VerifierLog log, Capabilities capabilities) {
    List<String> missing = capabilities.missingForBpf();
    boolean refused = errno == Errno.EPERM || errno == Errno.EACCES;
    if (refused && !missing.isEmpty()) {
      return "this process lacks "
          + String.join(", ", missing)
          + ": run it as root, or grant them (AmbientCapabilities= of systemd,"
          + " securityContext.capabilities of Kubernetes).";
    }
    if (!log.isEmpty()) {
      return "the verifier refused the program: the lines below end with the instruction and the"
          + " reason. If the program is right for newer kernels only, leave it out with"
          + " BpfObjectSpec.withAutoload(name, false).";
    }
    boolean loading = remarks.stream().anyMatch(remark -> remark.contains("failed to load"));
    return switch (errno) {
      case Errno.EPERM ->
          loading
              ? "the kernel refused before its verifier said a word. For fentry, fexit, fmod_ret"
                  + " and LSM programs that means that this kernel allows no BPF trampolines;"
                  + " leave them out with BpfObjectSpec.withAutoload(name, false) (FeatureProbe"
                  + " tells which kinds work). It can also be kernel lockdown or a seccomp filter."
              : "the kernel's security policy (lockdown, seccomp, a container's profile) forbids it.";
      case Errno.ESRCH, Errno.ENOENT ->
          Files.exists(KERNEL_BTF)
              ? "what the program attaches to, or a type or map that it names, does not exist in"
                  + " this kernel."
              : "this kernel carries no BTF ("
                  + KERNEL_BTF
                  + " is missing): it must be built with CONFIG_DEBUG_INFO_BTF=y.";
      case Errno.ENOTSUPP, Errno.EOPNOTSUPP ->
          "this kernel was built without this feature, or is too old for it.";
      case Errno.ENOMEM ->
          "not enough memory: lower the map sizes (BpfObjectSpec.withMaxEntries) or raise the"
              + " memory limit of this process's cgroup, to which BPF maps are charged.";
      case Errno.E2BIG -> "more than the kernel allows: for a map, it is full (max_entries).";
      default -> "";
    };
  }
}
