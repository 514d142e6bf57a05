/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The checkpoints on disk. Flink writes those of a run into {@code RUN/chk-N}, and leaves it to its
 * user to find one again: a checkpoint is complete once it has its {@code _metadata}.
 *
 * <p>Every start is a run of its own, so numbers of two starts never meet. The runs before are
 * removed when the present one has a checkpoint itself.
 */
public final class CheckpointFolder {
  private static final Pattern CHECKPOINT = Pattern.compile("chk-(\\d{1,18})");
  private static final String METADATA = "_metadata";

  private final Path folder;
  private final Path asideFolder;

  private record Found(Path path, FileTime complete, long number) {}

  /**
   * @param folder holds the runs
   * @param asideFolder takes a checkpoint that could not be read; only the latest is kept
   */
  public CheckpointFolder(Path folder, Path asideFolder) throws IOException {
    this.folder = PrivateFolder.make(folder);
    this.asideFolder = asideFolder;
  }

  /** Where Flink writes. */
  public Path folder() {
    return folder;
  }

  /** All complete checkpoints, the newest first. */
  public List<Path> newestFirst() throws IOException {
    List<Found> found = new ArrayList<>();
    for (Path run : entries(folder)) {
      if (Files.isDirectory(run)) {
        for (Path checkpoint : entries(run)) {
          find(checkpoint, found);
        }
      }
    }
    found.sort(Comparator.comparing(Found::complete).thenComparing(Found::number).reversed());
    return found.stream().map(Found::path).toList();
  }

  private static void find(Path checkpoint, List<Found> found) throws IOException {
    var name = CHECKPOINT.matcher(checkpoint.getFileName().toString());
    if (!name.matches()) {
      return;
    }
    try {
      FileTime complete = Files.getLastModifiedTime(checkpoint.resolve(METADATA));
      found.add(new Found(checkpoint, complete, Long.parseLong(name.group(1))));
    } catch (NoSuchFileException e) {
      // Not complete: the process ended while it was written.
    }
  }

  /**
   * Takes a checkpoint that could not be read out of the way.
   *
   * @return where it is now
   */
  public Path setAside(Path checkpoint) throws IOException {
    Path aside = PrivateFolder.makeEmpty(asideFolder);
    String run = checkpoint.getParent().getFileName().toString();
    Path target = aside.resolve(run + "-" + checkpoint.getFileName());
    return Files.move(checkpoint, target, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Removes the checkpoints of all runs but one. */
  public void removeOthers(String run) throws IOException {
    for (Path other : entries(folder)) {
      if (!other.getFileName().toString().equals(run)) {
        PrivateFolder.remove(other);
      }
    }
  }

  private static List<Path> entries(Path folder) throws IOException {
    List<Path> entries = new ArrayList<>();
    try (var stream = Files.newDirectoryStream(folder)) {
      stream.forEach(entries::add);
    }
    return entries;
  }
}
