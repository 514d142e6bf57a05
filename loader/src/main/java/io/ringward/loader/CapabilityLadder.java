/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import io.ringward.bpf.BpfException;
import io.ringward.kernel.Hook;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Finds out on which rung each capability stands, by the hooks that were seen to fire. */
final class CapabilityLadder {
  private static final String TRACEPOINT = "tp_btf";
  private static final String CGROUP_HOOK = "cgroup_hook";
  private static final String NONE = "none";

  private final HookFiring firing;
  private final LoadedObject loaded;
  private final RefusalHooks refusals;
  private final SocketHooks sockets;
  private final ControllerRung controllers;
  private final FileSensors files;
  private final Optional<SyscallWatch> watch;
  private final ActSensors sensors;
  private final SendLimiter sends;
  private final boolean canTryCgroupHooks;

  /**
   * @param canTryCgroupHooks whether this process is in the part of the hierarchy that the hooks
   *     are attached to; where it is not, they cannot see its operations
   */
  CapabilityLadder(
      HookFiring firing,
      LoadedObject loaded,
      RefusalHooks refusals,
      SocketHooks sockets,
      ControllerRung controllers,
      FileSensors files,
      Optional<SyscallWatch> watch,
      ActSensors sensors,
      SendLimiter sends,
      boolean canTryCgroupHooks) {
    this.firing = firing;
    this.loaded = loaded;
    this.refusals = refusals;
    this.sockets = sockets;
    this.controllers = controllers;
    this.files = files;
    this.watch = watch;
    this.sensors = sensors;
    this.sends = sends;
    this.canTryCgroupHooks = canTryCgroupHooks;
  }

  List<CapabilityRung> climb() {
    Fired exec = fire(Hook.EXEC);
    Fired fork = fire(Hook.FORK);
    Fired exit = fire(Hook.EXIT);
    Fired connect = cgroup(Hook.CONNECT4, Hook.CONNECT6);
    Fired bind = cgroup(Hook.BIND4, Hook.BIND6);
    Fired schedule =
        loaded.schedules()
            ? fire(Hook.SCHEDULE)
            : new Fired(false, "the kernel refuses it: " + loaded.refusal().orElse(""));
    List<CapabilityRung> rungs = new ArrayList<>();
    rungs.add(rung("observe_exec", TRACEPOINT, exec));
    rungs.add(rung("observe_fork", TRACEPOINT, fork));
    rungs.add(rung("observe_exit", TRACEPOINT, exit));
    rungs.add(rung("observe_connect", CGROUP_HOOK, connect));
    rungs.add(rung("observe_bind", CGROUP_HOOK, bind));
    rungs.add(rung("account_run_queue", TRACEPOINT, schedule));
    rungs.add(rung("watch_syscalls", TRACEPOINT, watched()));
    rungs.add(rung("block_connect", CGROUP_HOOK, connect));
    rungs.add(rung("block_bind", CGROUP_HOOK, bind));
    rungs.add(throttle("throttle_connect", connect));
    rungs.add(throttle("throttle_bind", bind));
    rungs.add(
        exec.seen() && fork.seen()
            ? new CapabilityRung(
                "kill",
                "pidfd_and_signal",
                true,
                true,
                "pidfd after a check of the start time; bpf_send_signal at exec and fork behind it",
                "")
            : new CapabilityRung(
                "kill",
                "pidfd",
                true,
                false,
                "pidfd after a check of the start time; " + exec.why(),
                "exec and fork hooks that fire"));
    rungs.addAll(sensors.rungs());
    rungs.addAll(files.rungs());
    rungs.addAll(refusals.rungs());
    rungs.addAll(sockets.rungs());
    rungs.addAll(sends.rungs(canTryCgroupHooks));
    return List.copyOf(controllers.complete(rungs));
  }

  /** Whether the operation was seen, and how that was found. */
  private record Fired(boolean seen, String why) {}

  private Fired fire(Hook hook) {
    try {
      return firing.fires(hook)
          ? new Fired(true, "seen to fire on an operation of our own")
          : new Fired(false, hook.label() + " is attached and did not fire");
    } catch (IOException e) {
      // What cannot be done here needs no hook: IPv6 switched off, for one.
      return new Fired(true, hook.label() + " could not be tried: " + e.getMessage());
    }
  }

  private Fired watched() {
    if (watch.isEmpty()) {
      return new Fired(false, "the kernel refuses it: " + loaded.refusal().orElse(""));
    }
    try {
      return watch.get().fires()
          ? new Fired(true, "seen to fire on a call of our own; attached while a watch stands")
          : new Fired(false, "the program was attached and did not fire");
    } catch (BpfException e) {
      return new Fired(false, "the kernel refuses it: " + e.getMessage());
    }
  }

  private Fired cgroup(Hook one, Hook other) {
    return canTryCgroupHooks
        ? both(fire(one), fire(other))
        : new Fired(
            true, "attached to a cgroup that this process is not in, so that it was not tried");
  }

  private static Fired both(Fired one, Fired other) {
    if (!one.seen()) {
      return one;
    }
    return other.why().equals(one.why()) || !other.seen()
        ? other
        : new Fired(true, one.why() + "; " + other.why());
  }

  private static CapabilityRung rung(String capability, String rung, Fired fired) {
    return fired.seen()
        ? new CapabilityRung(capability, rung, true, true, fired.why(), "")
        : new CapabilityRung(
            capability, NONE, false, false, fired.why(), "a kernel where this hook runs");
  }

  private CapabilityRung throttle(String capability, Fired fired) {
    if (!fired.seen()) {
      return rung(capability, CGROUP_HOOK, fired);
    }
    return loaded.canSayRetry()
        ? new CapabilityRung(
            capability, "cgroup_hook_eagain", true, true, "refusals say EAGAIN", "")
        : new CapabilityRung(
            capability,
            "cgroup_hook_eperm",
            true,
            false,
            "refusals say EPERM: bpf_set_retval is not to be had",
            "Linux 5.18 or later");
  }
}
