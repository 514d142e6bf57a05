/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.ringward.bpf.BpfIterator;
import io.ringward.bpf.BpfObject;
import io.ringward.bpf.IteratorScope;
import io.ringward.bpf.RawMap;
import io.ringward.bpf.UpdateMode;
import io.ringward.kernel.FileIdentity;
import io.ringward.kernel.ProcessKey;
import io.ringward.kernel.WireLayouts;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Walks over all live processes in the kernel ({@code tree.bpf.c}). Thread-safe: one walk at a
 * time.
 */
final class ProcessWalk implements AutoCloseable {
  private static final long PARENT = offset("parent");
  private static final long CGROUP = offset("cgroup_id");
  private static final long INODE = offset("inode");
  private static final long DEVICE = offset("device");
  private static final long UID = offset("uid");
  private static final long MARK = offset("mark");
  private static final long EXEC_FLAGS = offset("exec_flags");
  private static final long COMM = offset("comm");
  private static final long REQUEST_VERDICT =
      WireCodecs.offset(WireLayouts.TREE_REQUEST, "verdict_id");

  private final BpfIterator list;
  private final BpfIterator mark;
  private final RawMap request;
  private final MemorySegment requestKey = Arena.ofAuto().allocate(JAVA_INT);
  private final MemorySegment requestValue = Arena.ofAuto().allocate(WireLayouts.TREE_REQUEST);

  ProcessWalk(BpfObject object) {
    this.list = object.program("list_processes").iterator(new IteratorScope.Everything());
    try {
      this.mark = object.program("mark_tree").iterator(new IteratorScope.Everything());
    } catch (RuntimeException e) {
      list.close();
      throw e;
    }
    this.request = object.map("tree_request");
  }

  /** All that live, kernel threads included. */
  synchronized Collection<LiveProcess> all() {
    return list.read(ProcessWalk::decode);
  }

  /**
   * The live members of a tree, each put under a verdict unless it is protected.
   *
   * @param verdictId 0 to look only
   */
  synchronized Collection<LiveProcess> tree(ProcessKey root, long verdictId) {
    WireCodecs.writeKey(root, requestValue, 0);
    requestValue.set(JAVA_LONG, REQUEST_VERDICT, verdictId);
    request.update(requestKey, requestValue, UpdateMode.ANY);
    return mark.read(ProcessWalk::decode);
  }

  /** A process may be shown twice when the kernel's buffer was full: what was new stays new. */
  private static Collection<LiveProcess> decode(MemorySegment output) {
    Map<ProcessKey, LiveProcess> found = new LinkedHashMap<>();
    long step = WireLayouts.PROCESS_RECORD.byteSize();
    for (long at = 0; at + step <= output.byteSize(); at += step) {
      LiveProcess process = decodeOne(output, at);
      found.merge(
          process.key(),
          process,
          (first, second) -> first.mark() == LiveProcess.Mark.NEW ? first : second);
    }
    return found.values();
  }

  private static LiveProcess decodeOne(MemorySegment output, long at) {
    return new LiveProcess(
        WireCodecs.readKey(output, at),
        WireCodecs.readKey(output, at + PARENT),
        output.get(JAVA_LONG, at + CGROUP),
        new FileIdentity(output.get(JAVA_INT, at + DEVICE), output.get(JAVA_LONG, at + INODE)),
        output.get(JAVA_INT, at + EXEC_FLAGS),
        output.get(JAVA_INT, at + UID),
        LiveProcess.Mark.ofWire(output.get(JAVA_INT, at + MARK)),
        WireCodecs.readText(output, at + COMM, WireLayouts.COMM_SIZE));
  }

  private static long offset(String field) {
    return WireCodecs.offset(WireLayouts.PROCESS_RECORD, field);
  }

  @Override
  public void close() {
    mark.close();
    list.close();
  }
}
