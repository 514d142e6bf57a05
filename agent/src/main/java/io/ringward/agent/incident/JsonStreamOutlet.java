/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.incident;

import io.ringward.kernel.Incident;
import java.io.IOException;
import java.io.OutputStream;

/** JSON lines to a stream, each flushed at once: standard output that is no terminal. */
public final class JsonStreamOutlet implements IncidentOutlet {
  private final OutputStream stream;
  private final IncidentFormat format;

  public JsonStreamOutlet(OutputStream stream, IncidentFormat format) {
    this.stream = stream;
    this.format = format;
  }

  @Override
  public String name() {
    return "stdout";
  }

  @Override
  public String write(Incident incident) throws IOException {
    if (!format.tells(incident)) {
      return "nothing to tell";
    }
    stream.write(format.line(incident));
    stream.flush();
    return "written";
  }

  @Override
  public String target() {
    return "standard output";
  }

  /** Leaves the stream open: it is the process's. */
  @Override
  public void close() {}
}
