/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bpf;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * Every function of the C library that is called, with the constants of Linux that go with it.
 * Functions with a {@code state} argument leave errno there ({@link CallState}); they return what C
 * returns. Only {@code clock_gettime} is linked as critical: it is the one that never blocks.
 */
@SuppressWarnings("restricted") // native access is what this package is for
final class LibcNative {
  static final int EPOLL_CLOEXEC = 0x80000;
  static final int EPOLL_CTL_ADD = 1;
  static final int EPOLLIN = 1;
  static final int EFD_CLOEXEC = 0x80000;
  static final int EFD_NONBLOCK = 0x800;
  static final int O_RDONLY_DIRECTORY_CLOEXEC = 0x10000 | 0x80000;
  static final int F_DUPFD_CLOEXEC = 1030;
  static final int AF_UNIX = 1;
  static final int AF_INET = 2;
  static final int AF_PACKET = 17;
  static final int SOCK_RAW_CLOEXEC = 3 | 0x80000;
  static final int IPPROTO_ICMP = 1;
  static final int SOCK_DGRAM_CLOEXEC_NONBLOCK = 2 | 0x80000 | 0x800;
  static final int PROT_READ = 1;
  static final int PROT_WRITE = 2;
  static final int MAP_SHARED = 1;
  static final int MAP_PRIVATE_ANONYMOUS = 0x22;
  static final int SC_PAGESIZE = 30;
  static final int CLOCK_BOOTTIME = 7;
  static final long MAP_FAILED = -1;
  // System call numbers from 424 on are the same on all architectures.
  static final long SYS_PIDFD_SEND_SIGNAL = 424;
  static final long SYS_PIDFD_OPEN = 434;

  private static final NativeLibrary LIBC = NativeLibrary.ofProcess();

