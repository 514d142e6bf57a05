/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.detect;

import io.ringward.kernel.EventView;
import io.ringward.kernel.FileIdentity;
import io.ringward.kernel.ProcessInfo;
import java.util.Objects;
import java.util.Optional;

/**
 * Finds the windows that an event counts to: the actor's own, its parent's, the tree's and the
 * program's that it belongs to while it is young. Opens what is missing.
 */
final class Lineage {
  /** The program of a process that the process table does not know. */
  private static final FileIdentity UNKNOWN = new FileIdentity(0, 0);

  private final WindowTable table;
  private final ProcessLookup processes;

  Lineage(WindowTable table, ProcessLookup processes) {
    this.table = table;
    this.processes = Objects.requireNonNull(processes);
  }

  /** Whether a process is under one window old. */
  static boolean isYoung(Window process, long now) {
    return now - process.keyHigh < ProcessWindows.WINDOW_NANOS;
  }

  /** Whether a process has a window, or could have one that says which program it runs. */
  boolean isKnown(long start, int tgid) {
    return table.find(Scope.PROCESS, start, tgid) != null
        || processes.find(start, tgid).isPresent();
  }

  /** The window of a new child: its parent's program, and its parent's tree while that is young. */
  Window child(long start, int tgid, Window forker, Window tree, boolean young) {
    Window child = table.find(Scope.PROCESS, start, tgid);
    if (child == null) {
      child = table.open(Scope.PROCESS, start, tgid);
    }
    child.program = forker.program;
    child.parent(forker);
    child.anchor(tree);
    if (young) {
      child.topStart = forker.topStart;
      child.topTgid = forker.topTgid;
    }
    return child;
  }

  /** The window of a process, opened by what the process table knows if it is new. */
  Window process(long start, int tgid) {
    Window window = table.find(Scope.PROCESS, start, tgid);
    if (window == null) {
      Optional<ProcessInfo> known = processes.find(start, tgid);
      window = table.open(Scope.PROCESS, start, tgid);
      window.program(known.map(ProcessInfo::executable).orElse(UNKNOWN));
    }
    return window;
  }

  Window parent(Window actor, EventView event) {
    Window parent = actor.parent();
    if (parent == null && event.parentTgid() != 0) {
      parent = process(event.parentStartBoottimeNanos(), event.parentTgid());
      actor.parent(parent);
    }
    return parent;
  }

  /** The tree that a young process counts to. */
  Window tree(Window actor, EventView event) {
    Window tree = actor.anchor();
    if (tree != null) {
      table.touch(tree);
      return tree;
    }
    Window parent = parent(actor, event);
    if (parent == null) {
      tree = tree(actor);
    } else {
      Window above = isYoung(parent, event.timeNanos()) ? parent.anchor() : null;
      tree = above == null ? tree(parent) : above;
    }
    actor.anchor(tree);
    return tree;
  }

  Window tree(Window root) {
    Window tree = table.find(Scope.TREE, root.keyHigh, root.keyLow);
    if (tree == null) {
      tree = table.open(Scope.TREE, root.keyHigh, root.keyLow);
      tree.program(root.program.executable());
    }
    return tree;
  }

  Window program(Window actor) {
    FileIdentity file = actor.program.executable();
    Window program = table.find(Scope.PROGRAM, file.inode(), file.device());
    if (program == null) {
      program = table.open(Scope.PROGRAM, file.inode(), file.device());
      program.program(file);
    }
    return program;
  }
}
