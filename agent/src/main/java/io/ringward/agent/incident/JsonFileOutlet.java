/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.incident;

import io.ringward.kernel.Incident;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * Appends JSON lines to a file that only root may read. When the file is moved away (logrotate),
 * the next incident starts a new one.
 */
public final class JsonFileOutlet implements IncidentOutlet {
  private final Path file;
  private final IncidentJson json;
  private FileChannel channel;
  private Object fileKey;

  /**
   * Opens the file; makes it with mode 0600 when it is not there.
   *
   * @throws IOException when it cannot be opened, or is a symbolic link
   */
  public JsonFileOutlet(Path file, IncidentJson json) throws IOException {
    this.file = file;
    this.json = json;
    open();
  }

  @Override
  public String name() {
    return "file";
  }

  @Override
  public void write(Incident incident) throws IOException {
    if (!fileKey.equals(keyOfFile())) {
      channel.close();
      open();
    }
    ByteBuffer line = ByteBuffer.wrap(json.line(incident));
    while (line.hasRemaining()) {
      channel.write(line);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
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
      return Files.readAttributes(
              file, java.nio.file.attribute.BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
          .fileKey();
    } catch (IOException e) {
      return null;
    }
  }
}
