/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.cli;

import io.ringward.agent.config.Setting;
import io.ringward.agent.config.SettingTable;
import io.ringward.agent.config.Settings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * A flag for each setting of the configuration, made from the table of settings: flag and file
 * cannot come apart.
 */
final class SettingOptions {
  private SettingOptions() {}

  /** Adds the flags to a command. */
  static void addTo(CommandSpec spec) {
    addTo(spec, false);
  }

  /** Adds the flags to a command whose help refers to another's. */
  static void addHidden(CommandSpec spec) {
    addTo(spec, true);
  }

  private static void addTo(CommandSpec spec, boolean hidden) {
    for (Setting<?> setting : SettingTable.ALL) {
      OptionSpec.Builder option =
          OptionSpec.builder(setting.flag())
              .description(setting.help() + " [" + setting.path() + "]")
              .hidden(hidden);
      if (setting == SettingTable.STARTER_RULES || setting == SettingTable.SELF_PROTECTION) {
        option.type(Boolean.class).arity("0").negatable(true).defaultValue(null);
      } else if (setting.list()) {
        option
            .type(List.class)
            .auxiliaryTypes(String.class)
            .arity("1..*")
            .paramLabel(label(setting));
      } else {
        option.type(String.class).arity("1").paramLabel(label(setting));
      }
      spec.addOption(option.build());
    }
  }

  private static String label(Setting<?> setting) {
    String last = setting.path().substring(setting.path().lastIndexOf('.') + 1);
    return switch (last) {
      case "state_directory", "runtime_directory" -> "DIR";
      case "activity_ring", "lifecycle_ring" -> "SIZE";
      case "cgroups", "events_per_second_per_process" -> "N";
      case "log_level" -> "LEVEL";
      case "files", "programs" -> "FILE";
      case "without" -> "SENSOR";
      default -> last.toUpperCase(Locale.ROOT);
    };
  }

  /**
   * What was given.
   *
   * @throws ParameterException when a value cannot be read
   */
  static Settings read(ParseResult parsed) {
    Settings.Builder settings = new Settings.Builder();
    for (Setting<?> setting : SettingTable.ALL) {
      if (parsed.hasMatchedOption(setting.flag())) {
        read(parsed, setting, settings);
      }
    }
    return settings.build();
  }

  private static <T> void read(ParseResult parsed, Setting<T> setting, Settings.Builder settings) {
    OptionSpec option = parsed.matchedOption(setting.flag());
    CommandLine command = parsed.commandSpec().commandLine();
    List<T> values = new ArrayList<>();
    Object given = option.getValue();
    List<?> all = given instanceof List<?> list ? list : List.of(given);
    for (Object text : all) {
      try {
        values.add(setting.parser().parse(text.toString(), Path.of("").toAbsolutePath()));
      } catch (IllegalArgumentException e) {
        throw new ParameterException(command, setting.flag() + ": " + e.getMessage());
      }
    }
    if (setting.list()) {
      settings.setAll(setting, values);
    } else {
      settings.set(setting, values.getFirst());
    }
  }
}
