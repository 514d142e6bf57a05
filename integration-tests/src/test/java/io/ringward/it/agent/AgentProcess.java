/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.it.agent;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * {@code ringward up} as a child process, with directories and a metrics port of its own, so that
 * several may run beside each other and beside one that guards the machine.
 *
 * <p>Closing kills it if it still runs. Not thread-safe.
 */
public final class AgentProcess implements AutoCloseable {
  /** How long anything may take on a busy machine before a test gives up. */
  static final long PATIENCE_SECONDS = 120;

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern METRICS = Pattern.compile("metrics +(http://\\S+)");
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private final Path folder;
  private final Process process;
  private final List<String> said = new CopyOnWriteArrayList<>();
  private final List<String> incidents = new CopyOnWriteArrayList<>();
  private final List<Thread> readers = new ArrayList<>();

  private AgentProcess(Path folder, Process process) {
    this.folder = folder;
    this.process = process;
    readers.add(Thread.ofPlatform().daemon().start(() -> copy(process.errorReader(), said)));
    readers.add(Thread.ofPlatform().daemon().start(() -> copy(process.inputReader(), incidents)));
  }

  /**
   * Starts it and returns at once.
   *
   * @param folder for its state and its socket; used again by a restart
   * @param flags beside the directories and the port
   */
  public static AgentProcess begin(Path folder, String... flags) {
    List<String> command = command("up");
    command.addAll(
        List.of(
            "--runtime-directory", folder.resolve("run").toString(),
            "--state-directory", folder.resolve("state").toString(),
            "--metrics-address", "127.0.0.1:0"));
    command.addAll(List.of(flags));
    try {
      return new AgentProcess(folder, new ProcessBuilder(command).start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Starts it and waits until the loop runs. */
  public static AgentProcess start(Path folder, String... flags) {
    AgentProcess agent = begin(folder, flags);
    try {
      agent.awaitSaid("Learning what is usual");
      return agent;
    } catch (RuntimeException | Error e) {
      agent.close();
      throw e;
    }
  }

  // The jars that the launcher runs, not the class folders of this build.
  private static List<String> command(String... arguments) {
    Path jars = Path.of("../agent/target/ringward/lib").toAbsolutePath().normalize();
    assertTrue(Files.isDirectory(jars), jars + " is missing: build the agent first (mvn package)");
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx160m",
                "-cp",
                jars + "/*",
                "io.ringward.agent.Main"));
    command.addAll(List.of(arguments));
    return command;
  }

  private static void copy(BufferedReader from, List<String> to) {
    try (from) {
      from.lines().forEach(to::add);
    } catch (IOException | UncheckedIOException e) {
      to.add("(the stream broke: " + e.getMessage() + ")");
    }
  }

  /**
   * How a command ended.
   *
   * @param out standard output
   * @param err standard error
   */
  public record Result(int exitCode, String out, String err) {}

  /** Runs another command of the same program against this agent and waits for its end. */
  public Result run(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--runtime-directory", folder.resolve("run").toString()));
    return runAnywhere(all.toArray(String[]::new));
  }

  /** A command as a shell takes it. */
  static String commandLine(String... arguments) {
    return command(arguments).stream()
        .map(word -> "'" + word.replace("'", "'\\''") + "'")
        .collect(Collectors.joining(" "));
  }

  /** Begins a command as it is, its output and errors as one stream. */
  static Process beginAnywhere(String... arguments) {
    try {
      return new ProcessBuilder(command(arguments)).redirectErrorStream(true).start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Runs a command as it is. */
  public static Result runAnywhere(String... arguments) {
    try {
      Process command = new ProcessBuilder(command(arguments)).start();
      List<String> err = new CopyOnWriteArrayList<>();
      Thread reader = Thread.ofPlatform().start(() -> copy(command.errorReader(), err));
      String out = new String(command.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      int exitCode = command.waitFor();
      reader.join();
      return new Result(exitCode, out, String.join("\n", err));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Runs a command that has to succeed, and gives its output. */
  public String runWell(String... arguments) {
    Result result = run(arguments);
    assertTrue(result.exitCode() == 0, () -> result + "\n" + whatItSaid());
    return result.out();
  }

  /** Its process id. */
  public long pid() {
    return process.pid();
  }

  /** Where its state is. */
  public Path stateDirectory() {
    return folder.resolve("state");
  }

  /** Its control socket. */
  public Path socket() {
    return folder.resolve("run/control.sock");
  }

  /** Standard error so far. */
  public String whatItSaid() {
    return String.join("\n", said);
  }

  /** Waits until it has said something on standard error. */
  public void awaitSaid(String part) {
    await("'" + part + "'", () -> said.stream().anyMatch(line -> line.contains(part)));
  }

  /** Incidents so far: one for each line of standard output. */
  public List<JsonNode> incidents() {
    return incidents.stream().map(AgentProcess::parse).collect(Collectors.toList());
  }

  /** Waits for an incident. */
  public JsonNode awaitIncident(Predicate<JsonNode> which) {
    await("an incident", () -> incidents().stream().anyMatch(which));
    return incidents().stream().filter(which).findFirst().orElseThrow();
  }

  static JsonNode parse(String line) {
    try {
      return JSON.readTree(line);
    } catch (IOException e) {
      throw new UncheckedIOException("this is not JSON: " + line, e);
    }
  }

  /** The address of the metrics page. */
  public URI metricsPage() {
    for (String line : said) {
      Matcher matcher = METRICS.matcher(line);
      if (matcher.find()) {
        return URI.create(matcher.group(1));
      }
    }
    throw new AssertionError("it did not say where its metrics are:\n" + whatItSaid());
  }

  /** The metrics page as it is now. */
  public String metrics() {
    try {
      return HTTP.send(
              HttpRequest.newBuilder(metricsPage()).build(), HttpResponse.BodyHandlers.ofString())
          .body();
    } catch (IOException e) {
      throw new UncheckedIOException(whatItSaid(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /**
   * A sample of the metrics page now.
   *
   * @param series its name with labels, as on the page: {@code x_total{hook="exec",}}
   */
  public Optional<Double> metric(String series) {
    return metrics()
        .lines()
        .filter(line -> line.startsWith(series + " "))
        .map(line -> Double.valueOf(line.substring(series.length() + 1)))
        .findFirst();
  }

  /** Asks for an orderly end and waits for it. */
  public int terminate() {
    // Not Process.destroy: that closes the streams, and what it says at its end is wanted.
    signal("TERM");
    return awaitEnd();
  }

  /** Kills it (SIGKILL) and waits until it is gone. */
  public void kill() {
    process.destroyForcibly();
    awaitEnd();
  }

  /** Sends it a signal by name. */
  public void signal(String name) {
    try {
      int exitCode =
          new ProcessBuilder("/bin/kill", "-" + name, Long.toString(pid())).start().waitFor();
      assertTrue(exitCode == 0, "kill -" + name);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits for its end. */
  public int awaitEnd() {
    try {
      assertTrue(
          process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS),
          () -> "it did not end:\n" + whatItSaid());
      for (Thread reader : readers) {
        reader.join();
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Something that may be so by now. */
  @FunctionalInterface
  interface Condition {
    boolean holds();
  }

  /** Waits until something is so, while the agent lives. */
  void await(String what, Condition condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!condition.holds()) {
      if (!process.isAlive() && !condition.holds()) {
        throw new AssertionError(
            "the agent ended with "
                + process.exitValue()
                + " before "
                + what
                + ":\n"
                + whatItSaid());
      }
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError("there was no " + what + ":\n" + whatItSaid());
      }
      try {
        Thread.sleep(50);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }
  }

  @Override
  public void close() {
    if (process.isAlive()) {
      kill();
    }
  }
}
