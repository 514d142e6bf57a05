/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.run;

import io.ringward.agent.config.AgentConfiguration;
import io.ringward.agent.config.Mode;
import io.ringward.agent.control.CapabilityRow;
import io.ringward.bpf.BpfException;
import io.ringward.bpf.BpfUnavailableException;
import io.ringward.decide.Enforceable;
import io.ringward.decide.Policy;
import io.ringward.decide.Protection;
import io.ringward.kernel.Act;
import io.ringward.kernel.FileIdentity;
import io.ringward.kernel.FileOperation;
import io.ringward.kernel.Operation;
import io.ringward.kernel.ProcessKey;
import io.ringward.loader.CapabilityRung;
import io.ringward.loader.HostKernel;
import io.ringward.loader.HostKernelException;
import io.ringward.loader.HostKernelOptions;
import io.ringward.loader.PerformanceSensor;
import io.ringward.loader.SensorRuns;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Translates between the configuration, the loader, and the decision. */
public final class KernelSide {
  private KernelSide() {}

  /**
   * Loads and attaches as the configuration says.
   *
   * @throws GuardianException when the machine does not allow it, or is guarded already
   */
  static HostKernel open(AgentConfiguration configuration) throws GuardianException {
    return open(options(configuration));
  }

  private static HostKernel open(HostKernelOptions options) throws GuardianException {
    try {
      return HostKernel.open(options);
    } catch (HostKernelException e) {
      GuardianException.Reason reason =
          e.isAlreadyGuarded()
              ? GuardianException.Reason.ALREADY_RUNNING
              : GuardianException.Reason.NOT_PERMITTED;
      throw new GuardianException(reason, e.getMessage(), e);
    } catch (BpfException | BpfUnavailableException e) {
      throw new GuardianException(
          GuardianException.Reason.NOT_PERMITTED,
          "the kernel does not take Ringward's programs: " + e.getMessage(),
          e);
    }
  }

  /**
   * Loads, attaches, fires and unloads, in shadow mode: what the doctor sees of a machine that is
   * not guarded.
   *
   * @throws GuardianException when nothing can be loaded at all
   */
  public static List<CapabilityRow> examine(Path runtimeDirectory) throws GuardianException {
    HostKernelOptions options =
        HostKernelOptions.defaults()
            .withRings(1 << 16, 1 << 16)
            .withSelfProtection(true) // in shadow mode it holds up nobody
            .withRuntimeDirectory(runtimeDirectory);
    try (HostKernel kernel = open(options)) {
      return rows(kernel.rungs());
    }
  }

  private static HostKernelOptions options(AgentConfiguration configuration) {
    HostKernelOptions defaults = HostKernelOptions.defaults();
    List<Path> programs = new ArrayList<>(defaults.protectedExecutables());
    programs.addAll(configuration.protectedPrograms());
    Set<PerformanceSensor> performance = EnumSet.allOf(PerformanceSensor.class);
    performance.removeAll(configuration.withoutSensors());
    return defaults
        .withPerformance(performance)
        .withEnforce(configuration.mode() == Mode.ENFORCE)
        .withRings(
            Math.toIntExact(configuration.lifecycleRingBytes()),
            Math.toIntExact(configuration.activityRingBytes()))
        .withQuotaPerSecond(configuration.eventsPerSecondPerProcess())
        .withProtectedExecutables(programs)
        .withRuntimeDirectory(configuration.runtimeDirectory())
        .withSelfProtection(configuration.selfProtection())
        .withCgroup(configuration.controlGroup());
  }

  /** The rungs as the doctor shows them. */
  static List<CapabilityRow> rows(List<CapabilityRung> rungs) {
    return rungs.stream()
        .map(rung ->
            new CapabilityRow(
                rung.capability(), rung.rung(), level(rung), rung.why(), rung.whatWouldLiftIt()))
        .toList();
  }

  private static String level(CapabilityRung rung) {
    if (!rung.inForce()) {
      return "none";
    }
    return rung.best() ? "best" : "lower";
  }

  /** How far the guardian may go on this machine. */
  static Policy policy(AgentConfiguration configuration, List<CapabilityRung> rungs) {
    Enforceable enforceable = new Enforceable(reach("throttle", rungs), reach("block", rungs));
    Policy.Mode policyMode =
        switch (configuration.mode()) {
          case SHADOW -> Policy.Mode.SHADOW;
          case ENFORCE -> Policy.Mode.ENFORCE;
        };
    return Policy.standard(policyMode)
        .withEnforceable(enforceable)
        .withDisarm(configuration.disarm());
  }

  private static Set<Operation> reach(String verb, List<CapabilityRung> rungs) {
    Set<Operation> reach = EnumSet.noneOf(Operation.class);
    for (Operation operation : Operation.values()) {
      String capability = verb + "_" + operation.label();
      if (rungs.stream().anyMatch(rung -> rung.inForce() && rung.capability().equals(capability))) {
        reach.add(operation);
      }
    }
    return reach;
  }

  /** How often each sensor of acts and of files has run, by its name. */
  static Map<String, SensorRuns> sensorRuns(HostKernel kernel) {
    Map<String, SensorRuns> runs = new TreeMap<>();
    for (Act act : Act.values()) {
      runs.put(act.label(), kernel.sensors().runs(act));
    }
    for (FileOperation operation : FileOperation.values()) {
      runs.put(operation.label(), kernel.files().runs(operation));
    }
    return runs;
  }

  /** Whom the kernel side never acts on, for the decision to know it beforehand. */
  static Protection protection(HostKernel kernel) {
    Map<ProcessKey, String> processes = new HashMap<>();
    kernel
        .protection()
        .ancestors()
        .forEach(key -> processes.put(key, "the agent or an ancestor of it"));
    Map<FileIdentity, String> executables = new HashMap<>();
    kernel.protection().executables().forEach(file -> executables.put(file, "a protected program"));
    return new Protection(processes, executables);
  }
}
