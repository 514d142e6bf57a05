/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bpf;

import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * What the kernel's verifier said about one load, and the buffer that receives it. The buffer is an
 * anonymous mapping: 16 MiB less one byte, the most that every kernel accepts, of which only the
 * pages that the kernel fills become memory.
 */
record VerifierLog(String text) {
  static final VerifierLog NONE = new VerifierLog("");

  /** The libbpf constant BPF_LOG_BUF_SIZE. */
  private static final int BYTE_SIZE = 0xFF_FFFF;

  private static final int TAIL_LINES = 40;

  /** Receives the log of one load at a time; not thread-safe. */
  @SuppressWarnings("restricted") // native access is what this package is for
  static final class Buffer implements AutoCloseable {
    private final MemorySegment memory;

    Buffer(MemorySegment state) {
      MemorySegment mapped =
          LibcNative.mmap(
              state,
              BYTE_SIZE,
              LibcNative.PROT_READ | LibcNative.PROT_WRITE,
              LibcNative.MAP_PRIVATE_ANONYMOUS,
              -1,
              0);
      if (mapped.address() == LibcNative.MAP_FAILED) {
        throw BpfException.of("Map memory for the verifier's log", CallState.errno(state));
      }
      memory = mapped.reinterpret(BYTE_SIZE);
    }

    MemorySegment memory() {
      return memory;
    }

    VerifierLog read() {
      return new VerifierLog(memory.getString(0));
    }

    @Override
    public void close() {
      LibcNative.munmap(memory, BYTE_SIZE);
    }
  }

  /** Whether the verifier said nothing: it was not reached. */
  boolean isEmpty() {
    return text.isBlank();
  }

  /** The last lines, where the reason stands. */
  String tail() {
    List<String> lines = text.strip().lines().toList();
    int from = Math.max(0, lines.size() - TAIL_LINES);
    return String.join("\n", lines.subList(from, lines.size()));
  }
}
