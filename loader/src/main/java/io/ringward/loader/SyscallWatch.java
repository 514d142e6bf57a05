/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.ringward.bpf.BpfException;
import io.ringward.bpf.BpfIterator;
import io.ringward.bpf.BpfLink;
import io.ringward.bpf.BpfObject;
import io.ringward.bpf.IteratorScope;
import io.ringward.kernel.Action;
import io.ringward.kernel.Subject;
import io.ringward.kernel.Verdict;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns the system call stream of watched trees on and off ({@code watch.bpf.c}). The program that
 * runs for each call is attached while a watch stands, and only then; the kernel detaches it when
 * this process ends. Thread-safe.
 */
final class SyscallWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SyscallWatch.class);

  private static final String PROGRAM = "watch_exit_syscall";

  /** The source of an operator's own verdicts. */
  private static final String OPERATOR = "operator";

  /** So many trees can be watched at once. */
  static final int MOST_TREES = 8;

  /** What a sleeping thread has called reaches the ring after twice this. */
  private static final long COLLECT_NANOS = Duration.ofMillis(200).toNanos();

  /** Threads that are started while it looks are found by the next look; enough for any tree. */
  private static final int MOST_LOOKS = 32;

  private final BpfObject object;
  private final MemorySegment filter;
  private final MemorySegment strangers;
  private final BpfIterator adopt;
  private final BpfIterator collect;
  private final Set<Long> watches = new HashSet<>();
  private Optional<BpfLink> calls = Optional.empty();
  private Optional<Thread> collector = Optional.empty();
  private boolean closed;

  SyscallWatch(BpfObject object) {
    this.object = object;
    this.filter = object.variable("watched_filter");
    this.strangers = object.variable("watch_strangers");
    this.adopt = object.program("watch_adopt").iterator(new IteratorScope.Everything());
    try {
      this.collect = object.program("watch_collect").iterator(new IteratorScope.Everything());
    } catch (RuntimeException e) {
      adopt.close();
      throw e;
    }
  }

  /**
   * Whether the program runs for a call of this process's own, which is not watched: it is attached
   * for that, and detached again.
   *
   * @throws BpfException when the kernel does not attach it
   */
  synchronized boolean fires() {
    int place = (int) (ProcessHandle.current().pid() % filter.byteSize());
    long before = strangers.get(JAVA_LONG, 0);
    filter.set(JAVA_BYTE, place, (byte) 1);
    try (BpfLink _ = object.program(PROGRAM).attach()) {
      Thread.yield(); // sched_yield(2)
      return strangers.get(JAVA_LONG, 0) != before;
    } finally {
      filter.set(JAVA_BYTE, place, (byte) 0);
    }
  }

  /** Why an operator's watch cannot be; empty when nothing is in its way, and for others. */
  synchronized Optional<String> objection(Verdict verdict) {
    if (verdict.action() != Action.WATCH || !verdict.source().equals(OPERATOR)) {
      return Optional.empty();
    }
    if (verdict.subject() instanceof Subject.ControlGroup) {
      return Optional.of("a watch is on a process tree: name a --process, not a --cgroup");
    }
    return watches.size() < MOST_TREES
        ? Optional.empty()
        : Optional.of(
            MOST_TREES
                + " trees are watched already, and no more can be: release one with 'ringward"
                + " verdicts release'");
  }

  /**
   * Begins with the members of a tree, which carry the verdict already. Where there is no room the
   * verdict of a rule or model stands nevertheless, as the lowest rung of its ladder: its subject
   * may be under a higher one that this one takes the place of.
   *
   * @return why the verdict must not stand
   */
  synchronized Optional<String> begin(Verdict verdict) {
    Optional<String> opposed = objection(verdict);
    if (opposed.isPresent() || verdict.shadow()) {
      return opposed;
    }
    long verdictId = verdict.id();
    if (watches.size() >= MOST_TREES) {
      LOG.warn(
          "{} trees are watched already: the system calls of {} (verdict {}) are not",
          MOST_TREES,
          verdict.subject(),
          verdict.idText());
      return Optional.empty();
    }
    try {
      if (calls.isEmpty()) {
        calls = Optional.of(object.program(PROGRAM).attach());
        Thread thread = Thread.ofPlatform().daemon().name("watch-collector").unstarted(this::work);
        collector = Optional.of(thread);
        thread.start();
      }
      watches.add(verdictId);
      for (int look = 0; adopt.read(MemorySegment::byteSize) > 0; look++) {
        if (look == MOST_LOOKS) {
          LOG.warn("watch {} may not reach all of a tree that grows", verdict.idText());
          break;
        }
      }
      return Optional.empty();
    } catch (BpfException e) {
      end(verdictId);
      return Optional.of("the kernel does not let system calls be watched: " + e.getMessage());
    }
  }

  /** Ends a watch; the verdict has left the kernel's map. Other ids are nothing to it. */
  synchronized void end(long verdictId) {
    if (!watches.remove(verdictId) || closed) {
      return;
    }
    collect.read(MemorySegment::byteSize); // Lets go of its threads.
    if (watches.isEmpty()) {
      detach();
    }
  }

  /** Whether the program that runs for each call is attached. */
  synchronized boolean isAttached() {
    return calls.isPresent();
  }

  private void detach() {
    calls.ifPresent(BpfLink::close);
    calls = Optional.empty();
    collector.ifPresent(Thread::interrupt);
    collector = Optional.empty();
    filter.fill((byte) 0);
  }

  private void work() {
    try {
      while (isCollector()) {
        TimeUnit.NANOSECONDS.sleep(COLLECT_NANOS);
        collectOnce();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized boolean isCollector() {
    return collector.filter(Thread.currentThread()::equals).isPresent();
  }

  private synchronized void collectOnce() {
    if (closed || !isCollector()) {
      return;
    }
    try {
      collect.read(MemorySegment::byteSize);
    } catch (BpfException e) {
      LOG.warn("what watched threads have called could not be collected: {}", e.getMessage());
    }
  }

  /** Ends all watches. Idempotent. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    detach();
    collect.close();
    adopt.close();
  }
}
