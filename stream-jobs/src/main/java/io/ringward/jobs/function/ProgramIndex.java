/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.function;

import io.ringward.detect.ProgramKey;
import io.ringward.detect.ProgramProfile;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which programs have a profile and which of those a forest, in the order of their last use. Keyed
 * state knows one key at a time; this knows what there is in all of them, so that they can have one
 * bound.
 */
final class ProgramIndex {
  private final Map<ProgramKey, Traits> programs = new LinkedHashMap<>(64, 0.75f, true);
  private int forests;

  private record Traits(boolean forest, boolean fitted, long fittedNanos) {}

  /** A profile was used: takes what is to be known of it now. */
  void use(ProgramKey key, ProgramProfile profile) {
    boolean forest = profile.model().hasForest();
    Traits now = new Traits(forest, profile.model().isFitted(), profile.model().fittedNanos());
    Traits before = programs.put(key, now);
    forests += (forest ? 1 : 0) - (before != null && before.forest() ? 1 : 0);
  }

  /** A profile is gone. */
  void forget(ProgramKey key) {
    Traits before = programs.remove(key);
    if (before != null && before.forest()) {
      forests--;
    }
  }

  /** All, the one used least recently first; a copy. */
  List<ProgramKey> keys() {
    return List.copyOf(programs.keySet());
  }

  int size() {
    return programs.size();
  }

  int forests() {
    return forests;
  }

  /** The profile that was used least recently. */
  Optional<ProgramKey> oldest() {
    Iterator<ProgramKey> keys = programs.keySet().iterator();
    return keys.hasNext() ? Optional.of(keys.next()) : Optional.empty();
  }

  /** The profile with a forest that was used least recently. */
  Optional<ProgramKey> oldestForest() {
    return programs.entrySet().stream()
        .filter(entry -> entry.getValue().forest())
        .map(Map.Entry::getKey)
        .findFirst();
  }

  /** How many programs have been fitted. */
  int fitted() {
    return (int) programs.values().stream().filter(Traits::fitted).count();
  }

  /** When the oldest fit was, or 0 when there is none. */
  long oldestFitNanos() {
    return programs.values().stream()
        .filter(Traits::fitted)
        .mapToLong(Traits::fittedNanos)
        .min()
        .orElse(0);
  }
}
