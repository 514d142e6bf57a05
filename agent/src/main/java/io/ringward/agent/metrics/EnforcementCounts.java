/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.metrics;

import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.Counter;
import io.ringward.kernel.Action;
import io.ringward.kernel.Event;
import io.ringward.kernel.VerdictTable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Turns a verdict's exact count of hits into a counter by action and hook. The kernel sends the
 * first hit and then at most one event a second; the count in each says how many there were in
 * between, and what the table says once a second, and when a verdict has ended, covers the last
 * ones. Thread-safe.
 */
public final class EnforcementCounts {
  private static final int REMEMBERED = 16_384;

  private final Counter counter =
      Counter.build(
              "ringward_enforcements_total",
              "Operations that the kernel refused by a verdict; in mode shadow would have refused.")
          .labelNames("action", "hook", "mode")
          .create();
  private final Map<Long, Seen> verdicts =
      new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Seen> eldest) {
          return size() > REMEMBERED;
        }
      };

  /** What was counted of a verdict; hits that no event told of go to the hook of the last event. */
  private record Seen(long hits, Action action, String hook, String mode) {}

  EnforcementCounts register(CollectorRegistry registry) {
    registry.register(counter);
    return this;
  }

  /** Last counts of verdicts that ended before an event told of them. */
  private final Map<Long, Long> ended =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Long> eldest) {
          return size() > REMEMBERED;
        }
      };

  synchronized void onEnforcement(Event.Enforcement event) {
    Seen before = verdicts.get(event.verdictId());
    long counted = before == null ? 0 : before.hits();
    Seen now =
        new Seen(
            Math.max(Math.max(counted, event.hits()), ended.getOrDefault(event.verdictId(), 0L)),
            event.action(),
            event.hook().label(),
            event.shadow() ? "shadow" : "enforce");
    verdicts.put(event.verdictId(), now);
    count(now, now.hits() - counted);
  }

  /** Counts hits that no event has told of yet. */
  public synchronized void onInForce(List<VerdictTable.InForce> inForce) {
    for (VerdictTable.InForce one : inForce) {
      Seen before = verdicts.get(one.verdict().id());
      if (before != null && one.hits() > before.hits()) {
        Seen now = new Seen(one.hits(), before.action(), before.hook(), before.mode());
        verdicts.put(one.verdict().id(), now);
        count(now, one.hits() - before.hits());
      }
    }
  }

  /** Counts the last hits of verdicts that have ended; their first event may come yet. */
  public synchronized void onEnded(List<VerdictTable.InForce> last) {
    onInForce(last);
    for (VerdictTable.InForce one : last) {
      if (one.hits() > 0 && !verdicts.containsKey(one.verdict().id())) {
        ended.put(one.verdict().id(), one.hits());
      }
    }
  }

  private void count(Seen seen, long hits) {
    counter.labels(seen.action().label(), seen.hook(), seen.mode()).inc(hits);
  }
}
