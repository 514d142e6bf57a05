/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.testing;

import io.ringward.decide.Policy;
import io.ringward.decide.Protection;
import io.ringward.jobs.HostJob;
import io.ringward.jobs.HostJobException;
import io.ringward.jobs.HostJobOptions;
import io.ringward.jobs.memory.Capacities;
import io.ringward.jobs.recording.Recorder;
import io.ringward.jobs.testing.WireEvents.Actor;
import io.ringward.kernel.ControlItem;
import io.ringward.kernel.ControlItem.RuleText;
import io.ringward.kernel.Decision;
import io.ringward.kernel.FileIdentity;
import io.ringward.kernel.HostPorts;
import io.ringward.kernel.ProcessKey;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A host in memory for one test: ports, a clock, and a job on them that can be started again. Time
 * is the kernel's and stands still unless the test moves it.
 */
public final class MemoryHost implements AutoCloseable {
  public static final long SECOND = 1_000_000_000L;
  public static final ProcessKey INIT = new ProcessKey(1, 1);
  public static final FileIdentity FILE = new FileIdentity(8 << 20 | 1, 4242);

  /** Blocks connects to the metadata service. */
  public static final String RULES =
      """
      - rule: Metadata service
        desc: test
        condition: evt.type = connect and fd.rip = 169.254.169.254
        output: metadata asked by %proc.name
        priority: WARNING
        action: block
        for: 5m
        operations: [connect]
      """;

  private static final AtomicInteger COUNT = new AtomicInteger();

  public final URI uri = URI.create("memory:host-" + COUNT.incrementAndGet());
  public final RecordingObserver observer = new RecordingObserver();
  public final ScriptedFeed feed = new ScriptedFeed();
  public MemoryVerdictTable table = new MemoryVerdictTable();
  private final Path state;
  private HostPorts.Registration registration;
  private HostJob job;
  private long now = 100 * SECOND;

  /**
   * @param state the job's state directory
   */
  public MemoryHost(Path state) {
    this.state = state;
    table.now(now);
  }

  public HostJobOptions options() {
    return HostJobOptions.of(
            uri,
            state,
            List.of(new RuleText("test.yaml", RULES)),
            Policy.standard(Policy.Mode.ENFORCE),
            Protection.NONE)
        .withBootId("boot-one")
        .withSeed(42)
        .withCapacities(new Capacities(4096, 1024, 64, 8, 256, 64))
        .withIntervals(Duration.ofHours(1), Duration.ofHours(1));
  }

  public HostJob start() throws HostJobException {
    return start(options());
  }

  public HostJob start(HostJobOptions options) throws HostJobException {
    registration = HostPorts.register(uri, new HostPorts(feed, table, observer));
    return run(options);
  }

  /** Starts a job with a recorder between it and the ports. */
  public HostJob start(HostJobOptions options, Recorder recorder) throws HostJobException {
    registration =
        HostPorts.register(uri, new HostPorts(recorder.feed(), recorder.verdicts(), observer));
    return run(options.withExchange(recorder.exchange()));
  }

  private HostJob run(HostJobOptions options) throws HostJobException {
    try {
      job = HostJob.start(options);
    } catch (HostJobException e) {
      registration.close();
      throw e;
    }
    return job;
  }

  /** Ends the job as an agent does, and loses what the kernel side held. */
  public void stop() {
    job.close();
    registration.close();
    table.close();
    table = new MemoryVerdictTable();
    table.now(now);
    observer.clear();
  }

  public long now() {
    return now;
  }

  /** Time passes, and a tick tells the loop. */
  public void tick(long nanos) {
    now += nanos;
    table.now(now);
    feed.submit(new ControlItem.Tick(now));
  }

  /** A process starts a program. */
  public void exec(ProcessKey process, String path) {
    exec(process, path, FILE);
  }

  /** A process starts a program that is a given file. */
  public void exec(ProcessKey process, String path, FileIdentity file) {
    feed.event(WireEvents.exec(now, actor(process), file, 0, path, List.of(path)));
  }

  /** A process does what {@link #RULES} block. */
  public void askMetadata(ProcessKey process) {
    feed.event(WireEvents.connect(now, actor(process), 0xA9FEA9FE, 80, Decision.ALLOWED));
  }

  public void connect(ProcessKey process, int ipv4) {
    feed.event(WireEvents.connect(now, actor(process), ipv4, 80, Decision.ALLOWED));
  }

  public static Actor actor(ProcessKey process) {
    return new Actor(process, INIT);
  }

  @Override
  public void close() {
    if (job != null) {
      job.close();
      registration.close();
    }
  }
}
