/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import io.ringward.kernel.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A system call at whose entry a signal answers, where nothing can refuse it ({@code
 * signal_act.bpf.c}).
 *
 * @param program what looks at it
 * @param name the call's, as in tracefs
 */
record SignalCall(String program, String name) {
  private static final String PLAIN = "signal_call";

  /** All that there are. */
  static final Set<String> PROGRAMS =
      Set.of(PLAIN, "signal_ptrace", "signal_mapping", "signal_protection");

  /** The name in tracefs. */
  String tracepoint() {
    return "sys_enter_" + name;
  }

  /** The calls of an operation, the one that is tried first; empty where no signal answers it. */
  static List<SignalCall> of(Operation operation) {
    return switch (operation) {
      case MEMORY_EXEC ->
          List.of(
              new SignalCall("signal_mapping", "mmap"),
              new SignalCall("signal_protection", "mprotect"),
              new SignalCall("signal_protection", "pkey_mprotect"));
      case MODULE_LOAD -> plain("init_module", "finit_module");
      case PTRACE -> {
        List<SignalCall> calls =
            new ArrayList<>(List.of(new SignalCall("signal_ptrace", "ptrace")));
        calls.addAll(plain("process_vm_writev", "process_vm_readv", "pidfd_getfd"));
        yield List.copyOf(calls);
      }
      case BPF -> plain("bpf");
      case MOUNT -> plain("mount", "move_mount", "umount", "pivot_root");
      case SETUID ->
          plain(
              "setreuid",
              "setuid",
              "setresuid",
              "setfsuid",
              "setregid",
              "setgid",
              "setresgid",
              "setfsgid");
      case CONNECT, BIND, SEND -> List.of(); // cgroup hooks refuse them, on every kernel
      case EXEC -> List.of(); // the exec hook does it
      case OPEN -> plain("openat", "open", "openat2", "creat", "open_by_handle_at");
      case UNLINK -> plain("unlinkat", "unlink", "rmdir");
      case RENAME -> plain("renameat2", "rename", "renameat");
      case FORK, CPU, MEMORY, IO -> List.of();
    };
  }

  private static List<SignalCall> plain(String... names) {
    List<SignalCall> calls = new ArrayList<>();
    for (String name : names) {
      calls.add(new SignalCall(PLAIN, name));
    }
    return List.copyOf(calls);
  }
}
