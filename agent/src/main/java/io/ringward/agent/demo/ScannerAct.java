/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.demo;

import com.fasterxml.jackson.databind.JsonNode;
import io.ringward.agent.control.EventRow;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Knocks at port after port: a burst is seen, throttled, and, as it goes on, blocked. */
final class ScannerAct implements Act {
  private static final String SCAN = "port-scan";

  @Override
  public String title() {
    return "A port scanner: throttled, and blocked when it goes on";
  }

  @Override
  public boolean play(Stage stage) throws DemoException, InterruptedException {
    Workspace workspace = stage.workspace();
    DemoAgent agent = stage.agent();
    Story story = stage.story();
    int port = FreePorts.below(130);
    Actor scanner =
        stage
            .cast()
            .add(
                workspace.program("scanner"),
                workspace.resource("scanner.bash"),
                List.of(workspace.group()),
                Integer.toString(port));
    CompletableFuture<EventRow> event =
        agent.firstEvent("evt.type = connect and proc.pid = " + scanner.pid());
    MetricsReading before = agent.metrics();
    scanner.begin();
    story.fact(
        "process",
        "scanner (pid "
            + scanner.pid()
            + ") knocks at 127.0.0.1:"
            + port
            + " to "
            + (port + 129)
            + ", where nobody listens, some 200 times a second");
    stage.kernelSaw(event);
    Optional<JsonNode> incident =
        agent.awaitIncident(
            Stage.PATIENCE_SECONDS, one -> isScan(one, scanner) && has(one, "throttle"));
    if (incident.isEmpty()) {
      return failed(story, "the scan was not seen, or not throttled", scanner);
    }
    stage.found(new IncidentFacts(incident.get()));
    stage.latency(before);
    if (!agent.within(Stage.PATIENCE_SECONDS, () -> scanner.count(Actor.THROTTLED) > 0)) {
      return failed(story, "the scanner was never refused", scanner);
    }
    story.fact("process", "sees: " + scanner.answers() + "  (EAGAIN: try again)", Story.Paint.BAD);
    Optional<JsonNode> block =
        agent.awaitIncident(
            Stage.PATIENCE_SECONDS, one -> isScan(one, scanner) && has(one, "block"));
    if (block.isEmpty()) {
      return failed(story, "it went on and was not blocked", scanner);
    }
    story.fact(
        "ladder",
        "it goes on, three strikes: " + new IncidentFacts(block.get()).verdict(),
        Story.Paint.BAD);
    if (!agent.within(Stage.PATIENCE_SECONDS, () -> scanner.count(Actor.BLOCKED) > 0)) {
      return failed(story, "the scanner was never blocked", scanner);
    }
    story.fact("process", "sees: " + scanner.answers() + "  (EPERM)", Story.Paint.BAD);
    boolean released = Releases.release(stage, scanner);
    scanner.close();
    story.end(released, released ? "seen, throttled, blocked, released" : "it was not released");
    return released;
  }

  private static boolean isScan(JsonNode incident, Actor scanner) {
    IncidentFacts facts = new IncidentFacts(incident);
    return facts.pid() == scanner.pid() && facts.detector().equals(SCAN);
  }

  private static boolean has(JsonNode incident, String action) {
    return new IncidentFacts(incident).action().equals(action);
  }

  private static boolean failed(Story story, String why, Actor scanner) {
    story.end(false, why + "; it saw: " + scanner.answers());
    scanner.close();
    return false;
  }
}
