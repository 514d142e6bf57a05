/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was found tampered with, until somebody takes it to tell people. Bounded: beyond that the
 * oldest are only in the log. Thread-safe.
 */
public final class TamperLog {
  private static final Logger LOG = LoggerFactory.getLogger(TamperLog.class);
  private static final int MOST = 256;

  private final Deque<Tampering> found = new ArrayDeque<>();

  synchronized void add(Tampering.Kind kind, String what, boolean restored) {
    LOG.warn("{}", what);
    if (found.size() == MOST) {
      found.removeFirst();
    }
    found.addLast(new Tampering(kind, what, restored));
  }

  /** What was found since the last call, the oldest first. */
  public synchronized List<Tampering> take() {
    List<Tampering> taken = new ArrayList<>(found);
    found.clear();
    return taken;
  }
}
