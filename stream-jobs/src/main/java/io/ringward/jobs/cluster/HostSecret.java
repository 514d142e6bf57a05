/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.cluster;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Set;

/** A random number of this host's own, made once and kept in a file that only its owner reads. */
public final class HostSecret {
  private HostSecret() {}

  /**
   * Reads the number, or makes it when the file is missing or has another length.
   *
   * @throws IOException when the file can neither be read nor written
   */
  public static long in(Path file) throws IOException {
    try {
      byte[] bytes = Files.readAllBytes(file);
      if (bytes.length == Long.BYTES) {
        return ByteBuffer.wrap(bytes).getLong();
      }
    } catch (NoSuchFileException e) {
      // The first start on this host.
    }
    long made = new SecureRandom().nextLong();
    Path draft = file.resolveSibling(file.getFileName() + ".new");
    Files.deleteIfExists(draft);
    Set<OpenOption> create =
        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, StandardOpenOption.SYNC);
    try (var out =
        FileChannel.open(
            draft,
            create,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      out.write(ByteBuffer.allocate(Long.BYTES).putLong(made).flip());
    }
    Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    return made;
  }
}
