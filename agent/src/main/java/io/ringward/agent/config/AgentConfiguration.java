/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.config;

import io.ringward.decide.DisarmPolicy;
import io.ringward.loader.PerformanceSensor;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What the agent runs with: every setting with a value, the defaults filled in.
 *
 * @param controlGroupSeries how many cgroups have metrics of their own
 * @param activityRingBytes ring of connects and binds
 * @param lifecycleRingBytes ring of lifecycle and enforcement events
 * @param eventsPerSecondPerProcess quota in the kernel
 * @param withoutSensors of what slows a machine, those that stay out of the kernel
 * @param controlGroup where connects and binds are seen and refused; empty for the whole machine
 * @param protectedPrograms never acted on, beside those that Ringward protects anyway
 * @param selfProtection whether others are kept from ending and tracing the agent
 * @param disarm when a rule or model is not obeyed any more
 * @param outlets where incidents go
 */
public record AgentConfiguration(
    Mode mode,
    Path stateDirectory,
    Path runtimeDirectory,
    LogLevel logLevel,
    List<Path> ruleFiles,
    boolean starterRules,
    InetSocketAddress metricsAddress,
    int controlGroupSeries,
    long activityRingBytes,
    long lifecycleRingBytes,
    int eventsPerSecondPerProcess,
    List<PerformanceSensor> withoutSensors,
    Optional<Path> controlGroup,
    List<Path> protectedPrograms,
    boolean selfProtection,
    DisarmPolicy disarm,
    OutletConfiguration outlets) {
  /** Where the configuration is looked for when nobody names a file. */
  public static final Path DEFAULT_FILE = Path.of("/etc/ringward/ringward.yaml");

  /** Where the control socket is looked for when nobody says otherwise. */
  public static final Path DEFAULT_RUNTIME_DIRECTORY = Path.of("/run/ringward");

  public AgentConfiguration {
    ruleFiles = List.copyOf(ruleFiles);
    protectedPrograms = List.copyOf(protectedPrograms);
    withoutSensors = List.copyOf(withoutSensors);
  }

  /** The settings, and the defaults where nothing was set. */
  public static AgentConfiguration of(Settings settings) {
    return new AgentConfiguration(
        settings.get(SettingTable.MODE).orElse(Mode.SHADOW),
        settings.get(SettingTable.STATE_DIRECTORY).orElse(Path.of("/var/lib/ringward")),
        settings.get(SettingTable.RUNTIME_DIRECTORY).orElse(DEFAULT_RUNTIME_DIRECTORY),
        settings.get(SettingTable.LOG_LEVEL).orElse(LogLevel.INFO),
        settings.all(SettingTable.RULE_FILES).orElse(List.of()),
        settings.get(SettingTable.STARTER_RULES).orElse(true),
        settings
            .get(SettingTable.METRICS_ADDRESS)
            .orElseGet(() -> new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 9465)),
        settings.get(SettingTable.METRICS_CONTROL_GROUPS).orElse(20),
        settings.get(SettingTable.ACTIVITY_RING_BYTES).orElse(4L << 20),
        settings.get(SettingTable.LIFECYCLE_RING_BYTES).orElse(1L << 20),
        settings.get(SettingTable.EVENTS_PER_SECOND_PER_PROCESS).orElse(5_000),
        settings.all(SettingTable.WITHOUT_SENSORS).orElse(List.of()),
        settings.get(SettingTable.CONTROL_GROUP),
        settings.all(SettingTable.PROTECTED_PROGRAMS).orElse(List.of()),
        settings.get(SettingTable.SELF_PROTECTION).orElse(false),
        DecisionSettings.disarm(settings),
        OutletSettings.read(settings));
  }
}
