/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CheckpointFolderTest {
  @TempDir Path folder;

  private Path checkpoint(String run, String name, long completeMillis) throws IOException {
    Path made = Files.createDirectories(folder.resolve("checkpoints").resolve(run).resolve(name));
    Path metadata = Files.write(made.resolve("_metadata"), new byte[] {1});
    Files.setLastModifiedTime(metadata, FileTime.fromMillis(completeMillis));
    return made;
  }

  private CheckpointFolder open() throws IOException {
    return new CheckpointFolder(folder.resolve("checkpoints"), folder.resolve("damaged"));
  }

  @Test
  void theNewestCompleteOneIsFirst() throws IOException {
    Path old = checkpoint("a", "chk-9", 1_000);
    Path newest = checkpoint("b", "chk-10", 2_000);
    Path second = checkpoint("b", "chk-2", 2_000);
    Files.createDirectories(folder.resolve("checkpoints/b/chk-11")); // Without _metadata.
    Files.createDirectories(folder.resolve("checkpoints/b/shared"));
    checkpoint("b", "chk-x", 9_000);
    assertEquals(
        List.of(newest, second, old).stream().map(Path::toAbsolutePath).toList(),
        open().newestFirst());
  }

  @Test
  void onlyTheLastDamagedOneIsKept() throws IOException {
    CheckpointFolder checkpoints = open();
    checkpoints.setAside(checkpoint("a", "chk-1", 1_000));
    Path kept = checkpoints.setAside(checkpoint("a", "chk-2", 2_000));
    try (var aside = Files.list(folder.resolve("damaged"))) {
      assertEquals(List.of(kept), aside.toList());
    }
    assertEquals(List.of(), checkpoints.newestFirst());
  }

  @Test
  void otherRunsAreRemoved() throws IOException {
    checkpoint("a", "chk-1", 1_000);
    Path own = checkpoint("b", "chk-1", 1_000);
    CheckpointFolder checkpoints = open();
    checkpoints.removeOthers("b");
    assertEquals(List.of(own.toAbsolutePath()), checkpoints.newestFirst());
  }

  @Test
  void foldersAreClosedToOthersAndNoLinkIsFollowed() throws IOException {
    Path open = Files.createDirectory(folder.resolve("open"));
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
    assertEquals(
        "rwx------",
        PosixFilePermissions.toString(Files.getPosixFilePermissions(PrivateFolder.make(open))));
    Path precious = Files.createDirectory(folder.resolve("precious"));
    Files.write(precious.resolve("file"), new byte[] {1});
    Path link = Files.createSymbolicLink(folder.resolve("link"), precious);
    IOException refused = assertThrows(IOException.class, () -> PrivateFolder.makeEmpty(link));
    assertTrue(refused.getMessage().contains("symbolic link"), refused.getMessage());
    Files.createSymbolicLink(open.resolve("inner"), precious);
    PrivateFolder.makeEmpty(open);
    assertTrue(Files.exists(precious.resolve("file")), "what a link points to is left alone");
  }

  @Test
  void theSecretIsMadeOnceAndReadByItsOwnerOnly() throws IOException {
    Path file = folder.resolve("seed");
    long made = HostSecret.in(file);
    assertEquals(made, HostSecret.in(file));
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    Files.write(file, new byte[] {1, 2});
    long again = HostSecret.in(file);
    assertEquals(again, HostSecret.in(file), "a damaged one is made anew");
  }
}
