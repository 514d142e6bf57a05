/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.demo;

import com.fasterxml.jackson.databind.JsonNode;
import io.ringward.agent.control.EventRow;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** A rule in Falco's language, with our key {@code action: block}. */
final class RuleAct implements Act {
  private final int port;

  /**
   * @param port that the rule forbids
   */
  RuleAct(int port) {
    this.port = port;
  }

  @Override
  public String title() {
    return "A rule that blocks";
  }

  @Override
  public boolean play(Stage stage) throws DemoException, InterruptedException {
    Workspace workspace = stage.workspace();
    DemoAgent agent = stage.agent();
    Story story = stage.story();
    story.fact(
        "rule",
        "evt.type = connect and proc.name = courier and fd.rport = " + port + ", action: block");
    Actor courier =
        stage
            .cast()
            .add(
                workspace.program("courier"),
                workspace.resource("courier.bash"),
                List.of(workspace.group()),
                Integer.toString(port));
    CompletableFuture<EventRow> event =
        agent.firstEvent("evt.type = connect and proc.pid = " + courier.pid());
    MetricsReading before = agent.metrics();
    courier.begin();
    story.fact(
        "process",
        "courier (pid "
            + courier.pid()
            + ") connects to 127.0.0.1:"
            + port
            + " and to the port after it");
    stage.kernelSaw(event);
    Optional<JsonNode> incident =
        agent.awaitIncident(Stage.PATIENCE_SECONDS, one -> isBlocked(one, courier));
    if (incident.isEmpty()) {
      story.end(false, "the rule did not match; the process saw: " + courier.answers());
      courier.close();
      return false;
    }
    stage.found(new IncidentFacts(incident.get()));
    stage.latency(before);
    boolean blocked = agent.within(Stage.PATIENCE_SECONDS, () -> courier.count(Actor.BLOCKED) > 0);
    story.fact(
        "process", "sees: " + courier.answers() + (blocked ? "  (EPERM)" : ""), Story.Paint.BAD);
    boolean asTold = blocked && Releases.release(stage, courier);
    courier.close();
    story.end(asTold, asTold ? "matched, blocked, released" : "the block had no effect, or no end");
    return asTold;
  }

  private static boolean isBlocked(JsonNode incident, Actor courier) {
    IncidentFacts facts = new IncidentFacts(incident);
    return facts.pid() == courier.pid() && facts.action().equals("block");
  }
}
