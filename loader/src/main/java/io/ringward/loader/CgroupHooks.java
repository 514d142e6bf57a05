/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import io.ringward.bpf.BpfException;
import io.ringward.bpf.BpfLink;
import io.ringward.bpf.BpfObject;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Holds the hooks of a control group, and puts back what somebody else has detached. Of all that
 * Ringward attaches, these links alone can be detached by another process (kernel/bpf/syscall.c,
 * link_detach(): cgroup links have that operation, tracing and LSM links have not). Thread-safe.
 */
final class CgroupHooks implements AutoCloseable {
  private final BpfObject object;
  private final Path cgroup;
  private final Map<String, BpfLink> links = new LinkedHashMap<>();
  private final Set<String> lost = new HashSet<>();
  private boolean closed;

  /** Attaches programs of an object, in this order. */
  CgroupHooks(BpfObject object, Path cgroup, List<String> programs) {
    this.object = object;
    this.cgroup = cgroup;
    try {
      for (String program : programs) {
        links.put(program, object.program(program).attachCgroup(cgroup));
      }
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /** The links as they are now, by the names of their programs. */
  synchronized Map<String, BpfLink> links() {
    return new LinkedHashMap<>(links);
  }

  /**
   * Looks at each hook, and attaches what is detached.
   *
   * @param pins may hold the links too
   */
  synchronized void check(PersistentPins pins, TamperLog log) {
    if (closed) {
      return;
    }
    for (Map.Entry<String, BpfLink> entry : Map.copyOf(links).entrySet()) {
      if (!entry.getValue().isAttachedToCgroup()) {
        restore(entry.getKey(), pins, log);
      }
    }
  }

  private void restore(String program, PersistentPins pins, TamperLog log) {
    try {
      BpfLink again = object.program(program).attachCgroup(cgroup);
      links.put(program, again).close();
      pins.replaced(program, again);
      lost.remove(program);
      log.add(
          Tampering.Kind.HOOK_DETACHED,
          "somebody detached " + program + " from " + cgroup + ": it is attached again",
          true);
    } catch (BpfException e) {
      if (lost.add(program)) { // said once
        log.add(
            Tampering.Kind.HOOK_DETACHED,
            program + " is detached from " + cgroup + " and cannot be attached: " + e.getMessage(),
            false);
      }
    }
  }

  /** Detaches all. Idempotent. */
  @Override
  public synchronized void close() {
    closed = true;
    Map<String, BpfLink> attached = new HashMap<>(links);
    links.clear();
    attached.values().forEach(BpfLink::close);
  }
}
