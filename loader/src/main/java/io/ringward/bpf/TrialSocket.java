/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bpf;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A socket of a kind that the JDK does not have, on which a hook is tried: it is asked to do what
 * sends nothing. For one thread.
 */
public final class TrialSocket implements AutoCloseable {
  // struct sockaddr_in: family (2 bytes), port (2), address (4), padding (8)
  private static final int ADDRESS_BYTES = 16;
  private static final int ADDRESS_OFFSET = 4;
  private static final byte[] LOOPBACK = {127, 0, 0, 1};

  private int fd;

  private TrialSocket(int fd) {
    this.fd = fd;
  }

  /**
   * A raw socket of the internet's messages of control (ICMP, raw(7)): connect and bind of one pass
   * no hook of a control group.
   *
   * @throws IOException when this process may not have one (CAP_NET_RAW); says why
   */
  public static TrialSocket internet() throws IOException {
    return open(LibcNative.AF_INET, LibcNative.SOCK_RAW_CLOEXEC, LibcNative.IPPROTO_ICMP);
  }

  /**
   * A socket below IP (packet(7)) that is bound to no device, so that nothing it is given leaves.
   *
   * @throws IOException when this process may not have one (CAP_NET_RAW); says why
   */
  public static TrialSocket packet() throws IOException {
    return open(LibcNative.AF_PACKET, LibcNative.SOCK_DGRAM_CLOEXEC_NONBLOCK, 0);
  }

  private static TrialSocket open(int family, int type, int protocol) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = CallState.allocate(arena);
      int fd = LibcNative.socket(state, family, type, protocol);
      if (fd < 0) {
        throw new IOException("socket: " + Errno.text(CallState.errno(state)));
      }
      return new TrialSocket(fd);
    }
  }

  /** Sets 127.0.0.1 as the peer; whether the kernel agrees is not asked. */
  public void connect() {
    try (Arena arena = Arena.ofConfined()) {
      int _ = LibcNative.connect(CallState.allocate(arena), fd, loopback(arena), ADDRESS_BYTES);
    }
  }

  /** Sets 127.0.0.1 as its own address; whether the kernel agrees is not asked. */
  public void bind() {
    try (Arena arena = Arena.ofConfined()) {
      int _ = LibcNative.bind(CallState.allocate(arena), fd, loopback(arena), ADDRESS_BYTES);
    }
  }

  /** Gives it nothing to send. */
  public void sendNothing() {
    try (Arena arena = Arena.ofConfined()) {
      long _ = LibcNative.write(CallState.allocate(arena), fd, arena.allocate(1), 0);
    }
  }

  private static MemorySegment loopback(Arena arena) {
    MemorySegment address = arena.allocate(ADDRESS_BYTES, Integer.BYTES);
    address.set(ValueLayout.JAVA_SHORT, 0, (short) LibcNative.AF_INET);
    MemorySegment.copy(
        LOOPBACK, 0, address, ValueLayout.JAVA_BYTE, ADDRESS_OFFSET, LOOPBACK.length);
    return address;
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
