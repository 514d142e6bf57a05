/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.kernel;

import java.util.Objects;
import java.util.Set;

/**
 * What somebody wants to know of files: a place, and which operations there. Without a wish no
 * operation on a file crosses the ring, and no program looks at one.
 *
 * @param place where
 * @param kinds what, at least one
 */
public record FileWish(Place place, Set<Kind> kinds) {
  /** What can be wished for. Mirrors {@code enum rw_file_wish}: one bit each. */
  public enum Kind {
    /** Opened for reading. */
    READ,
    /** Opened for writing, made, or emptied. */
    WRITE,
    /** Unlinked, renamed, linked, symbolically linked. */
    NAME,
    /** Mode, owner, extended attributes. */
    ATTRIBUTE,
    /** Mounted, unmounted, the root exchanged. */
    MOUNT;

    /** The bit in a mask. */
    public int bit() {
      return 1 << ordinal();
    }
  }

  /** Where. Paths are absolute, as the host's first mount namespace has them. */
  public sealed interface Place {
    /** Everywhere: no rule, model or operator says less. Costs an event for each operation. */
    record Everywhere() implements Place {}

    /** A directory and all that is below it; or a file alone. */
    record Below(String path) implements Place {
      public Below {
        requireAbsolute(path);
      }
    }

    /** One name in a directory, whatever file stands there. */
    record Named(String path) implements Place {
      public Named {
        requireAbsolute(path);
      }
    }

    /**
     * All paths that begin so: {@code /etc/cron} is {@code /etc/cron.d/x} and {@code /etc/crontab}.
     */
    record Prefixed(String text) implements Place {
      public Prefixed {
        requireAbsolute(text);
      }
    }

    private static void requireAbsolute(String path) {
      if (!path.startsWith("/")) {
        throw new IllegalArgumentException("a wish names absolute paths, not '" + path + "'");
      }
    }
  }

  public FileWish {
    Objects.requireNonNull(place);
    kinds = Set.copyOf(kinds);
    if (kinds.isEmpty()) {
      throw new IllegalArgumentException("a wish for nothing");
    }
  }

  /** The mask of some kinds. */
  public static int mask(Set<Kind> kinds) {
    int mask = 0;
    for (Kind kind : kinds) {
      mask |= kind.bit();
    }
    return mask;
  }
}
