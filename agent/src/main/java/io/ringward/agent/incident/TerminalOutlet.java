/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.incident;

import io.ringward.agent.text.Style;
import io.ringward.kernel.Incident;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Incidents for a person who watches. The first of an id is shown in full; repeats only when their
 * count has doubled, or when something else is done than before.
 */
public final class TerminalOutlet implements IncidentOutlet {
  private static final int REMEMBERED = 1024;

  private final OutputStream stream;
  private final IncidentText text;
  private final Map<String, Shown> shown =
      new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Shown> eldest) {
          return size() > REMEMBERED;
        }
      };

  private record Shown(long count, String outcome) {}

  public TerminalOutlet(OutputStream stream, Style style, BootClock clock) {
    this.stream = stream;
    this.text = new IncidentText(style, clock);
  }

  @Override
  public String name() {
    return "stdout";
  }

  @Override
  public String write(Incident incident) throws IOException {
    if (incident.over()) {
      shown.remove(incident.id());
      return "nothing to tell";
    }
    Shown before = shown.get(incident.id());
    if (before != null
        && incident.count() < 2 * before.count()
        && before.outcome().equals(incident.outcome())) {
      return "shown before";
    }
    shown.put(incident.id(), new Shown(incident.count(), incident.outcome()));
    String lines = before == null ? text.full(incident) : text.repeat(incident);
    stream.write(lines.getBytes(StandardCharsets.UTF_8));
    stream.flush();
    return "shown";
  }

  @Override
  public String target() {
    return "standard output";
  }

  /** Leaves the stream open: it is the process's. */
  @Override
  public void close() {}
}
