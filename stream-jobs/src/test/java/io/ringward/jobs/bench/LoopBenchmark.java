/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.bench;

import com.sun.management.OperatingSystemMXBean;
import io.ringward.decide.Policy;
import io.ringward.decide.Protection;
import io.ringward.jobs.HostJob;
import io.ringward.jobs.HostJobOptions;
import io.ringward.jobs.testing.MemoryHost;
import io.ringward.kernel.ControlItem.RuleText;
import io.ringward.kernel.Event;
import io.ringward.kernel.Finding;
import io.ringward.kernel.HostPorts;
import io.ringward.kernel.Incident;
import io.ringward.kernel.LoopObserver;
import io.ringward.kernel.Verdict;
import io.ringward.kernel.VerdictTable;
import io.ringward.rules.StarterRules;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Measures the job. The class path is the module's test class path; arguments:
 *
 * <ul>
 *   <li>{@code throughput [EVENTS]}: events a second through source, process table, starter rules
 *       and features, with their findings decided and applied
 *   <li>{@code latency RATE [SECONDS]}: from the event's time stamp to the verdict in the table,
 *       with RATE other events a second after a warm-up of ten seconds with a thousand verdicts a
 *       second; {@code cold} instead of {@code latency} warms up with no more verdicts than are
 *       measured, a hundred a second
 *   <li>{@code idle [SECONDS]}: processor time with nothing but four ticks a second
 *   <li>{@code start}: time from nothing to the job running
 * </ul>
 */
public final class LoopBenchmark {
  private static final URI PORTS = URI.create("bench:host");
  private static final int WARM_UP_SECONDS = 10;
  private static final int WARM_UP_PROBE_MILLIS = 1;
  private static final int PROBE_MILLIS = 10;

  private LoopBenchmark() {}

  public static void main(String[] arguments) throws Exception {
    String mode = arguments.length > 0 ? arguments[0] : "";
    switch (mode) {
      case "throughput" -> throughput(number(arguments, 1, 20_000_000));
      case "latency" ->
          latency(
              (int) number(arguments, 1, 20_000),
              (int) number(arguments, 2, 30),
              WARM_UP_PROBE_MILLIS);
      case "cold" ->
          latency((int) number(arguments, 1, 20_000), (int) number(arguments, 2, 30), PROBE_MILLIS);
      case "start" -> start();
      case "idle" -> idle((int) number(arguments, 1, 20));
      default ->
          throw new IllegalArgumentException(
              "expected throughput [EVENTS], latency RATE [SECONDS], cold RATE [SECONDS], idle"
                  + " [SECONDS] or start");
    }
    System.exit(0);
  }

  private static long number(String[] arguments, int index, long otherwise) {
    return arguments.length > index ? Long.parseLong(arguments[index]) : otherwise;
  }

  private static void throughput(long events) throws Exception {
    Applied table = new Applied(0);
    FloodFeed feed = new FloodFeed(events, 500_000);
    try (var _ = HostPorts.register(PORTS, new HostPorts(feed, table, new Quiet()))) {
      long start = System.nanoTime();
      long startItems = 0;
      HostJob job = HostJob.start(options());
      while (!job.ended().isDone()) {
        TimeUnit.SECONDS.sleep(1);
        long items = job.metrics().items();
        long now = System.nanoTime();
        if (items > 0) {
          print("%,d events/s", (long) ((items - startItems) * 1e9 / (now - start)));
          startItems = items;
        }
        start = now;
      }
      job.ended().get();
      job.close();
    }
  }

  private static void latency(int rate, int seconds, int warmUpProbeMillis) throws Exception {
    Applied table = new Applied(seconds * 200);
    try (PacedFeed feed = new PacedFeed(rate);
        var _ = HostPorts.register(PORTS, new HostPorts(feed, table, new Quiet()));
        HostJob job = HostJob.start(options())) {
      feed.probeEvery(warmUpProbeMillis);
      TimeUnit.SECONDS.sleep(WARM_UP_SECONDS);
      feed.probeEvery(PROBE_MILLIS);
      TimeUnit.SECONDS.sleep(2);
      table.reset();
      long cpu = cpuNanos();
      TimeUnit.SECONDS.sleep(seconds);
      double cores = (cpuNanos() - cpu) / (seconds * 1e9);
      long[] nanos = table.sorted();
      print(
          "background %,d/s, %d verdicts: p50 %.0f us, p90 %.0f us, p99 %.0f us, p99.9 %.0f us,"
              + " max %.0f us, %.2f cores (the producer's thread included)",
          rate,
          nanos.length,
          percentile(nanos, 50),
          percentile(nanos, 90),
          percentile(nanos, 99),
          percentile(nanos, 99.9),
          percentile(nanos, 100),
          cores);
      print("%s", job.metrics());
    }
  }

