/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * One thing that can be configured. All there are stand in {@link SettingTable}.
 *
 * @param <T> the type of its value; of one element when it is a list
 * @param path where it stands in the YAML file, sections separated by dots
 * @param flag the command line's flag, {@code --state-directory}
 * @param list whether it takes many values
 * @param help one line for people
 * @param example a value as it is typed
 * @param parser reads one value
 */
public record Setting<T>(
    String path, String flag, boolean list, String help, String example, Parser<T> parser) {
  public Setting {
    Objects.requireNonNull(path);
    Objects.requireNonNull(flag);
    Objects.requireNonNull(help);
    Objects.requireNonNull(parser);
  }

  /** Reads one value from what was typed. */
  @FunctionalInterface
  public interface Parser<T> {
    /**
     * @param base the folder that relative paths start from
     * @throws IllegalArgumentException when the text is no such value; says what is expected
     */
    T parse(String text, Path base);
  }

  /** The sections and the key: {@code metrics}, {@code address}. */
  List<String> segments() {
    return List.of(path.split("\\."));
  }
}
