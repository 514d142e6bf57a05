/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.metrics;

import io.prometheus.client.CollectorRegistry;
import io.ringward.agent.config.Mode;
import io.ringward.agent.incident.IncidentOutlet;
import io.ringward.agent.incident.IncidentQueue;
import io.ringward.agent.incident.RetryPolicy;
import io.ringward.kernel.Action;
import io.ringward.kernel.BlockOperation;
import io.ringward.kernel.Event;
import io.ringward.kernel.FileIdentity;
import io.ringward.kernel.Finding;
import io.ringward.kernel.Hook;
import io.ringward.kernel.Incident;
import io.ringward.kernel.KernelSample;
import io.ringward.kernel.MapFailure;
import io.ringward.kernel.Operation;
import io.ringward.kernel.PerformanceCount;
import io.ringward.kernel.Priority;
import io.ringward.kernel.ProcessInfo;
import io.ringward.kernel.ProcessKey;
import io.ringward.kernel.Subject;
import io.ringward.kernel.Verdict;
import io.ringward.kernel.VerdictTable;
import io.ringward.loader.SensorRuns;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/** A whole registry as the agent has it, with everything reported once, behind a real server. */
final class MetricsPage implements AutoCloseable {
  static final long SECOND = 1_000_000_000L;
  static final ProcessInfo PROCESS =
      new ProcessInfo(
          new ProcessKey(5, 7),
          ProcessKey.NONE,
          0,
          1,
          new FileIdentity(1, 2),
          0,
          "p",
          "/bin/p",
          List.of("p"));

  final CollectorRegistry registry = new CollectorRegistry(true);
  final AtomicLong now = new AtomicLong(1000 * SECOND);
  final LoopMetrics loop = new LoopMetrics(registry, Mode.ENFORCE, now::get);
  final ControlGroupMetrics controlGroups =
      new ControlGroupMetrics(2, id -> "/group-" + Long.toUnsignedString(id));
  final IncidentQueue queue =
      new IncidentQueue(
          new IncidentOutlet() {
            @Override
            public String name() {
              return "stdout";
            }

            @Override
            public String write(Incident incident) {
              return "written";
            }

            @Override
            public void close() {}
          },
          4,
          Duration.ofSeconds(60),
          RetryPolicy.STANDARD);
  final AgentMetrics metrics =
      new AgentMetrics(
          registry,
          "0.1.0",
          loop,
          controlGroups,
          new StatusMetrics(
              List.of(new CapabilityRung("connect", "cgroup")),
              "enforce",
              () ->
                  new LoopReading(
                      64, 1, 2, 0, OptionalDouble.of(1.5), OptionalLong.of(4096), 99, 0, false)),
          List.of(queue),
          () -> Map.of("mmap", new SensorRuns(9, 7)));
  final MetricsServer server;

  MetricsPage() throws Exception {
    server =
        new MetricsServer(
            new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0),
            registry,
            () -> loop.heartbeatAgeSeconds() < 3);
  }

  /** Reports each kind of thing once. */
  void reportEverything() {
    Finding finding =
        new Finding(
            Finding.Source.RULE,
            "a rule",
            Priority.NOTICE,
            SECOND,
            PROCESS,
            List.of(),
            "s",
            1,
            List.of(),
            Optional.empty(),
            List.of());
    loop.onFinding(finding);
    Verdict verdict = verdict(9, 999 * SECOND);
    loop.onVerdict(verdict, new VerdictTable.Outcome.Applied(999 * SECOND + 120_000, 1));
    loop.onVerdict(verdict, new VerdictTable.Outcome.SubjectGone());
    loop.onVerdict(verdict, new VerdictTable.Outcome.SubjectProtected("init"));
    loop.onVerdict(verdict, new VerdictTable.Outcome.Refused("full"));
    loop.onRelease(9, "operator");
    loop.onEnforcement(enforcement(9, 1));
    loop.onIncident(new Incident("i", 1, 1, 1, finding, Optional.empty(), ""));
    loop.onBeat(200_000);
    loop.onModels(3, 60 * SECOND);
    metrics.onSampleSkipped();
    metrics.onSample(sample(), List.of(new VerdictTable.InForce(verdict, 12)));
  }

  static Verdict verdict(long id, long causeNanos) {
    return new Verdict(
        id,
        new Subject.ProcessTree(PROCESS.key()),
        Action.BLOCK,
        Set.of(Operation.CONNECT),
        Optional.empty(),
        causeNanos,
        causeNanos + 60 * SECOND,
        causeNanos,
        false,
        "a rule",
        "because");
  }

  static Event.Enforcement enforcement(long id, long hits) {
    return new Event.Enforcement(
        new Event.Header(Hook.ENFORCEMENT, SECOND, PROCESS.key(), ProcessKey.NONE, 7, 0, 1),
        id,
        hits,
        Action.BLOCK,
        Operation.CONNECT,
        1,
        false,
        Hook.CONNECT4);
  }

  static KernelSample sample() {
    List<KernelSample.HookCounters> hooks = new ArrayList<>();
    for (Hook hook : Hook.values()) {
      hooks.add(
          new KernelSample.HookCounters(hook, 100, List.of(1L, 2L, 3L), mapFailures(), 90, 5));
    }
    return new KernelSample(SECOND, hooks, List.of(), List.of(group(1, 10)), performance());
  }

  private static List<PerformanceCount> performance() {
    List<Long> histogram = new ArrayList<>(Collections.nCopies(32, 0L));
    histogram.set(20, 3L);
    return List.of(
        new PerformanceCount.Preemption(1, 1, 7),
        new PerformanceCount.BlockRequests(
            1, 254 << 20, BlockOperation.READ, 3, 12_288, 4_000_000, histogram),
        new PerformanceCount.BlockQueue(254 << 20, 1, 4, 6),
        new PerformanceCount.Pressure(1, 100, 10, 2, 5_000_000, 1, 3),
        new PerformanceCount.Softirq(1, 40, 2_000_000));
  }

  private static List<Long> mapFailures() {
    List<Long> failures = new ArrayList<>(Collections.nCopies(MapFailure.values().length, 0L));
    failures.set(MapFailure.ACCOUNT.ordinal(), 4L);
    return failures;
  }

  /** A cgroup with so many waits of about 1.5 us (bucket 10) since the start. */
  static KernelSample.ControlGroupAccount group(long id, long waits) {
    List<Long> histogram = new ArrayList<>(Collections.nCopies(40, 0L));
    histogram.set(10, waits);
    return new KernelSample.ControlGroupAccount(
        id, new KernelSample.CpuAccount(waits * 1000, waits * 1500, waits, histogram));
  }

  @Override
  public void close() {
    server.close();
    queue.close();
  }
}
