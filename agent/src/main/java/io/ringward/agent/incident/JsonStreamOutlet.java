/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.incident;

import io.ringward.kernel.Incident;
import java.io.IOException;
import java.io.OutputStream;

/** JSON lines to a stream, each flushed at once: standard output that is no terminal. */
public final class JsonStreamOutlet implements IncidentOutlet {
  private final OutputStream stream;
  private final IncidentJson json;

  public JsonStreamOutlet(OutputStream stream, IncidentJson json) {
    this.stream = stream;
    this.json = json;
  }

  @Override
  public String name() {
    return "stdout";
  }

  @Override
  public void write(Incident incident) throws IOException {
    stream.write(json.line(incident));
    stream.flush();
  }

  /** Leaves the stream open: it is the process's. */
  @Override
  public void close() {}
}
