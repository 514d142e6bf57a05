/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.kernel;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Reads the facts of an {@link Act} where they lie, out of an {@link EventView} of kind {@link
 * EventKind#ACT}. Nothing is allocated unless a method says so.
 */
public final class ActView {
  static final long COMM = offset("comm");
  static final long TAIL = WireLayouts.ACT_EVENT.byteSize();

  private static final long ACT = offset("act");
  private static final long TEXT_LENGTH = offset("text_length");
  private static final long RESULT = offset("result");
  private static final long TARGET = offset("target");
  private static final long TARGET_TGID =
      TARGET + WireLayouts.offset(WireLayouts.PROCESS_KEY, "tgid");
  private static final long ARGUMENTS = offset("arguments");
  private static final long MAPPED_PREFIX = 0xFFFFL;

  private ActView() {}

  /** What was done. */
  public static Act act(EventView view) {
    return Act.ofWire(view.segment().get(JAVA_SHORT_UNALIGNED, view.base() + ACT));
  }

  /** What the system call returned, or the negative errno. */
  public static int result(EventView view) {
    return view.segment().get(JAVA_INT_UNALIGNED, view.base() + RESULT);
  }

  /** A number, see {@code enum rw_act}. */
  public static long argument(EventView view, int index) {
    return view.segment()
        .get(JAVA_LONG_UNALIGNED, view.base() + ARGUMENTS + (long) index * Long.BYTES);
  }

  /** When the process started that the act is about; 0 when there is none. */
  public static long targetStartBoottimeNanos(EventView view) {
    return view.segment().get(JAVA_LONG_UNALIGNED, view.base() + TARGET);
  }

  /** The pid of the process that the act is about; 0 when there is none. */
  public static int targetTgid(EventView view) {
    return view.segment().get(JAVA_INT_UNALIGNED, view.base() + TARGET_TGID);
  }

  /** The length of the text in bytes. */
  public static int textLength(EventView view) {
    return Short.toUnsignedInt(view.segment().get(JAVA_SHORT_UNALIGNED, view.base() + TEXT_LENGTH));
  }

  /** The first eight bytes of a socket's address as a big-endian number. */
  public static long addressHigh(EventView view) {
    return Long.reverseBytes(argument(view, 0));
  }

  /** The last eight bytes of a socket's address as a big-endian number. */
  public static long addressLow(EventView view) {
    return Long.reverseBytes(argument(view, 1));
  }

  /** A socket's remote port. */
  public static int remotePort(EventView view) {
    return (int) (argument(view, 2) & 0xffff);
  }

  /** A socket's local port. */
  public static int localPort(EventView view) {
    return (int) (argument(view, 2) >>> 16 & 0xffff);
  }

  /** A socket's AF number. */
  public static int family(EventView view) {
    return (int) (argument(view, 2) >>> 32 & 0xffff);
  }

  /** A socket's IPPROTO number. */
  public static int protocol(EventView view) {
    return (int) (argument(view, 2) >>> 48 & 0xffff);
  }

  /** The text's bytes. Allocates. */
  public static byte[] bytes(EventView view) {
    byte[] bytes = new byte[textLength(view)];
    MemorySegment.copy(view.segment(), JAVA_BYTE, view.base() + TAIL, bytes, 0, bytes.length);
    return bytes;
  }

  /** The text. Allocates. */
  public static String text(EventView view) {
    return new String(bytes(view), StandardCharsets.UTF_8);
  }

  static Event.Acted toEvent(EventView view, Event.Header header) {
    return new Event.Acted(header, act(view), result(view), detail(view), view.comm());
  }

  /** What the act was about. Allocates. */
  public static ActDetail detail(EventView view) {
    return switch (act(view)) {
      case SETUID, SETGID ->
          new ActDetail.Identity(
              (int) argument(view, 0),
              (int) argument(view, 1),
              (int) argument(view, 2),
              (int) argument(view, 3),
              (int) argument(view, 4),
              (int) argument(view, 5));
      case CAPSET ->
          new ActDetail.CapabilitySets(
              argument(view, 0),
              argument(view, 1),
              argument(view, 2),
              argument(view, 3),
              argument(view, 4),
              argument(view, 5));
      case PTRACE, PROCESS_VM_WRITEV, PIDFD_GETFD, SIGNAL ->
          new ActDetail.OnProcess(
              new ProcessKey(targetStartBoottimeNanos(view), targetTgid(view)),
              argument(view, 0),
              (int) argument(view, 1));
      case SETNS, UNSHARE, USERFAULTFD, KEYCTL, BPF, PERF_EVENT_OPEN, IO_URING_SETUP ->
          new ActDetail.Numbers(
              argument(view, 0), argument(view, 1), argument(view, 2), argument(view, 3));
      case MODULE, MEMFD_CREATE -> new ActDetail.Named(text(view), argument(view, 0));
      case MMAP, MPROTECT ->
          new ActDetail.Memory(
              argument(view, 0),
              argument(view, 1),
              (int) argument(view, 2),
              (int) argument(view, 3),
              (int) argument(view, 4));
      case SOCKET ->
          new ActDetail.NewSocket(
              (int) argument(view, 0), (int) argument(view, 1), (int) argument(view, 2));
      case LISTEN, ACCEPT, SEND, DUP -> connection(view);
      case FLOW ->
          new ActDetail.Flow(
              connection(view),
              argument(view, 7) < 0,
              argument(view, 3),
              argument(view, 4),
              argument(view, 5) & 0xffff_ffffL,
              argument(view, 5) >>> 32,
              argument(view, 6),
              argument(view, 7) & Long.MAX_VALUE);
      case DNS -> new ActDetail.Query(connection(view), DnsQuestion.parse(bytes(view)));
    };
  }

  private static ActDetail.Connection connection(EventView view) {
    return new ActDetail.Connection(
        family(view),
        protocol(view),
        address(addressHigh(view), addressLow(view)),
        remotePort(view),
        localPort(view),
        argument(view, 3));
  }

  private static InetAddress address(long high, long low) {
    boolean four = high == 0 && low >>> 32 == MAPPED_PREFIX;
    byte[] bytes =
        four
            ? ByteBuffer.allocate(4).putInt((int) low).array()
            : ByteBuffer.allocate(16).putLong(high).putLong(low).array();
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new AssertionError("4 and 16 bytes are addresses", e);
    }
  }

  private static long offset(String field) {
    return WireLayouts.offset(WireLayouts.ACT_EVENT, field);
  }
}
