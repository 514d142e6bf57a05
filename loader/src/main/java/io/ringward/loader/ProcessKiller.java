/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import io.ringward.bpf.Pidfd;
import io.ringward.kernel.ProcessKey;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * Kills a set of processes that may still be growing, and nobody else.
 *
 * <p>A pid is opened first and looked up afterwards: when a walk that begins after the open still
 * shows the same key, the handle cannot be a successor's, because a successor would have started
 * after the key was made, and the key's own process would be gone.
 */
final class ProcessKiller {
  private static final int SIGKILL = 9;
  private static final int MOST_ROUNDS = 200;
  private static final long ROUND_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

  private ProcessKiller() {}

  /**
   * Kills all that the walk shows, until it shows nobody or the rounds are used up.
   *
   * @param members walks over the live members that may be killed
   * @return how many were killed
   */
  static int killAll(Supplier<Collection<ProcessKey>> members) {
    Map<ProcessKey, Pidfd> handles = new HashMap<>();
    Set<ProcessKey> killed = new HashSet<>();
    try {
      for (int round = 0; round < MOST_ROUNDS; round++) {
        Collection<ProcessKey> live = members.get();
        if (live.isEmpty()) {
          break;
        }
        for (ProcessKey key : live) {
          // Shown by a walk that began after its handle was opened.
          Pidfd handle = handles.get(key);
          if (handle != null && handle.sendSignal(SIGKILL)) {
            killed.add(key);
          }
        }
        for (ProcessKey key : live) {
          if (!handles.containsKey(key)) {
            Optional<Pidfd> opened = Pidfd.open(key.tgid());
            opened.ifPresent(pidfd -> handles.put(key, pidfd));
          }
        }
        if (round > 1) {
          // They are dying: exit takes its time.
          LockSupport.parkNanos(ROUND_NANOS);
        }
      }
    } finally {
      handles.values().forEach(Pidfd::close);
    }
    return killed.size();
  }
}
