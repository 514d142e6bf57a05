/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.demo;

import com.fasterxml.jackson.databind.JsonNode;
import io.ringward.agent.control.EventRow;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A program with a past does what it never did. Its past is made in the demo: a model needs 256
 * seconds of a program's life, summed over its processes, so 32 processes of one program live for
 * some ten seconds. Nothing of the model is changed for that.
 */
final class StrangerAct implements Act {
  private static final int WORKERS = 32;
  private static final long LEARN_SECONDS = 180;
  private static final String MODEL = "program-model";

  private final List<Actor> workers = new ArrayList<>();
  private long startedNanos;
  private int modelsBefore;

  /** Lets the past begin, while other acts are played. */
  void begin(Stage stage) throws DemoException, InterruptedException {
    Workspace workspace = stage.workspace();
    Path program = workspace.program("ledger");
    Path script = workspace.resource("ledger.bash");
    String port = Integer.toString(FreePorts.below(400) + 300);
    for (int i = 0; i < WORKERS; i++) {
      workers.add(stage.cast().add(program, script, List.of(workspace.group()), port));
    }
    startedNanos = System.nanoTime();
    modelsBefore = stage.agent().metrics().models();
    for (Actor worker : workers) {
      worker.begin();
    }
  }

  @Override
  public String title() {
    return "A program that behaves unlike its own past";
  }

  @Override
  public boolean play(Stage stage) throws DemoException, InterruptedException {
    DemoAgent agent = stage.agent();
    Story story = stage.story();
    story.fact(
        "past",
        WORKERS
            + " processes of one program, ledger, have lived a steady life since the demo began:"
            + " one peer, some three connections a second, now and then a child");
    boolean learned = agent.within(LEARN_SECONDS, () -> agent.metrics().models() > modelsBefore);
    long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - startedNanos);
    if (!learned) {
      story.end(false, "there was no model after " + seconds + " s");
      return false;
    }
    story.fact(
        "model", "an isolation forest and norms of 256 seconds of ledger's life, learned here");
    Actor odd = workers.getLast();
    CompletableFuture<EventRow> event =
        agent.firstEvent("evt.type = connect and proc.pid = " + odd.pid());
    MetricsReading before = agent.metrics();
    odd.tell("odd");
    story.fact(
        "process",
        "one of them (pid "
            + odd.pid()
            + ") asks 20 other ports and starts children, every second");
    stage.kernelSaw(event);
    Optional<JsonNode> incident =
        agent.awaitIncident(Stage.PATIENCE_SECONDS, one -> isOdd(one, odd));
    if (incident.isEmpty()) {
      story.end(false, "the model found nothing; the process saw: " + odd.answers());
      return false;
    }
    IncidentFacts facts = new IncidentFacts(incident.get());
    stage.found(facts);
    stage.latency(before);
    boolean asTold = true;
    if (facts.action().equals("throttle")) {
      asTold = agent.within(Stage.PATIENCE_SECONDS, () -> odd.count(Actor.THROTTLED) > 0);
      story.fact(
          "process", "sees: " + odd.answers() + (asTold ? "  (EAGAIN)" : ""), Story.Paint.BAD);
    } else {
      story.fact("process", "is watched, and not refused anything", Story.Paint.NOTE);
    }
    asTold &= !agent.release(odd.pid()).isEmpty();
    story.fact("release", "ringward verdicts release " + facts.verdictId());
    workers.forEach(Actor::close);
    story.end(asTold, asTold ? "learned, found, explained, released" : "the verdict had no effect");
    return asTold;
  }

  private static boolean isOdd(JsonNode incident, Actor odd) {
    IncidentFacts facts = new IncidentFacts(incident);
    return facts.pid() == odd.pid()
        && facts.detector().equals(MODEL)
        && facts.features() > 0
        && !facts.action().isEmpty();
  }
}