  private static final MethodHandle EPOLL_CREATE1 = checked("epoll_create1", JAVA_INT, JAVA_INT);
  private static final MethodHandle EPOLL_CTL =
      checked("epoll_ctl", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS);
  private static final MethodHandle EPOLL_WAIT =
      checked("epoll_wait", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);
  private static final MethodHandle EVENTFD = checked("eventfd", JAVA_INT, JAVA_INT, JAVA_INT);
  private static final MethodHandle READ = checked("read", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
  private static final MethodHandle WRITE =
      checked("write", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
  private static final MethodHandle SOCKET =
      checked("socket", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
  private static final MethodHandle CONNECT =
      checked("connect", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle BIND = checked("bind", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle CLOSE = LIBC.link("close", of(JAVA_INT, JAVA_INT));
  private static final MethodHandle MMAP =
      checked("mmap", ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG);
  private static final MethodHandle MUNMAP = LIBC.link("munmap", of(JAVA_INT, ADDRESS, JAVA_LONG));
  private static final MethodHandle SYSCONF = LIBC.link("sysconf", of(JAVA_LONG, JAVA_INT));
  private static final MethodHandle GETPGID = LIBC.link("getpgid", of(JAVA_INT, JAVA_INT));
  private static final MethodHandle OPEN =
      LIBC.link(
          "open",
          of(JAVA_INT, ADDRESS, JAVA_INT),
          Linker.Option.firstVariadicArg(2),
          CallState.CAPTURE_ERRNO);
  private static final MethodHandle FCNTL =
      LIBC.link(
          "fcntl",
          of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT),
          Linker.Option.firstVariadicArg(2),
          CallState.CAPTURE_ERRNO);
  private static final MethodHandle SYSCALL =
      LIBC.link(
          "syscall",
          of(
              JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG,
              JAVA_LONG),
          Linker.Option.firstVariadicArg(1),
          CallState.CAPTURE_ERRNO);
  private static final MethodHandle CLOCK_GETTIME =
      LIBC.link("clock_gettime", of(JAVA_INT, JAVA_INT, ADDRESS), Linker.Option.critical(false));
  private static final MethodHandle VSNPRINTF =
      LIBC.link("vsnprintf", of(JAVA_INT, ADDRESS, JAVA_LONG, ADDRESS, ADDRESS));
  // glibc 2.32 and later
  private static final Optional<MethodHandle> STRERRORNAME =
      LIBC.find("strerrorname_np", of(ADDRESS, JAVA_INT));
  private static final Optional<MethodHandle> STRERRORDESC =
      LIBC.find("strerrordesc_np", of(ADDRESS, JAVA_INT));

  private LibcNative() {}

  private static FunctionDescriptor of(MemoryLayout result, MemoryLayout... parameters) {
    return FunctionDescriptor.of(result, parameters);
  }

  private static MethodHandle checked(
      String symbol, MemoryLayout result, MemoryLayout... parameters) {
    return LIBC.link(symbol, of(result, parameters), CallState.CAPTURE_ERRNO);
  }

  static int epollCreate(MemorySegment state) {
    try {
      return (int) EPOLL_CREATE1.invokeExact(state, EPOLL_CLOEXEC);
    } catch (Throwable e) {
      throw NativeLibrary.unexpected(e);
    }
  }

  static int epollAdd(MemorySegment state, int epollFd, int fd, MemorySegment event) {
    try {
      return (int) EPOLL_CTL.invokeExact(state, epollFd, EPOLL_CTL_ADD, fd, event);
    } catch (Throwable e) {
      throw NativeLibrary.unexpected(e);
    }
  }

  static int epollWait(
      MemorySegment state, int epollFd, MemorySegment events, int maxEvents, int timeoutMillis) {
    try {
      return (int) EPOLL_WAIT.invokeExact(state, epollFd, events, maxEvents, timeoutMillis);
    } catch (Throwable e) {
      throw NativeLibrary.unexpected(e);
    }
  }

  static int eventFd(MemorySegment state) {
    try {
      return (int) EVENTFD.invokeExact(state, 0, EFD_CLOEXEC | EFD_NONBLOCK);
    } catch (Throwable e) {
      throw NativeLibrary.unexpected(e);
    }
  }

  static long read(MemorySegment state, int fd, MemorySegment buffer, long byteCount) {
    try {
      return (long) READ.invokeExact(state, fd, buffer, byteCount);
    } catch (Throwable e) {
      throw NativeLibrary.unexpected(e);
    }
  }

  static long write(MemorySegment state, int fd, MemorySegment buffer, long byteCount) {
    try {
      return (long) WRITE.invokeExact(state, fd, buffer, byteCount);
    } catch (Throwable e) {
      throw NativeLibrary.unexpected(e);
    }
  }

  /** A datagram socket of the unix domain that never blocks. */
  static int socket(MemorySegment state, int family, int type, int protocol) {
    try {
      return (int) SOCKET.invokeExact(state, family, type, protocol);
    } catch (Throwable e) {
      throw NativeLibrary.unexpected(e);
    }
  }

  static int bind(MemorySegment state, int fd, MemorySegment address, int byteCount) {
    try {
      return (int) BIND.invokeExact(state, fd, address, byteCount);
    } catch (Throwable e) {
      throw NativeLibrary.unexpected(e);
    }
  }

  static int connect(MemorySegment state, int fd, MemorySegment address, int byteCount) {
    try {
      return (int) CONNECT.invokeExact(state, fd, address, byteCount);
    } catch (Throwable e) {
      throw NativeLibrary.unexpected(e);
    }
  }

  /** Closes a file descriptor; Linux frees it whatever close() returns, so the result is unused. */
  static void close(int fd) {
    try {
      int _ = (int) CLOSE.invokeExact(fd);
    } catch (Throwable e) {
      throw NativeLibrary.unexpected(e);
    }
  }

  static MemorySegment mmap(
      MemorySegment state, long byteSize, int protection, int flags, int fd, long offset) {
    try {
      return (MemorySegment)
          MMAP.invokeExact(state, MemorySegment.NULL, byteSize, protection, flags, fd, offset);
    } catch (Throwable e) {
      throw NativeLibrary.unexpected(e);
    }
  }

  static void munmap(MemorySegment mapping, long byteSize) {
    try {
      int _ = (int) MUNMAP.invokeExact(mapping, byteSize);
    } catch (Throwable e) {
      throw NativeLibrary.unexpected(e);
    }
  }

  static long sysconf(int name) {
    try {
      return (long) SYSCONF.invokeExact(name);
    } catch (Throwable e) {
      throw NativeLibrary.unexpected(e);
    }
  }

  static int getpgid(int pid) {
    try {
      return (int) GETPGID.invokeExact(pid);
    } catch (Throwable e) {
      throw NativeLibrary.unexpected(e);
    }
  }

  static int openDirectory(MemorySegment state, MemorySegment path) {
    try {
      return (int) OPEN.invokeExact(state, path, O_RDONLY_DIRECTORY_CLOEXEC);
    } catch (Throwable e) {
      throw NativeLibrary.unexpected(e);
    }
  }

  static int duplicate(MemorySegment state, int fd) {
    try {
      return (int) FCNTL.invokeExact(state, fd, F_DUPFD_CLOEXEC, 0);
    } catch (Throwable e) {
      throw NativeLibrary.unexpected(e);
    }
  }

  /** With four arguments; the other two are 0. */
  static long syscall(MemorySegment state, long number, long a, long b, long c, long d) {
    try {
      return (long) SYSCALL.invokeExact(state, number, a, b, c, d, 0L, 0L);
    } catch (Throwable e) {
      throw NativeLibrary.unexpected(e);
    }
  }

  static int clockGetTime(int clock, MemorySegment timespec) {
    try {
      return (int) CLOCK_GETTIME.invokeExact(clock, timespec);
    } catch (Throwable e) {
      throw NativeLibrary.unexpected(e);
    }
  }

  static int vsnprintf(
      MemorySegment buffer, long byteSize, MemorySegment format, MemorySegment arguments) {
    try {
      return (int) VSNPRINTF.invokeExact(buffer, byteSize, format, arguments);
    } catch (Throwable e) {
      throw NativeLibrary.unexpected(e);
    }
  }

  /** The symbolic name of an errno, such as EPERM; empty when this C library cannot tell. */
  static String errnoName(int errno) {
    return text(STRERRORNAME, errno);
  }

  /** The English text of an errno; empty when this C library cannot tell. */
  static String errnoText(int errno) {
    return text(STRERRORDESC, errno);
  }

  private static String text(Optional<MethodHandle> function, int errno) {
    if (function.isEmpty()) {
      return "";
    }
    try {
      MemorySegment text = (MemorySegment) function.get().invokeExact(errno);
      return text.address() == 0 ? "" : text.reinterpret(Long.MAX_VALUE).getString(0);
    } catch (Throwable e) {
      throw NativeLibrary.unexpected(e);
    }
  }
}
