/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import io.ringward.kernel.FileOperation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does to a file of its own, in a folder of its own, each thing that a sensor of files looks at,
 * and looks whether the sensors ran. A mount is not tried: it would change the machine.
 */
final class FileTrial {
  private static final Logger LOG = LoggerFactory.getLogger(FileTrial.class);

  private FileTrial() {}

  /** One operation, in the folder. */
  @FunctionalInterface
  private interface Step {
    void in(Path folder) throws IOException;
  }

  private record Tried(FileOperation operation, Step step) {}

  private static final List<Tried> STEPS =
      List.of(
          new Tried(FileOperation.OPEN, folder -> Files.createFile(folder.resolve("a")).toFile()),
          new Tried(
              FileOperation.CHMOD,
              folder ->
                  Files.setPosixFilePermissions(
                      folder.resolve("a"), Files.getPosixFilePermissions(folder))),
          new Tried(
              FileOperation.CHOWN,
              folder -> Files.setOwner(folder.resolve("a"), Files.getOwner(folder))),
          new Tried(FileOperation.SETXATTR, FileTrial::setAttribute),
          new Tried(
              FileOperation.LINK,
              folder -> Files.createLink(folder.resolve("b"), folder.resolve("a"))),
          new Tried(
              FileOperation.SYMLINK,
              folder -> Files.createSymbolicLink(folder.resolve("c"), Path.of("a"))),
          new Tried(
              FileOperation.RENAME, folder -> Files.move(folder.resolve("b"), folder.resolve("d"))),
          new Tried(FileOperation.UNLINK, folder -> Files.delete(folder.resolve("d"))));

  /**
   * Tries what can be tried.
   *
   * @param counter how often an operation was seen so far
   * @param fired takes for each operation that could be made whether it was seen
   */
  static void run(ToLongFunction<FileOperation> counter, Map<FileOperation, Boolean> fired) {
    Path folder = null;
    try {
      folder = Files.createTempDirectory("ringward-trial");
      for (Tried tried : STEPS) {
        long before = counter.applyAsLong(tried.operation());
        try {
          tried.step().in(folder);
          fired.put(tried.operation(), counter.applyAsLong(tried.operation()) > before);
        } catch (IOException | UnsupportedOperationException e) {
          LOG.debug("{} cannot be tried here", tried.operation().label(), e);
        }
      }
    } catch (IOException e) {
      LOG.debug("no folder to try operations on files in", e);
    } finally {
      remove(folder);
    }
  }

  private static void setAttribute(Path folder) throws IOException {
    UserDefinedFileAttributeView view =
        Files.getFileAttributeView(folder.resolve("a"), UserDefinedFileAttributeView.class);
    if (view == null) {
      throw new IOException("no extended attributes here");
    }
    view.write("ringward", ByteBuffer.wrap(new byte[] {1}));
  }

  /** Opens, renames and removes a file, for hooks that refuse. */
  static void touch() throws IOException {
    Path folder = Files.createTempDirectory("ringward-trial");
    try {
      Files.newByteChannel(
              folder.resolve("a"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)
          .close();
      Files.delete(Files.move(folder.resolve("a"), folder.resolve("b")));
    } finally {
      remove(folder);
    }
  }

  private static void remove(Path folder) {
    if (folder == null) {
      return;
    }
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    } catch (IOException e) {
      LOG.warn("{} could not be removed: {}", folder, e.toString());
    }
  }
}
