/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.config;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Values that somebody set, from a file or from flags; one may lie over the other. Immutable. */
public final class Settings {
  /** Nothing was set. */
  public static final Settings NONE = new Settings(Map.of());

  private final Map<Setting<?>, List<?>> values;

  private Settings(Map<Setting<?>, List<?>> values) {
    this.values = Map.copyOf(values);
  }

  /** What was set, when it was. */
  public <T> Optional<T> get(Setting<T> setting) {
    return all(setting).map(List::getFirst);
  }

  /** What was set of a list, when it was; may be empty then. */
  public <T> Optional<List<T>> all(Setting<T> setting) {
    return Optional.ofNullable(values.get(setting)).map(Settings::cast);
  }

  /** These values, and below them those of another where these have none. */
  public Settings over(Settings below) {
    Map<Setting<?>, List<?>> merged = new HashMap<>(below.values);
    merged.putAll(values);
    return new Settings(merged);
  }

  // Only Builder puts values in, each list under the setting whose parser made it.
  @SuppressWarnings("unchecked")
  private static <T> List<T> cast(List<?> values) {
    return (List<T>) values;
  }

  /** Collects values. Not thread-safe. */
  public static final class Builder {
    private final Map<Setting<?>, List<?>> values = new HashMap<>();

    /** Sets one value. */
    public <T> Builder set(Setting<T> setting, T value) {
      values.put(setting, List.of(value));
      return this;
    }

    /** Sets a list. */
    public <T> Builder setAll(Setting<T> setting, List<T> all) {
      values.put(setting, List.copyOf(all));
      return this;
    }

    /** What was collected. */
    public Settings build() {
      return new Settings(values);
    }
  }
}
