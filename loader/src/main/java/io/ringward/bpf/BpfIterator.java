/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bpf;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * An attached {@code iter/…} program: each {@link #read} runs it over all its subjects and collects
 * what it writes by {@code bpf_seq_write} (kernel Documentation/bpf/bpf_iterators.rst).
 * Thread-safe; must be closed.
 */
public final class BpfIterator implements AutoCloseable {
  private static final long FIRST_BUFFER_BYTES = 64 << 10;
  private static final long MOST_BUFFER_BYTES = 1L << 30;

  private final String name;
  private final BpfLink link;
  private Arena arena = MappedMemory.ownedArena();
  private MemorySegment buffer = arena.allocate(FIRST_BUFFER_BYTES, 8);
  private boolean closed;

  BpfIterator(String name, BpfLink link) {
    this.name = name;
    this.link = link;
  }

  /** Takes what one run wrote, in memory that is only valid during the call. */
  @FunctionalInterface
  public interface OutputReader<R> {
    R read(MemorySegment output);
  }

  /**
   * Runs the program over all its subjects.
   *
   * @param reader decodes the output
   * @return what the reader returns
   * @throws BpfException when the run fails
   */
  public synchronized <R> R read(OutputReader<R> reader) {
    if (closed) {
      throw new IllegalStateException("iterator " + name + " is closed");
    }
    int run = BpfException.check("Run iterator " + name, LibbpfNative.ITER_CREATE.call(link.fd()));
    try {
      return reader.read(buffer.asSlice(0, readFully(run)).asReadOnly());
    } finally {
      LibcNative.close(run);
    }
  }

  private long readFully(int run) {
    try (Arena call = Arena.ofConfined()) {
      MemorySegment state = CallState.allocate(call);
      long length = 0;
      while (true) {
        if (length == buffer.byteSize()) {
          grow();
        }
        long count =
            LibcNative.read(state, run, buffer.asSlice(length), buffer.byteSize() - length);
        if (count == 0) {
          return length;
        }
        if (count > 0) {
          length += count;
        } else if (!isTransient(CallState.errno(state))) {
          throw BpfException.of("Read iterator " + name, CallState.errno(state));
        }
      }
    }
  }

  /** EAGAIN comes after a million subjects without output: bpf_seq_read() in bpf_iter.c. */
  private static boolean isTransient(int errno) {
    return errno == Errno.EINTR || errno == Errno.EAGAIN;
  }

  private void grow() {
    if (buffer.byteSize() >= MOST_BUFFER_BYTES) {
      throw new IllegalStateException(
          "iterator " + name + " wrote more than " + MOST_BUFFER_BYTES + " bytes in one run");
    }
    Arena larger = MappedMemory.ownedArena();
    MemorySegment copy = larger.allocate(buffer.byteSize() * 2, 8).copyFrom(buffer);
    arena.close();
    arena = larger;
    buffer = copy;
  }

  /** Detaches; waits for a run in flight. Later calls do nothing. */
  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      link.close();
      arena.close();
    }
  }
}
