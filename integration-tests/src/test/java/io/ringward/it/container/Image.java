/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.it.container;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The image, built by {@code deploy/container/build} in a store of its own; closing removes all of
 * it.
 */
final class Image implements AutoCloseable {
  private static final String NAME = "localhost/ringward-it";

  private final Path home;
  private final String container;
  private final Path root;

  private Image(Path home, String container, Path root) {
    this.home = home;
    this.container = container;
    this.root = root;
  }

  /**
   * Builds it and unpacks one container of it.
   *
   * @param home an empty folder for the store
   */
  static Image build(Path home) throws IOException, InterruptedException {
    Path project = Path.of(System.getProperty("user.dir")).resolve("..").normalize();
    ProcessBuilder build =
        new ProcessBuilder(project.resolve("deploy/container/build").toString(), NAME);
    build.environment().put("BUILDAH_OPTIONS", String.join(" ", store(home)));
    build
        .environment()
        .put("RINGWARD_JARS", project.resolve("agent/target/ringward/lib").toString());
    build.environment().put("JAVA_HOME", System.getProperty("java.home"));
    run(build);
    String container = run(buildah(home, "from", "--pull-never", NAME)).strip();
    Path root = Path.of(run(buildah(home, "mount", container)).strip());
    return new Image(home, container, root);
  }

  /** The file tree of the container. */
  Path root() {
    return root;
  }

  private static List<String> store(Path home) {
    return List.of(
        "--root", home.resolve("store").toString(),
        "--runroot", home.resolve("run").toString(),
        "--storage-driver", "vfs"); // overlay may not be had on an overlay
  }

  private static ProcessBuilder buildah(Path home, String... arguments) {
    return new ProcessBuilder(
        Stream.of(Stream.of("buildah"), store(home).stream(), Stream.of(arguments))
            .flatMap(part -> part)
            .toList());
  }

  private static String run(ProcessBuilder command) throws IOException, InterruptedException {
    Path said = Files.createTempFile("ringward-image", ".log");
    try {
      Process process = command.redirectError(said.toFile()).start();
      process.getOutputStream().close();
      String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertEquals(
          0, process.waitFor(), () -> command.command() + ": " + out + readOrNothing(said));
      return out;
    } finally {
      Files.delete(said);
    }
  }

  private static String readOrNothing(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return "";
    }
  }

  @Override
  public void close() throws IOException, InterruptedException {
    run(buildah(home, "umount", container));
    run(buildah(home, "rm", container));
    run(buildah(home, "rmi", NAME));
  }
}
