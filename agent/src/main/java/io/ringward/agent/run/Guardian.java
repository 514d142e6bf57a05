/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.run;

import io.prometheus.client.CollectorRegistry;
import io.ringward.agent.config.AgentConfiguration;
import io.ringward.agent.config.SocketAddressText;
import io.ringward.agent.control.AgentStatus;
import io.ringward.agent.control.ControlException;
import io.ringward.agent.control.ControlServer;
import io.ringward.agent.control.OutletRow;
import io.ringward.agent.host.ControlGroups;
import io.ringward.agent.host.HostName;
import io.ringward.agent.incident.BootClock;
import io.ringward.agent.incident.IncidentFormat;
import io.ringward.agent.incident.IncidentOutlet;
import io.ringward.agent.incident.IncidentOutlets;
import io.ringward.agent.incident.OutletFactory;
import io.ringward.agent.metrics.AgentMetrics;
import io.ringward.agent.metrics.CapabilityRung;
import io.ringward.agent.metrics.ControlGroupMetrics;
import io.ringward.agent.metrics.LoopMetrics;
import io.ringward.agent.metrics.MetricsServer;
import io.ringward.agent.metrics.SendMetrics;
import io.ringward.agent.metrics.StatusMetrics;
import io.ringward.agent.rule.RuleFiles;
import io.ringward.agent.run.GuardianException.Reason;
import io.ringward.jobs.HostJob;
import io.ringward.jobs.HostJobException;
import io.ringward.jobs.HostJobOptions;
import io.ringward.jobs.memory.StateExchange;
import io.ringward.jobs.recording.Recorder;
import io.ringward.kernel.HostPorts;
import io.ringward.kernel.Verdict;
import io.ringward.kernel.VerdictTable.Outcome;
import io.ringward.loader.HostKernel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The running agent. {@link #start} opens everything in order: outlets, kernel, metrics, ports,
 * job, control, sampler; {@link #close} closes them in the opposite one, so that the job writes its
 * last checkpoint while the verdicts are still in force, and the incidents of the end are still
 * told.
 */
public final class Guardian implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Guardian.class);
  private static final URI PORTS = URI.create("ring:host");
  private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");
  private static final Duration CONTROL_PATIENCE = Duration.ofSeconds(30);
  private static final double HEALTHY_SECONDS = HostKernel.HEARTBEAT_LIMIT_NANOS / 1e9;

  private final Deque<AutoCloseable> held = new ArrayDeque<>();
  private final AgentConfiguration configuration;
  private final long startedNanos = System.nanoTime();
  private final Progress progress = new Progress();
  private final JobReading jobReading = new JobReading();
  private final String version;
  private final RuleArmory rules;
  private final HostKernel kernel;
  private final MetricsServer metricsServer;
  private final HostJob job;
  private final RecordingDesk recordings;
  private final OperatorDesk desk;
  private final IncidentOutlets outlets;
  private final OutletDesk outletDesk;
  private final LoopMetrics loopMetrics;

  private Guardian(
      AgentConfiguration configuration,
      RuleFiles.Checked checked,
      Function<IncidentFormat, IncidentOutlet> standardOutput,
      String version)
      throws GuardianException {
    this.configuration = configuration;
    this.version = version;
    try {
      CollectorRegistry registry = new CollectorRegistry(true);
      BootClock clock = new BootClock(io.ringward.bpf.BootClock::nanos);
      ControlGroups groups = ControlGroups.ofHost().orElseThrow();
      OutletFactory factory =
          new OutletFactory(
              configuration.outlets(),
              configuration.mode(),
              clock,
              groups::nameOf,
              HostName.get(),
              version);
      this.outlets = hold(factory.open(standardOutput.apply(factory.standardFormat())));
      this.outletDesk = new OutletDesk(outlets, clock::now);
      this.kernel = hold(KernelSide.open(configuration));
      VerdictArchive archive = archive();
      enforceWhatWas(archive);
      InlineDesk inline = hold(new InlineDesk(kernel.policy()));
      inline.replace(checked.compilation().rules());
      kernel.takeOver();
      this.loopMetrics = new LoopMetrics(registry, configuration.mode(), clock::now);
      AgentMetrics metrics =
          new AgentMetrics(
              registry,
              version,
              loopMetrics,
              new ControlGroupMetrics(configuration.controlGroupSeries(), groups::nameOf),
              new StatusMetrics(rungLabels(), configuration.mode().label(), jobReading),
              outlets.queues(),
              () -> KernelSide.sensorRuns(kernel));
      new SendMetrics(kernel.sends()::counts).register(registry);
      this.metricsServer = hold(metricsServer(registry));
      Recorder recorder =
          new Recorder(
              kernel.feed(),
              BoundedVerdicts.of(configuration.controlGroup(), kernel.verdicts(), groups::nameOf),
              clock::now,
              groups::all,
              version);
      VerdictEffects effects = new VerdictEffects();
      Standing standing = new Standing(clock::now, () -> jobReading.get().degraded());
      hold(
          HostPorts.register(
              PORTS,
              new HostPorts(
                  recorder.feed(),
                  recorder.verdicts(),
                  new LoopReports(loopMetrics, outlets, effects, progress, standing, inline))));
      this.job = hold(startJob(checked, recorder.exchange()));
      hold(recorder); // A recording ends while the loop still runs.
      this.recordings = new RecordingDesk(recorder);
      jobReading.show(job);
      ActDemand demand = new ActDemand(kernel.sensors()::want);
      FileWishBoard wishes = new FileWishBoard(kernel.files()::want);
      this.rules =
          new RuleArmory(configuration, checked, kernel.feed(), inline, demand, clock::now, wishes);
      LiveProcesses processes = kernel::findProcess;
      ControlGroupRates groupRates = new ControlGroupRates(kernel.samples());
      this.desk =
          new OperatorDesk(
              new OperatorDesk.Parts(
                  configuration.mode(),
                  kernel.feed(),
                  kernel.verdicts(),
                  effects,
                  clock::now,
                  new SubjectReader(processes, groups),
                  processes,
                  groups::nameOf,
                  this::status,
                  KernelSide.rows(kernel.rungs()),
                  rules::reload,
                  inline::rows,
                  new EventShowing(job.taps(), wishes, rules::sources, groups::nameOf, demand),
                  standing,
                  outletDesk,
                  recordings,
                  new StandingBoard(job.standings(), groupRates, clock::now, groups::nameOf)));
      hold(new ControlServer(configuration.runtimeDirectory(), desk, CONTROL_PATIENCE));
      TamperReports tamperings = new TamperReports(kernel.tampered(), outlets, metrics, clock::now);
      hold(new Sampler(groupRates, kernel.verdicts(), kernel.feed(), metrics, archive, tamperings));
    } catch (GuardianException e) {
      close();
      throw e;
    } catch (IOException | RuntimeException e) {
      close();
      throw new GuardianException(Reason.FAILED, e.getMessage(), e);
    }
  }

  /**
   * Starts everything.
   *
   * @param checked the rules to begin with
   * @param standardOutput makes the outlet for incidents on standard output
   * @param version of Ringward
   * @throws GuardianException when it cannot; nothing is left open then
   */
  public static Guardian start(
      AgentConfiguration configuration,
      RuleFiles.Checked checked,
      Function<IncidentFormat, IncidentOutlet> standardOutput,
      String version)
      throws GuardianException {
    return new Guardian(configuration, checked, standardOutput, version);
  }

  private VerdictArchive archive() throws IOException {
    return new VerdictArchive(configuration.stateDirectory(), Files.readString(BOOT_ID).strip());
  }

  /** Puts the verdicts of before a restart in force again, before the loop is up. */
  private void enforceWhatWas(VerdictArchive archive) {
    List<Verdict> before = archive.read(io.ringward.bpf.BootClock.nanos());
    long again =
        before.stream()
            .map(kernel.verdicts()::apply)
            .filter(Outcome.Applied.class::isInstance)
            .count();
    if (again > 0) {
      hold(new StartGrace(kernel.verdicts()::beat, progress, StartGrace.LIMIT));
      LOG.info("{} of {} verdicts of before the restart are in force again", again, before.size());
    }
  }

  private MetricsServer metricsServer(CollectorRegistry registry) throws GuardianException {
    InetSocketAddress address = configuration.metricsAddress();
    try {
      return new MetricsServer(
          address, registry, () -> loopMetrics.heartbeatAgeSeconds() < HEALTHY_SECONDS);
    } catch (IOException e) {
      throw new GuardianException(
          Reason.FAILED,
          "metrics cannot be served on "
              + SocketAddressText.of(address)
              + ": "
              + e.getMessage()
              + " (another address: --metrics-address)",
          e);
    }
  }

  private HostJob startJob(RuleFiles.Checked checked, StateExchange exchange)
      throws GuardianException {
    try {
      return HostJob.start(
          HostJobOptions.of(
                  PORTS,
                  configuration.stateDirectory(),
                  checked.texts(),
                  KernelSide.policy(configuration, kernel.rungs()),
                  KernelSide.protection(kernel))
              .withExchange(exchange));
    } catch (HostJobException e) {
      throw new GuardianException(Reason.FAILED, e.getMessage(), e);
    }
  }

  private List<CapabilityRung> rungLabels() {
    return kernel.rungs().stream()
        .map(rung -> new CapabilityRung(rung.capability(), rung.rung()))
        .toList();
  }

  /** Each capability and its rung. */
  public List<io.ringward.loader.CapabilityRung> rungs() {
    return kernel.rungs();
  }

  /** Where {@code /metrics} answers. */
  public InetSocketAddress metricsAddress() {
    return metricsServer.address();
  }

  /** Waits until a tick has passed through the whole loop. */
  public boolean awaitFirstBeat(Duration patience) throws InterruptedException {
    return progress.awaitFirstBeat(patience.toMillis());
  }

  /** Programs that have a learned model. */
  public int models() {
    return progress.models();
  }

  /** The outlets of incidents, standard output first. */
  public List<OutletRow> outlets() {
    return outletDesk.rows();
  }

  /** Opens files anew that may have been moved away. */
  public void reopenOutlets() {
    outlets.reopen();
  }

  /** Completes, or fails, when the loop has ended by itself. */
  public CompletableFuture<Void> ended() {
    return job.ended();
  }

  /**
   * Reads the rule files again.
   *
   * @return one line for people
   * @throws ControlException when they cannot be used; the rules in force stay
   */
  public String reloadRules() throws ControlException {
    return desk.reloadRules();
  }

  /** Begins and ends recordings. */
  public RecordingDesk recordings() {
    return recordings;
  }

  private AgentStatus status() {
    return new AgentStatus(
        version,
        ProcessHandle.current().pid(),
        configuration.mode().label(),
        System.nanoTime() - startedNanos,
        rules.count(),
        kernel.verdicts().inForce().size(),
        SocketAddressText.of(metricsServer.address()),
        (long) (loopMetrics.heartbeatAgeSeconds() * 1e9));
  }

  private <T extends AutoCloseable> T hold(T resource) {
    held.push(resource);
    return resource;
  }

  /**
   * Closes everything, the newest first; what fails is said, and the rest is closed. Idempotent.
   */
  @Override
  public void close() {
    while (!held.isEmpty()) {
      AutoCloseable resource = held.pop();
      try {
        resource.close();
      } catch (Exception e) {
        LOG.warn("closing {} failed", resource.getClass().getSimpleName(), e);
      }
    }
  }
}
