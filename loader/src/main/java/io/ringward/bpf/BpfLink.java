/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bpf;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The attachment of a program, held by a link file descriptor: the kernel detaches when it is
 * closed, by {@link #close()}, by closing the object, or by the death of the process. Thread-safe.
 */
public final class BpfLink implements AutoCloseable {
  private final BpfObject owner;
  private final MemorySegment link;
  private final String subject;
  private final int fd;
  private boolean closed;

  BpfLink(BpfObject owner, MemorySegment link, String subject) {
    this.owner = owner;
    this.link = link;
    this.subject = subject;
    this.fd = LibbpfNative.LINK_FD.call(link);
  }

  /** The link's file descriptor; valid until it is closed. */
  public int fd() {
    return fd;
  }

  /**
   * Whether a link to a cgroup is still attached: anybody who may open it by its id can detach it
   * (BPF_LINK_DETACH), and the end of the cgroup does (kernel/bpf/cgroup.c,
   * bpf_cgroup_link_fill_link_info() tells it by the id 0).
   */
  public synchronized boolean isAttachedToCgroup() {
    if (closed) {
      return false;
    }
    try (Arena arena = Arena.ofConfined()) {
      var layout = LibbpfStructs.CGROUP_LINK_INFO;
      MemorySegment info = arena.allocate(layout);
      MemorySegment byteSize = arena.allocateFrom(JAVA_INT, Math.toIntExact(layout.byteSize()));
      BpfException.check(
          "Read the state of the " + this,
          LibbpfNative.OBJ_GET_INFO_BY_FD.call(fd, info, byteSize));
      return LibbpfStructs.getLong(info, layout, "cgroup_id") != 0;
    }
  }

  /** Detaches; later calls do nothing. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    owner.forget(this);
    BpfException.check("Detach " + subject, LibbpfNative.LINK_DESTROY.call(link));
  }

  @Override
  public String toString() {
    return "link of " + subject;
  }
}
