/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bpf;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * System calls that are made so that they change nothing: with arguments that the kernel refuses,
 * or that ask for what is so already. Whoever watches the call can be seen to watch it.
 */
public enum FutileCall {
  SETRESUID(117, 147, -1, -1, -1),
  /** Unlike setresuid, goes on to the security module where nothing is to change. */
  SETREUID(113, 145, -1, -1, 0),
  SETRESGID(119, 149, -1, -1, -1),
  CAPSET(126, 91, 0, 0, 0),
  PTRACE(101, 117, -1, 0, 0),
  PROCESS_VM_WRITEV(311, 271, -1, 0, 0),
  PIDFD_GETFD(438, 438, -1, -1, 0),
  /** SIGURG, which is ignored unless somebody wants it, to this process. */
  KILL(62, 129, ProcessHandle.current().pid(), 23, 0),
  SETNS(308, 268, -1, 0, 0),
  UNSHARE(272, 97, 0, 0, 0),
  USERFAULTFD(323, 282, -1, 0, 0),
  KEYCTL(250, 219, -1, 0, 0),
  BPF(321, 280, -1, 0, 0),
  PERF_EVENT_OPEN(298, 241, 0, 0, 0),
  IO_URING_SETUP(425, 425, 0, 0, 0),
  /** An image of 64 bytes at the address 0. */
  INIT_MODULE(175, 105, 0, 64, 0),
  MMAP(9, 222, 0, 0, 0),
  /** No bytes, anonymous and private, PROT_EXEC. */
  MAP_EXECUTABLE(9, 222, 0, 0, 4, 0x22),
  /** MS_BIND of nothing to the root directory. */
  BIND_MOUNT(165, 40, 0, 0, 0, 0x1000) {
    @Override
    long second(Arena arena) {
      return arena.allocateFrom("/").address();
    }
  },
  MPROTECT(10, 226, 0, 0, 0),
  MEMFD_CREATE(319, 279, 0, -1, 0),
  /** These three with names at the address 0. */
  OPENAT(257, 56, -1, 0, 0),
  UNLINKAT(263, 35, -1, 0, 0),
  RENAMEAT2(316, 276, -1, 0, -1),
  SOCKET(41, 198, -1, 0, 0),
  LISTEN(50, 201, -1, 0, 0),
  ACCEPT4(288, 242, -1, 0, 0),
  DUP3(292, 24, -1, -1, 0);

  private final int x86Number;
  private final int arm64Number;
  private final long first;
  private final long second;
  private final long third;
  private final long fourth;

  FutileCall(int x86Number, int arm64Number, long first, long second, long third) {
    this(x86Number, arm64Number, first, second, third, 0);
  }

  FutileCall(int x86Number, int arm64Number, long first, long second, long third, long fourth) {
    this.x86Number = x86Number;
    this.arm64Number = arm64Number;
    this.first = first;
    this.second = second;
    this.third = third;
    this.fourth = fourth;
  }

  long second(Arena arena) {
    return second;
  }

  private Optional<Integer> number() {
    return switch (System.getProperty("os.arch")) {
      case "amd64" -> Optional.of(x86Number);
      case "aarch64" -> Optional.of(arm64Number);
      default -> Optional.empty();
    };
  }

  /**
   * Makes the call and forgets what it answers.
   *
   * @return false when its number on this architecture is not known
   */
  public boolean make() {
    Optional<Integer> number = number();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = CallState.allocate(arena);
      number.ifPresent(
          known -> LibcNative.syscall(state, known, first, second(arena), third, fourth));
    }
    return number.isPresent();
  }
}
