/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.kernel;

import java.util.Objects;

/** Whom a verdict is about. */
public sealed interface Subject {
  /** A process, its live descendants, and every child that they make later. */
  record ProcessTree(ProcessKey root) implements Subject {
    public ProcessTree {
      Objects.requireNonNull(root);
      if (!root.isPresent()) {
        throw new IllegalArgumentException("a verdict needs a process, and this key names none");
      }
    }

    @Override
    public String toString() {
      return "process " + root;
    }
  }

  /**
   * A control group and its descendants.
   *
   * @param id the kernel's 64-bit id of the group in the version 2 hierarchy (its inode number)
   */
  record ControlGroup(long id) implements Subject {
    public ControlGroup {
      if (id == 0) {
        throw new IllegalArgumentException("0 is not a control group id");
      }
    }

    @Override
    public String toString() {
      return "cgroup " + Long.toUnsignedString(id);
    }
  }
}
