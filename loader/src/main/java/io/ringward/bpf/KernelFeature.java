/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bpf;

/** What {@link FeatureProbe} asks a kernel for, and what would bring it where it is missing. */
public enum KernelFeature {
  BTF("kernel type information", "a kernel built with CONFIG_DEBUG_INFO_BTF=y"),
  TP_BTF("tp_btf programs", "a kernel of 5.5 or later with BTF and CONFIG_TRACEPOINTS=y"),
  FENTRY(
      "fentry and fexit programs",
      "a kernel with BTF and CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS=y that allows BPF"
          + " trampolines"),
  FMOD_RET(
      "fmod_ret programs on security hooks",
      "a kernel with BTF and CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS=y that allows BPF"
          + " trampolines"),
  LSM(
      "LSM programs",
      "a kernel with CONFIG_BPF_LSM=y that allows BPF trampolines, booted with bpf in lsm= (see"
          + " /sys/kernel/security/lsm)"),
  CGROUP_SOCK_ADDR(
      "cgroup connect and bind programs",
      "a kernel with CONFIG_CGROUP_BPF=y and a mounted cgroup2 hierarchy (mount -t cgroup2)"),
  CGROUP_SET_RETVAL("bpf_set_retval in cgroup programs", "a kernel of 5.18 or later"),
  TASK_ITERATOR("iter/task programs", "a kernel of 5.8 or later with BTF"),
  SYSCALL_PROGRAM("syscall programs run on request", "a kernel of 5.14 or later"),
  RING_BUFFER("ring buffers", "a kernel of 5.8 or later"),
  TASK_STORAGE("task storage", "a kernel of 5.11 or later with BTF"),
  BPF_LOOP("bpf_loop", "a kernel of 5.17 or later"),
  SEND_SIGNAL_IN_CGROUP(
      "bpf_send_signal in cgroup connect programs", "a newer kernel (6.12 has it not, 6.18 has)"),
  TASK_STORAGE_IN_CGROUP(
      "task storage in cgroup connect programs", "a newer kernel (6.12 has it not, 6.18 has)");

  private final String description;
  private final String lift;

  KernelFeature(String description, String lift) {
    this.description = description;
    this.lift = lift;
  }

  /** In words, for people. */
  public String description() {
    return description;
  }

  /** What has to change for it to become available, where nothing better is known. */
  String lift() {
    return lift;
  }
}
