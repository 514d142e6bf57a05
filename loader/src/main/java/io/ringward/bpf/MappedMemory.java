/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bpf;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Memory of long life: arenas that an object owns, and what is shared with the kernel. */
@SuppressWarnings("restricted") // native access is what this package is for
final class MappedMemory {
  private MappedMemory() {}

  /** An arena for any thread, which its owner closes with itself. */
  @SuppressWarnings("MustBeClosedChecker")
  static Arena ownedArena() {
    return Arena.ofShared();
  }

  /** The system's page size in bytes. */
  static long pageBytes() {
    return LibcNative.sysconf(LibcNative.SC_PAGESIZE);
  }

  /** mmap(2), MAP_SHARED. */
  static MemorySegment map(
      String purpose, Arena arena, long byteSize, int protection, int fd, long offset) {
    try (Arena call = Arena.ofConfined()) {
      MemorySegment state = CallState.allocate(call);
      MemorySegment mapped =
          LibcNative.mmap(state, byteSize, protection, LibcNative.MAP_SHARED, fd, offset);
      if (mapped.address() == LibcNative.MAP_FAILED) {
        throw BpfException.of(purpose, CallState.errno(state));
      }
      return mapped.reinterpret(byteSize, arena, segment -> LibcNative.munmap(segment, byteSize));
    }
  }
}
