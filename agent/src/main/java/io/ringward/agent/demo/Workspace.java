/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.demo;

import io.ringward.bpf.Cgroup2Mount;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/**
 * Where the demo lives: a folder, a control group in the version 2 hierarchy, and beside it one in
 * each version 1 hierarchy of a controller that could slow a fork storm down. Closing removes all.
 */
final class Workspace implements AutoCloseable {
  private static final Path BASH = Path.of("/bin/bash");
  private static final List<String> VERSION_1 = List.of("cpu", "pids");

  private final Path folder;
  private final Path group;
  private final List<Path> removedLast = new ArrayList<>();
  private final List<Path> stormGroups = new ArrayList<>();

  private Workspace(Path folder, Path group) {
    this.folder = folder;
    this.group = group;
  }

  /**
   * Makes everything.
   *
   * @throws DemoException when it cannot; nothing is left then
   */
  static Workspace make() throws DemoException {
    if (!Files.isExecutable(BASH)) {
      throw new DemoException("the demo's programs are copies of " + BASH + ": install bash");
    }
    Path mount =
        Cgroup2Mount.find()
            .orElseThrow(() -> new DemoException("no cgroup2 file system is mounted"))
            .path();
    String name = "ringward-demo-" + ProcessHandle.current().pid();
    Path folder;
    try {
      folder =
          Files.createDirectory(
              Path.of(System.getProperty("java.io.tmpdir"), name),
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } catch (IOException e) {
      throw new DemoException("no folder can be made in the temporary folder: " + e, e);
    }
    Workspace workspace = new Workspace(folder, mount.resolve(name));
    try {
      workspace.makeGroups(name);
      return workspace;
    } catch (IOException e) {
      workspace.close();
      throw new DemoException("no control group can be made below " + mount + ": " + e, e);
    }
  }

  private void makeGroups(String name) throws IOException {
    makeGroup(group);
    Path storm = group.resolve("storm");
    makeGroup(storm);
    stormGroups.add(storm);
    for (String line : Files.readAllLines(Path.of("/proc/self/mounts"))) {
      String[] fields = line.split(" ", -1);
      if (fields[2].equals("cgroup")) {
        List<String> options = List.of(fields[3].split(",", -1));
        if (VERSION_1.stream().anyMatch(options::contains)) {
          Path own = Path.of(fields[1]).resolve(name);
          makeGroup(own);
          stormGroups.add(own);
        }
      }
    }
  }

  private void makeGroup(Path path) throws IOException {
    Files.createDirectory(path);
    removedLast.addFirst(path);
  }

  Path folder() {
    return folder;
  }

  /** The version 2 control group of everything that misbehaves. */
  Path group() {
    return group;
  }

  /** The control groups of the fork storm, one in each hierarchy, which it has to itself. */
  List<Path> stormGroups() {
    return List.copyOf(stormGroups);
  }

  /** All control groups, children first. */
  List<Path> groups() {
    return List.copyOf(removedLast);
  }

  /**
   * Makes a program: a copy of bash under a name, so that it is a file of its own with a past of
   * its own.
   */
  Path program(String name) throws DemoException {
    Path program = folder.resolve(name);
    try {
      Files.copy(BASH, program, StandardCopyOption.COPY_ATTRIBUTES);
    } catch (IOException e) {
      throw new DemoException("cannot copy " + BASH + ": " + e, e);
    }
    return program;
  }

  /** Writes one of the demo's own files. */
  Path resource(String name) throws DemoException {
    return resource(name, "\0", "");
  }

  /** Writes one of the demo's own files, with its marks replaced. */
  Path resource(String name, String mark, String replacement) throws DemoException {
    try (InputStream in = Workspace.class.getResourceAsStream(name)) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return Files.writeString(folder.resolve(name), text.replace(mark, replacement));
    } catch (IOException e) {
      throw new DemoException("cannot write in " + folder + ": " + e, e);
    }
  }

  /** Kills who is still in the groups, and removes groups and folder. Idempotent. */
  @Override
  public void close() {
    for (Path each : removedLast) {
      remove(each);
    }
    try {
      if (Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
        Files.walkFileTree(folder, new Removal());
      }
    } catch (IOException e) {
      // What is left is found and said by the look at what was left behind.
    }
  }

  // The kernel lets a group go when the last of its processes has been reaped.
  private static void remove(Path group) {
    for (int attempt = 0; attempt < 100 && Files.exists(group); attempt++) {
      try {
        Files.deleteIfExists(group);
      } catch (IOException e) {
        killAll(group);
        try {
          Thread.sleep(30);
        } catch (InterruptedException interrupted) {
          Thread.currentThread().interrupt();
        }
      }
    }
  }

  private static void killAll(Path group) {
    try {
      for (String pid : Files.readAllLines(group.resolve("cgroup.procs"))) {
        ProcessHandle.of(Long.parseLong(pid)).ifPresent(ProcessHandle::destroyForcibly);
      }
    } catch (IOException e) {
      // The group went away, which is what is wanted.
    }
  }

  private static final class Removal extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      Files.delete(file);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path folder, IOException failure) throws IOException {
      Files.delete(folder);
      return FileVisitResult.CONTINUE;
    }
  }
}
