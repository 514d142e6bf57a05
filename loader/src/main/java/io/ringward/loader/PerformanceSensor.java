/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import io.ringward.bpf.BpfException;
import io.ringward.bpf.BpfLink;
import io.ringward.bpf.BpfObject;
import io.ringward.bpf.KernelTracepoints;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What is counted in maps by {@code performance.bpf.c}: each sensor by its programs and the
 * tracepoints that they need. Where the kernel lacks one of them the sensor is left out, alone; so
 * is what nobody wants, which then costs nothing.
 */
public enum PerformanceSensor {
  BLOCK_IO(
      Map.of(
          "performance_block_issue", "block_rq_issue",
          "performance_block_complete", "block_rq_complete")),
  PAGE_FAULTS(
      Map.of(
          "performance_fault_user", "page_fault_user",
          "performance_fault_kernel", "page_fault_kernel")),
  RECLAIM(
      Map.of(
          "performance_reclaim_begin", "mm_vmscan_direct_reclaim_begin",
          "performance_reclaim_end", "mm_vmscan_direct_reclaim_end",
          "performance_group_reclaim_begin", "mm_vmscan_memcg_reclaim_begin",
          "performance_group_reclaim_end", "mm_vmscan_memcg_reclaim_end")),
  OOM_KILLS(Map.of("performance_oom", "mark_victim")),
  TCP_RETRANSMITS(Map.of("performance_retransmit", "tcp_retransmit_skb")),
  SOFTIRQS(
      Map.of(
          "performance_softirq_entry", "softirq_entry",
          "performance_softirq_exit", "softirq_exit"));

  @SuppressWarnings("ImmutableEnumChecker") // Map.of is immutable
  private final Map<String, String> tracepoints;

  /** The kernel does not change while this process lives. */
  private static final class Present {
    static final Set<String> TRACEPOINTS =
        KernelTracepoints.among(
            List.of(values()).stream()
                .flatMap(sensor -> sensor.tracepoints.values().stream())
                .toList());
  }

  /**
   * @param tracepoints by program
   */
  PerformanceSensor(Map<String, String> tracepoints) {
    this.tracepoints = tracepoints;
  }

  /** Its name in the configuration, and in that of its capability: {@code block_io}, … */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Its programs. */
  List<String> programs() {
    return tracepoints.keySet().stream().sorted().toList();
  }

  /** The tracepoints that this kernel lacks for it. */
  List<String> missing() {
    return tracepoints.values().stream()
        .filter(tracepoint -> !Present.TRACEPOINTS.contains(tracepoint))
        .sorted()
        .toList();
  }

  /** The programs of all sensors. */
  static List<String> allPrograms() {
    return List.of(values()).stream().flatMap(sensor -> sensor.programs().stream()).toList();
  }

  /**
   * Attaches those that are wanted, as far as they are loaded.
   *
   * @param hold takes each link
   * @return where each sensor stands
   */
  static List<CapabilityRung> attach(
      BpfObject object, Set<PerformanceSensor> wanted, Consumer<BpfLink> hold) {
    List<CapabilityRung> rungs = new ArrayList<>();
    for (PerformanceSensor sensor : values()) {
      rungs.add(wanted.contains(sensor) ? sensor.attachTo(object, hold) : sensor.off());
    }
    return List.copyOf(rungs);
  }

  private CapabilityRung attachTo(BpfObject object, Consumer<BpfLink> hold) {
    List<String> missing = missing();
    if (!missing.isEmpty()) {
      return without("this kernel has no tracepoint " + String.join(", ", missing));
    }
    List<BpfLink> links = new ArrayList<>();
    try {
      for (String program : programs()) {
        if (!object.program(program).isLoaded()) {
          return without("the kernel refuses its programs");
        }
        links.add(object.program(program).attach());
      }
    } catch (BpfException e) {
      links.forEach(BpfLink::close);
      return without("the kernel refuses it: " + e.getMessage());
    }
    links.forEach(hold);
    return new CapabilityRung(
        capability(),
        "tp_btf",
        true,
        true,
        "attached; nothing of the kind is done here for a trial",
        "");
  }

  private CapabilityRung without(String why) {
    return new CapabilityRung(
        capability(), "none", false, false, why, "a kernel with this tracepoint");
  }

  private CapabilityRung off() {
    return new CapabilityRung(
        capability(),
        "none",
        false,
        false,
        "the configuration leaves it out",
        "no --without-sensor for it (sensors.without)");
  }

  private String capability() {
    return "account_" + label();
  }
}
