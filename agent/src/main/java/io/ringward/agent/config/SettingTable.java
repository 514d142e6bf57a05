/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.config;

import io.ringward.agent.text.SizeText;
import io.ringward.loader.PerformanceSensor;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Every setting there is: the one place that names, explains and bounds them. */
public final class SettingTable {
  public static final Setting<Mode> MODE =
      one(
          "mode",
          "--mode",
          "shadow (the default) reports what it would do and refuses nothing; enforce acts.",
          "shadow",
          (text, base) -> oneOf(Mode.class, text));

  public static final Setting<Path> STATE_DIRECTORY =
      one(
          "state_directory",
          "--state-directory",
          "Where models, baselines and checkpoints are kept (default: /var/lib/ringward).",
          "/var/lib/ringward",
          SettingTable::path);

  public static final Setting<Path> RUNTIME_DIRECTORY =
      one(
          "runtime_directory",
          "--runtime-directory",
          "Where the lock and the control socket are (default: /run/ringward).",
          "/run/ringward",
          SettingTable::path);

  public static final Setting<LogLevel> LOG_LEVEL =
      one(
          "log_level",
          "--log-level",
          "error, warning, info (the default) or debug.",
          "info",
          (text, base) -> oneOf(LogLevel.class, text));

  public static final Setting<Path> RULE_FILES =
      many(
          "rules.files",
          "--rules",
          "Rule files, read in order, after the starter rules.",
          "/etc/ringward/rules.yaml",
          SettingTable::path);

  public static final Setting<Boolean> STARTER_RULES =
      one(
          "rules.starter",
          "--starter-rules",
          "Whether the rules that ship with Ringward are in force (default: they are).",
          "true",
          (text, base) -> yesOrNo(text));

  public static final Setting<InetSocketAddress> METRICS_ADDRESS =
      one(
          "metrics.address",
          "--metrics-address",
          "Where GET /metrics answers, port 0 for any free one (default: 127.0.0.1:9465).",
          "127.0.0.1:9465",
          (text, base) -> SocketAddressText.parse(text));

  public static final Setting<Integer> METRICS_CONTROL_GROUPS =
      one(
          "metrics.cgroups",
          "--metrics-cgroups",
          "How many cgroups have series of their own, the rest are 'other' (default: 20).",
          "20",
          (text, base) -> wholeNumber(text, 0, 500));

  public static final Setting<Long> ACTIVITY_RING_BYTES =
      one(
          "kernel.activity_ring",
          "--activity-ring",
          "Ring for connects and binds, a power of two (default: 4MiB).",
          "4MiB",
          (text, base) -> ringSize(text));

  public static final Setting<Long> LIFECYCLE_RING_BYTES =
      one(
          "kernel.lifecycle_ring",
          "--lifecycle-ring",
          "Ring for exec, fork, exit and enforcement, a power of two (default: 1MiB).",
          "1MiB",
          (text, base) -> ringSize(text));

  public static final Setting<Integer> EVENTS_PER_SECOND_PER_PROCESS =
      one(
          "kernel.events_per_second_per_process",
          "--events-per-second-per-process",
          "Connects and binds of one process that are sent in a second (default: 5000).",
          "5000",
          (text, base) -> wholeNumber(text, 1, 1_000_000));

  public static final Setting<Path> CONTROL_GROUP =
      one(
          "kernel.cgroup",
          "--cgroup",
          "A cgroup's folder: connects and binds are seen, and verdicts act, below it alone.",
          "/sys/fs/cgroup/user.slice",
          SettingTable::absolutePath);

  public static final Setting<Path> PROTECTED_PROGRAMS =
      many(
          "protect.programs",
          "--protect",
          "Programs never acted on as root, beside init, sshd, the agent and its ancestors.",
          "/usr/bin/containerd",
          SettingTable::absolutePath);

