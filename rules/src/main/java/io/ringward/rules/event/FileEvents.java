/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules.event;

import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/** Which types of events are about files, and which facts they share. */
public final class FileEvents {
  static final Set<EventType> OPENS = of(EventType.OPEN);
  static final Set<EventType> SYMLINKS = of(EventType.SYMLINK);
  static final Set<EventType> MOVES = of(EventType.RENAME, EventType.LINK);
  static final Set<EventType> CHMODS = of(EventType.CHMOD);

  /** All that are about a file. */
  public static final Set<EventType> ALL =
      Collections.unmodifiableSet(EnumSet.range(EventType.OPEN, EventType.PIVOT_ROOT));

  private FileEvents() {}

  private static Set<EventType> of(EventType first, EventType... rest) {
    return Collections.unmodifiableSet(EnumSet.of(first, rest));
  }

  /** The source of a rename, of a link, and of a symbolic link, which says it. */
  static Map<EventType, Fact> sources() {
    Map<EventType, Fact> facts = on(MOVES, Fact.FILE_PATH);
    facts.put(EventType.SYMLINK, Fact.FILE_TARGET);
    return facts;
  }

  /** What comes of it. */
  static Map<EventType, Fact> targets() {
    Map<EventType, Fact> facts = on(MOVES, Fact.FILE_TARGET);
    facts.put(EventType.SYMLINK, Fact.FILE_PATH);
    return facts;
  }

  /** One fact on some types of events. */
  static Map<EventType, Fact> on(Set<EventType> types, Fact fact) {
    Map<EventType, Fact> facts = new EnumMap<>(EventType.class);
    types.forEach(type -> facts.put(type, fact));
    return facts;
  }
}
