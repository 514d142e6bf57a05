/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.demo;

import com.fasterxml.jackson.databind.JsonNode;
import io.ringward.agent.control.EventRow;
import io.ringward.agent.control.VerdictRow;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Forks as fast as it can: seen within a second, and slowed by whatever this kernel has for it. */
final class StormAct implements Act {
  private static final String STORM = "fork-storm";
  private static final long MEASURED_MILLIS = 2000;

  @Override
  public String title() {
    return "A fork storm, bounded";
  }

  @Override
  public boolean play(Stage stage) throws DemoException, InterruptedException {
    Workspace workspace = stage.workspace();
    DemoAgent agent = stage.agent();
    Story story = stage.story();
    Optional<String> rung = agent.rung("throttle_fork");
    Actor storm =
        stage
            .cast()
            .add(
                workspace.program("storm"),
                workspace.resource("storm.bash"),
                workspace.stormGroups());
    CompletableFuture<EventRow> event =
        agent.firstEvent("evt.type = clone and proc.pid = " + storm.pid());
    MetricsReading before = agent.metrics();
    storm.begin();
    long started = System.nanoTime();
    story.fact(
        "process",
        "storm (pid "
            + storm.pid()
            + ") makes children that do nothing, 50 at once, 20,000 at most");
    stage.kernelSaw(event);
    Optional<JsonNode> incident =
        agent.awaitIncident(Stage.PATIENCE_SECONDS, one -> isStorm(one, storm));
    double until = (System.nanoTime() - started) / 1e9;
    if (incident.isEmpty()) {
      story.end(
          false,
          "the storm was not seen: it made "
              + storm.forks()
              + " children, and what counts as one is 512 within a second");
      storm.close();
      return false;
    }
    long forksBefore = storm.forks();
    stage.found(new IncidentFacts(incident.get()));
    stage.latency(before);
    Thread.sleep(MEASURED_MILLIS);
    boolean alive = storm.isAlive();
    long rateBefore = Math.round(forksBefore / until);
    long rateAfter = Math.round((storm.forks() - forksBefore) * 1000.0 / MEASURED_MILLIS);
    boolean refused = storm.count(Actor.THROTTLED) > 0;
    story.fact(
        "process",
        "made "
            + rateBefore
            + " children a second, makes "
            + rateAfter
            + " now"
            + (refused ? "; sees: fork: " + Actor.THROTTLED + " (EAGAIN)" : ""),
        refused || rateAfter < rateBefore / 2 ? Story.Paint.BAD : Story.Paint.PLAIN);
    story.fact(
        "rung",
        rung.map(StormAct::rungText)
            .orElse(
                "this kernel has no rung that refuses fork (ringward doctor says what would lift"
                    + " that): what a verdict covers here is what the outcome says"));
    String done = agent.saidOf(new IncidentFacts(incident.get()).verdictId());
    if (!done.isEmpty()) {
      story.fact("log", done);
    }
    boolean slowed = refused || rateAfter < rateBefore / 2 || !alive;
    boolean asTold = rung.isEmpty() || slowed;
    List<VerdictRow> released = agent.release(storm.pid());
    released.forEach(row -> story.fact("release", "ringward verdicts release " + row.id()));
    storm.close();
    asTold &= !released.isEmpty() || !alive;
    story.end(
        asTold,
        asTold
            ? "seen, judged, " + (rung.isPresent() ? "throttled, " : "") + "released, ended"
            : "the verdict had no effect although its rung is in force");
    return asTold;
  }

  private static String rungText(String name) {
    return name.contains("controllers")
        ? "no hook can refuse a fork here, so the controllers of the storm's own cgroup starve it ("
            + name
            + ")"
        : "forks are throttled here by " + name;
  }

  private static boolean isStorm(JsonNode incident, Actor storm) {
    IncidentFacts facts = new IncidentFacts(incident);
    return facts.pid() == storm.pid()
        && facts.detector().equals(STORM)
        && facts.action().equals("throttle");
  }
}
