/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.incident;

import io.ringward.kernel.Incident;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * Appends lines to a file that only root may read. When a line would take it over its size, it is
 * renamed to {@code NAME.1}, what was {@code NAME.1} to {@code NAME.2}, and so on; the oldest is
 * given up. When the file is moved away by somebody else (logrotate), or after SIGHUP, the next
 * line starts a new one.
 */
public final class RotatingFileOutlet implements IncidentOutlet {
  private final Path file;
  private final IncidentFormat format;
  private final long mostBytes;
  private final int kept;
  private volatile boolean reopening;
  private FileChannel channel;
  private Object fileKey;

  /**
   * Opens the file; makes it with mode 0600 when it is not there.
   *
   * @param mostBytes the size at which it is rotated; 0 for never
   * @param kept how many rotated files are kept, 1 or more
   * @throws IOException when it cannot be opened, or is a symbolic link
   */
  public RotatingFileOutlet(Path file, IncidentFormat format, long mostBytes, int kept)
      throws IOException {
    this.file = file;
    this.format = format;
    this.mostBytes = mostBytes;
    this.kept = kept;
    open();
  }

  @Override
  public String name() {
    return "file";
  }

  @Override
  public String target() {
    return file.toString();
  }

  @Override
  public String write(Incident incident) throws IOException {
    if (!format.tells(incident)) {
      return "nothing to tell";
    }
    ByteBuffer line = ByteBuffer.wrap(format.line(incident));
    if (reopening || !channel.isOpen() || !fileKey.equals(keyOfFile())) {
      reopening = false;
      channel.close();
      open();
    }
    if (mostBytes > 0 && channel.size() > 0 && channel.size() + line.remaining() > mostBytes) {
      rotate();
    }
    while (line.hasRemaining()) {
      channel.write(line);
    }
    return "written";
  }

  @Override
  public void reopen() {
    reopening = true;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  private void rotate() throws IOException {
    channel.close();
    for (int number = kept - 1; number >= 1; number--) {
      moveIfThere(rotated(number), rotated(number + 1));
    }
    moveIfThere(file, rotated(1));
    open();
  }

  private Path rotated(int number) {
    return file.resolveSibling(file.getFileName() + "." + number);
  }

  private static void moveIfThere(Path from, Path to) throws IOException {
    try {
      Files.move(from, to, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    } catch (NoSuchFileException e) {
      // Not that many yet.
    }
  }

  private void open() throws IOException {
    channel =
        FileChannel.open(
            file,
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.APPEND, LinkOption.NOFOLLOW_LINKS),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    fileKey = keyOfFile();
    if (fileKey == null) {
      throw new IOException(file + " vanished while it was opened");
    }
  }

  private Object keyOfFile() {
    try {
      return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
          .fileKey();
    } catch (IOException e) {
      return null;
    }
  }
}
