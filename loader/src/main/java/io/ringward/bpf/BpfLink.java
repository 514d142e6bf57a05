/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bpf;

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
