/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.incident;

import io.ringward.kernel.Incident;
import java.io.IOException;

/** An outlet that leads off this host: what goes there is {@link Redaction redacted} first. */
final class RedactingOutlet implements IncidentOutlet {
  private final IncidentOutlet outlet;

  RedactingOutlet(IncidentOutlet outlet) {
    this.outlet = outlet;
  }

  @Override
  public String name() {
    return outlet.name();
  }

  @Override
  public String target() {
    return outlet.target();
  }

  @Override
  public String write(Incident incident) throws IOException, InterruptedException {
    return outlet.write(Redaction.of(incident));
  }

  @Override
  public void idle() throws IOException, InterruptedException {
    outlet.idle();
  }

  @Override
  public void reopen() {
    outlet.reopen();
  }

  @Override
  public void close() throws IOException {
    outlet.close();
  }
}