  private static void idle(int seconds) throws Exception {
    try (PacedFeed feed = new PacedFeed(0);
        var _ = HostPorts.register(PORTS, new HostPorts(feed, new Applied(0), new Quiet()));
        HostJob job = HostJob.start(options())) {
      TimeUnit.SECONDS.sleep(WARM_UP_SECONDS);
      long cpu = cpuNanos();
      long kernel = feed.cpuNanos();
      TimeUnit.SECONDS.sleep(seconds);
      double job1 = (cpuNanos() - cpu - (feed.cpuNanos() - kernel)) / (seconds * 1e9);
      print("idle: %.2f %% of a core, the producer's thread not included", job1 * 100);
      print("%s", job.metrics());
    }
  }

  private static void start() throws Exception {
    long start = System.nanoTime();
    long jvm = ManagementFactory.getRuntimeMXBean().getUptime();
    try (PacedFeed feed = new PacedFeed(0);
        var _ = HostPorts.register(PORTS, new HostPorts(feed, new Applied(0), new Quiet()));
        HostJob _ = HostJob.start(options())) {
      print(
          "the job runs after %d ms, and %d ms of the JVM before",
          (System.nanoTime() - start) / 1_000_000, jvm);
    }
  }

  private static long cpuNanos() {
    return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }

  private static double percentile(long[] sorted, double percent) {
    if (sorted.length == 0) {
      return Double.NaN;
    }
    int index = (int) Math.ceil(percent / 100 * sorted.length) - 1;
    return sorted[Math.max(0, index)] / 1e3;
  }

  private static HostJobOptions options() throws IOException {
    Path state = Files.createTempDirectory("ringward-bench");
    try (InputStream starter = StarterRules.open()) {
      String rules = new String(starter.readAllBytes(), StandardCharsets.UTF_8);
      return HostJobOptions.of(
          PORTS,
          state,
          List.of(
              new RuleText("starter.yaml", rules), new RuleText("probe.yaml", MemoryHost.RULES)),
          Policy.standard(Policy.Mode.ENFORCE),
          Protection.NONE);
    }
  }

  private static void print(String format, Object... values) {
    System.out.printf(format + "%n", values);
  }

  /** Notes when each verdict arrives. */
  private static final class Applied implements VerdictTable {
    private final long[] nanos;
    private int count;

    Applied(int most) {
      nanos = new long[most];
    }

    @Override
    public synchronized Outcome apply(Verdict verdict) {
      long now = System.nanoTime();
      if (count < nanos.length) {
        nanos[count++] = now - verdict.causeNanos();
      }
      return new Outcome.Applied(now, 1);
    }

    synchronized void reset() {
      count = 0;
    }

    synchronized long[] sorted() {
      long[] sorted = Arrays.copyOf(nanos, count);
      Arrays.sort(sorted);
      return sorted;
    }

    @Override
    public boolean release(long verdictId) {
      return false;
    }

    @Override
    public List<InForce> inForce() {
      return List.of();
    }

    @Override
    public void beat() {}

    @Override
    public void close() {}
  }

  private static final class Quiet implements LoopObserver {
    @Override
    public void onFinding(Finding finding) {}

    @Override
    public void onVerdict(Verdict verdict, VerdictTable.Outcome outcome) {}

    @Override
    public void onRelease(long verdictId, String why) {}

    @Override
    public void onEnforcement(Event.Enforcement enforcement) {}

    @Override
    public void onIncident(Incident incident) {}

    @Override
    public void onBeat(long delayNanos) {}

    @Override
    public void onModels(int programs, long oldestNanos) {}
  }
}
