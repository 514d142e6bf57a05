/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bpf;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * A connected datagram socket of the unix domain (unix(7)), which the JDK has only as a stream:
 * what {@code /dev/log} is. Sending never blocks. For one thread.
 */
public final class UnixDatagramSocket implements AutoCloseable {
  // struct sockaddr_un: family (2 bytes), path (108 bytes)
  private static final int ADDRESS_BYTES = 110;
  private static final int PATH_OFFSET = 2;

  private final Path path;
  private int fd;

  private UnixDatagramSocket(Path path, int fd) {
    this.path = path;
    this.fd = fd;
  }

  /**
   * Connects.
   *
   * @throws IOException when nobody listens there; says why
   */
  public static UnixDatagramSocket connect(Path path) throws IOException {
    byte[] name = path.toString().getBytes(StandardCharsets.UTF_8);
    if (name.length >= ADDRESS_BYTES - PATH_OFFSET) {
      throw new IOException(path + " is too long for the address of a socket");
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = CallState.allocate(arena);
      int fd =
          LibcNative.socket(state, LibcNative.AF_UNIX, LibcNative.SOCK_DGRAM_CLOEXEC_NONBLOCK, 0);
      if (fd < 0) {
        throw new IOException("no socket: " + Errno.text(CallState.errno(state)));
      }
      MemorySegment address = arena.allocate(ADDRESS_BYTES, 2);
      address.set(ValueLayout.JAVA_SHORT, 0, (short) LibcNative.AF_UNIX);
      MemorySegment.copy(name, 0, address, ValueLayout.JAVA_BYTE, PATH_OFFSET, name.length);
      if (LibcNative.connect(state, fd, address, PATH_OFFSET + name.length + 1) != 0) {
        int errno = CallState.errno(state);
        LibcNative.close(fd);
        throw new IOException(path + ": " + Errno.text(errno));
      }
      return new UnixDatagramSocket(path, fd);
    }
  }

  /**
   * Sends one datagram.
   *
   * @return false when the receiver's queue is full
   * @throws IOException when it could not be sent: nobody listens any more, or it is too long
   */
  public boolean send(byte[] message) throws IOException {
    if (fd < 0) {
      throw new IOException("the socket is closed");
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = CallState.allocate(arena);
      MemorySegment bytes = arena.allocateFrom(ValueLayout.JAVA_BYTE, message);
      if (LibcNative.write(state, fd, bytes, message.length) >= 0) {
        return true;
      }
      int errno = CallState.errno(state);
      if (errno == Errno.EAGAIN) {
        return false;
      }
      throw new IOException(path + ": " + Errno.text(errno));
    }
  }

  /** Idempotent. */
  @Override
  public void close() {
    if (fd >= 0) {
      LibcNative.close(fd);
      fd = -1;
    }
  }
}
