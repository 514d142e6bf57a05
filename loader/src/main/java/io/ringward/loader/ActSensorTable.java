/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import io.ringward.bpf.FutileCall;
import io.ringward.kernel.Act;
import io.ringward.kernel.Hook;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Which programs tell of which act, where they are attached, and how that can be tried. */
final class ActSensorTable {
  /** The hooks that acts are counted under. */
  static final List<Hook> HOOKS =
      List.of(
          Hook.IDENTITY,
          Hook.INTRUSION,
          Hook.NAMESPACE,
          Hook.KERNEL,
          Hook.MEMORY,
          Hook.SOCKET,
          Hook.DATAGRAM,
          Hook.FLOW);

  private ActSensorTable() {}

  /** Where a program is attached. */
  sealed interface Point {
    String program();

    /** At the entry or exit of a system call, by its tracepoint. */
    record SystemCall(String program, String tracepoint) implements Point {}

    /** As its section says. */
    record Tracepoint(String program) implements Point {}

    /** To the cgroup. */
    record ControlGroup(String program) implements Point {}
  }

  /** The places of an act. */
  static List<Point> points(Act act) {
    return switch (act) {
      case SETUID -> identity("setuid", "setreuid", "setresuid");
      case SETGID -> identity("setgid", "setregid", "setresgid");
      case CAPSET -> identity("capset");
      case PTRACE -> exits("tell_ptrace", "ptrace");
      case PROCESS_VM_WRITEV -> exits("tell_memory_write", "process_vm_writev");
      case PIDFD_GETFD -> exits("tell_stolen_descriptor", "pidfd_getfd");
      case SIGNAL -> List.of(new Point.Tracepoint("tell_signal"));
      case SETNS, UNSHARE, USERFAULTFD, KEYCTL, BPF, PERF_EVENT_OPEN, IO_URING_SETUP, SOCKET ->
          exits("tell_numbers", act.label());
      case MODULE -> List.of(new Point.Tracepoint("tell_module"));
      case MMAP -> exits("tell_mapping", "mmap");
      case MPROTECT -> exits("tell_protection", "mprotect", "pkey_mprotect");
      case MEMFD_CREATE -> exits("tell_memory_file", "memfd_create");
      case LISTEN -> exits("tell_listen", "listen");
      case ACCEPT -> exits("tell_accept", "accept", "accept4");
      case DUP -> {
        List<Point> points = new ArrayList<>(exits("tell_dup", "dup", "dup2", "dup3"));
        points.addAll(exits("tell_fcntl", "fcntl"));
        yield points;
      }
      case SEND ->
          List.of(new Point.ControlGroup("tell_send4"), new Point.ControlGroup("tell_send6"));
      case FLOW -> List.of(new Point.Tracepoint("tell_flow"));
      case DNS -> List.of(new Point.ControlGroup("tell_question"));
    };
  }

  /** Every program of every act. */
  static Set<String> programs() {
    Set<String> programs = new TreeSet<>();
    for (Act act : Act.values()) {
      points(act).forEach(point -> programs.add(point.program()));
    }
    return programs;
  }

  /** The programs that are counted under a hook. */
  static List<String> programs(Hook hook) {
    Set<String> programs = new TreeSet<>();
    for (Act act : Act.values()) {
      if (act.hook() == hook) {
        points(act).forEach(point -> programs.add(point.program()));
      }
    }
    return List.copyOf(programs);
  }

  /** The name of the rung. */
  static String rung(Hook hook) {
    return switch (hook) {
      case DATAGRAM -> "cgroup_hook";
      case FLOW -> "tp_btf";
      default -> "syscall_tracepoint";
    };
  }

  /** A call that its sensors see and that changes nothing; empty where there is none. */
  static Optional<FutileCall> trial(Act act) {
    return switch (act) {
      case SETUID -> Optional.of(FutileCall.SETRESUID);
      case SETGID -> Optional.of(FutileCall.SETRESGID);
      case CAPSET -> Optional.of(FutileCall.CAPSET);
      case PTRACE -> Optional.of(FutileCall.PTRACE);
      case PROCESS_VM_WRITEV -> Optional.of(FutileCall.PROCESS_VM_WRITEV);
      case PIDFD_GETFD -> Optional.of(FutileCall.PIDFD_GETFD);
      case SIGNAL -> Optional.of(FutileCall.KILL);
      case SETNS -> Optional.of(FutileCall.SETNS);
      case UNSHARE -> Optional.of(FutileCall.UNSHARE);
      case USERFAULTFD -> Optional.of(FutileCall.USERFAULTFD);
      case KEYCTL -> Optional.of(FutileCall.KEYCTL);
      case BPF -> Optional.of(FutileCall.BPF);
      case PERF_EVENT_OPEN -> Optional.of(FutileCall.PERF_EVENT_OPEN);
      case IO_URING_SETUP -> Optional.of(FutileCall.IO_URING_SETUP);
      case MMAP -> Optional.of(FutileCall.MMAP);
      case MPROTECT -> Optional.of(FutileCall.MPROTECT);
      case MEMFD_CREATE -> Optional.of(FutileCall.MEMFD_CREATE);
      case SOCKET -> Optional.of(FutileCall.SOCKET);
      case LISTEN -> Optional.of(FutileCall.LISTEN);
      case ACCEPT -> Optional.of(FutileCall.ACCEPT4);
      case DUP -> Optional.of(FutileCall.DUP3);
      case MODULE, SEND, FLOW, DNS -> Optional.empty();
    };
  }

  private static List<Point> identity(String... calls) {
    List<Point> points = new ArrayList<>();
    for (String call : calls) {
      points.add(new Point.SystemCall("remember_identity", "sys_enter_" + call));
      points.add(new Point.SystemCall("tell_identity", "sys_exit_" + call));
    }
    return points;
  }

  private static List<Point> exits(String program, String... calls) {
    List<Point> points = new ArrayList<>();
    for (String call : calls) {
      points.add(new Point.SystemCall(program, "sys_exit_" + call));
    }
    return points;
  }
}
