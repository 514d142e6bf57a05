/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * Lets one guardian at a time act on a machine. The lock is the kernel's, so it ends with its
 * process however that ends; the file stays and says who holds it.
 */
final class InstanceLock implements AutoCloseable {
  private static final int MOST_TEXT_BYTES = 32;

  private final FileChannel channel;
  private final FileLock lock;

  private InstanceLock(FileChannel channel, FileLock lock) {
    this.channel = channel;
    this.lock = lock;
  }

  /**
   * Takes the lock.
   *
   * @throws HostKernelException when somebody else has it, or the directory cannot be made
   */
  static InstanceLock take(Path runtimeDirectory) {
    Path file = runtimeDirectory.resolve("lock");
    try {
      if (!Files.isDirectory(runtimeDirectory)) {
        Files.createDirectories(
            runtimeDirectory,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      }
      FileChannel channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      FileLock lock;
      try {
        lock = channel.tryLock();
      } catch (OverlappingFileLockException e) {
        lock = null;
      }
      if (lock == null) {
        String holder = read(channel);
        channel.close();
        throw HostKernelException.alreadyGuarded(
            "another Ringward already guards this machine (process "
                + (holder.isEmpty() ? "unknown" : holder)
                + " holds "
                + file
                + "): stop it first, or talk to it with 'ringward verdicts'");
      }
      channel.truncate(0);
      channel.write(
          ByteBuffer.wrap(
              Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)),
          0);
      return new InstanceLock(channel, lock);
    } catch (IOException e) {
      throw new HostKernelException(
          "cannot take the lock " + file + ": " + e.getMessage() + " (are you root?)", e);
    }
  }

  private static String read(FileChannel channel) throws IOException {
    ByteBuffer text = ByteBuffer.allocate(MOST_TEXT_BYTES);
    channel.read(text, 0);
    return new String(text.array(), 0, text.position(), StandardCharsets.US_ASCII).strip();
  }

  @Override
  public void close() {
    try {
      lock.release();
      channel.close();
    } catch (IOException e) {
      throw new HostKernelException("cannot give the lock back: " + e.getMessage(), e);
    }
  }
}
