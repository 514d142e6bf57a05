/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.demo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ringward.agent.control.CapabilityRow;
import io.ringward.agent.control.ControlClient;
import io.ringward.agent.control.ControlException;
import io.ringward.agent.control.EventRow;
import io.ringward.agent.control.VerdictRow;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * An agent of the demo's own: this very program, enforcing, below the demo's control group, with
 * folders and a port of its own. Ends by itself after some minutes should the demo die.
 */
final class DemoAgent implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String LONGEST = "5m";
  private static final String READY = "Learning what is usual";
  private static final long START_SECONDS = 90;

  private final Path runtimeDirectory;
  private final Process process;
  private final List<String> said = new CopyOnWriteArrayList<>();
  private final List<JsonNode> incidents = new CopyOnWriteArrayList<>();

  private DemoAgent(Path runtimeDirectory, Process process) {
    this.runtimeDirectory = runtimeDirectory;
    this.process = process;
    copy("demo-agent-says", process.errorReader(), said::add);
    copy("demo-incidents", process.inputReader(), this::takeIncident);
  }

  /** Starts it and returns at once. */
  static DemoAgent start(Workspace workspace, Path rules) throws DemoException {
    Path runtime = workspace.folder().resolve("run");
    Path configuration = workspace.resource("ringward.yaml");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(
        List.of(
            "io.ringward.agent.Main",
            "up",
            "--config",
            configuration.toString(),
            "--cgroup",
            workspace.group().toString(),
            "--runtime-directory",
            runtime.toString(),
            "--state-directory",
            workspace.folder().resolve("state").toString(),
            "--metrics-address",
            "127.0.0.1:0",
            "--no-starter-rules",
            "--rules",
            rules.toString(),
            "--json",
            "--for",
            LONGEST));
    try {
      return new DemoAgent(runtime, new ProcessBuilder(command).start());
    } catch (IOException e) {
      throw new DemoException("the agent cannot be started: " + e, e);
    }
  }

  /** Takes the lines of a stream. */
  @FunctionalInterface
  private interface Lines {
    void take(String line);
  }

  private static void copy(String name, BufferedReader from, Lines to) {
    Thread.ofPlatform()
        .daemon()
        .name(name)
        .start(() -> {
          try (from) {
            from.lines().forEach(to::take);
          } catch (IOException | UncheckedIOException e) {
            // It has ended.
          }
        });
  }

  private void takeIncident(String line) {
    try {
      incidents.add(JSON.readTree(line));
    } catch (JsonProcessingException e) {
      said.add("this is no incident: " + line);
    }
  }

  long pid() {
    return process.pid();
  }

  /** Processes that it has started and that live, at any depth. */
  List<Long> children() {
    return process.descendants().map(ProcessHandle::pid).toList();
  }

  /** Waits until the loop runs. */
  void awaitReady() throws DemoException, InterruptedException {
    await(
        START_SECONDS,
        "the agent did not start",
        () -> said.stream().anyMatch(line -> line.contains(READY)));
  }

  /** What it said of itself when it was up, by the first word of the line; "" when nothing. */
  String banner(String label) {
    return said.stream()
        .map(String::strip)
        .filter(line -> line.startsWith(label + " "))
        .findFirst()
        .map(line -> line.substring(label.length()).strip())
        .orElse("");
  }

  /** What it said in its log of a verdict, the latest; "" when nothing. */
  String saidOf(String verdictId) {
    String start = "verdict " + verdictId;
    return said.reversed().stream()
        .filter(line -> line.contains(start))
        .findFirst()
        .map(line -> line.substring(line.indexOf(start)))
        .orElse("");
  }

  /** Something that may be so by now. */
  @FunctionalInterface
  interface Condition {
    boolean holds() throws DemoException;
  }

  /**
   * Waits until something is so, while the agent lives.
   *
   * @return whether it came to be so
   */
  boolean within(long seconds, Condition condition) throws DemoException, InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    while (!condition.holds()) {
      if (!process.isAlive()) {
        throw new DemoException("the agent has ended:\n" + String.join("\n", said));
      }
      if (System.nanoTime() - deadline > 0) {
        return false;
      }
      Thread.sleep(10);
    }
    return true;
  }

  private void await(long seconds, String failure, Condition condition)
      throws DemoException, InterruptedException {
    if (!within(seconds, condition)) {
      throw new DemoException(failure + ":\n" + String.join("\n", said));
    }
  }

  /** The latest incident of a kind, if it has come. */
  Optional<JsonNode> latest(Predicate<JsonNode> which) {
    return incidents.reversed().stream().filter(which).findFirst();
  }

  /** The first incident of a kind within some seconds. */
  Optional<JsonNode> awaitIncident(long seconds, Predicate<JsonNode> which)
      throws DemoException, InterruptedException {
    return within(seconds, () -> incidents.stream().anyMatch(which))
        ? incidents.stream().filter(which).findFirst()
        : Optional.empty();
  }

  /** Waits in the background for the first event that a condition holds for. */
  CompletableFuture<EventRow> firstEvent(String where) throws DemoException {
    ControlClient client = ask(() -> ControlClient.connect(runtimeDirectory));
    CompletableFuture<EventRow> first = new CompletableFuture<>();
    ask(() -> {
      client.listen(where);
      return null;
    });
    Thread.ofPlatform()
        .daemon()
        .name("demo-events")
        .start(() -> {
          try (client) {
            List<EventRow> events = List.of();
            while (events.isEmpty() && !first.isDone()) {
              events = client.nextEvents().events();
            }
            if (!events.isEmpty()) {
              first.complete(events.getFirst());
            }
          } catch (ControlException e) {
            first.completeExceptionally(e);
          }
        });
    return first;
  }

  /** The rung in force for a capability; empty when there is none. */
  Optional<String> rung(String capability) throws DemoException {
    return call(ControlClient::capabilities).stream()
        .filter(row -> row.capability().equals(capability) && !row.level().equals("none"))
        .map(CapabilityRow::rung)
        .findFirst();
  }

  /** The verdict in force under an id. */
  Optional<VerdictRow> verdict(String id) throws DemoException {
    return call(ControlClient::verdicts).stream().filter(row -> row.id().equals(id)).findFirst();
  }

  /** Ends the verdicts on one process. */
  List<VerdictRow> release(long pid) throws DemoException {
    List<VerdictRow> released = new ArrayList<>();
    for (VerdictRow row : call(ControlClient::verdicts)) {
      if (row.subject().startsWith("process " + pid + "@")) {
        try {
          released.add(call(client -> client.release(row.id())));
        } catch (DemoException e) {
          if (verdict(row.id()).isPresent()) {
            throw e; // Else it had ended by itself in between.
          }
        }
      }
    }
    return released;
  }

  /** The page of its metrics. */
  MetricsReading metrics() throws DemoException {
    return MetricsReading.of(banner("metrics"));
  }

  @FunctionalInterface
  private interface Call<T> {
    T on(ControlClient client) throws ControlException;
  }

  @FunctionalInterface
  private interface Question<T> {
    T ask() throws ControlException;
  }

  private <T> T call(Call<T> call) throws DemoException {
    return ask(() -> {
      try (ControlClient client = ControlClient.connect(runtimeDirectory)) {
        return call.on(client);
      }
    });
  }

  private static <T> T ask(Question<T> question) throws DemoException {
    try {
      return question.ask();
    } catch (ControlException e) {
      throw new DemoException("the agent refused: " + e.getMessage(), e);
    }
  }

  /** Asks for an orderly end, and ends it after a while. Idempotent. */
  @Override
  public void close() {
    process.toHandle().destroy();
    boolean interrupted = false;
    try {
      if (!process.waitFor(30, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      interrupted = true;
    }
    if (interrupted) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