  public static final Setting<Boolean> SELF_PROTECTION =
      one(
          "protect.self",
          "--protect-self",
          "Whether root too is kept from killing, stopping and tracing the agent (default: it is not).",
          "true",
          (text, base) -> yesOrNo(text));

  public static final Setting<PerformanceSensor> WITHOUT_SENSORS =
      many(
          "sensors.without",
          "--without-sensor",
          "Sensors of what slows a machine that stay out of the kernel: "
              + Arrays.stream(PerformanceSensor.values())
                  .map(PerformanceSensor::label)
                  .collect(Collectors.joining(", "))
              + ".",
          "page_faults",
          (text, base) -> oneOf(PerformanceSensor.class, text));

  /** All of them, in the order in which they are explained. */
  public static final List<Setting<?>> ALL =
      with(
          Stream.concat(OutletSettings.ALL.stream(), DecisionSettings.ALL.stream()),
          MODE,
          RULE_FILES,
          STARTER_RULES,
          STATE_DIRECTORY,
          RUNTIME_DIRECTORY,
          METRICS_ADDRESS,
          METRICS_CONTROL_GROUPS,
          LOG_LEVEL,
          ACTIVITY_RING_BYTES,
          LIFECYCLE_RING_BYTES,
          EVENTS_PER_SECOND_PER_PROCESS,
          WITHOUT_SENSORS,
          CONTROL_GROUP,
          PROTECTED_PROGRAMS,
          SELF_PROTECTION);

  private static final long SMALLEST_RING_BYTES = 64L << 10;
  private static final long LARGEST_RING_BYTES = 256L << 20;

  private SettingTable() {}

  private static List<Setting<?>> with(Stream<Setting<?>> more, Setting<?>... settings) {
    return Stream.concat(Arrays.stream(settings), more).toList();
  }

  private static <T> Setting<T> one(
      String path, String flag, String help, String example, Setting.Parser<T> parser) {
    return new Setting<>(path, flag, false, help, example, parser);
  }

  private static <T> Setting<T> many(
      String path, String flag, String help, String example, Setting.Parser<T> parser) {
    return new Setting<>(path, flag, true, help, example, parser);
  }

  static <E extends Enum<E>> E oneOf(Class<E> type, String text) {
    for (E constant : type.getEnumConstants()) {
      if (constant.name().equalsIgnoreCase(text)) {
        return constant;
      }
    }
    String known =
        Arrays.stream(type.getEnumConstants())
            .map(constant -> constant.name().toLowerCase(java.util.Locale.ROOT))
            .collect(Collectors.joining(", "));
    throw new IllegalArgumentException("'" + text + "' is not one of " + known);
  }

  static boolean yesOrNo(String text) {
    return switch (text) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new IllegalArgumentException("'" + text + "' is neither true nor false");
    };
  }

  static int wholeNumber(String text, int least, int most) {
    int value;
    try {
      value = Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("'" + text + "' is not a whole number", e);
    }
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          text + " is out of bounds: expected " + least + " to " + most);
    }
    return value;
  }

  private static long ringSize(String text) {
    long bytes = SizeText.parse(text);
    if (Long.bitCount(bytes) != 1 || bytes < SMALLEST_RING_BYTES || bytes > LARGEST_RING_BYTES) {
      throw new IllegalArgumentException(
          "a ring is a power of two from "
              + SizeText.of(SMALLEST_RING_BYTES)
              + " to "
              + SizeText.of(LARGEST_RING_BYTES)
              + ", and '"
              + text
              + "' is not");
    }
    return bytes;
  }

  static Path path(String text, Path base) {
    if (text.isBlank() || text.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("expected a path, found nothing that names one");
    }
    return base.resolve(text).normalize();
  }

  private static Path absolutePath(String text, Path base) {
    if (!text.startsWith("/")) {
      throw new IllegalArgumentException("'" + text + "' is not an absolute path");
    }
    return path(text, base);
  }
}
