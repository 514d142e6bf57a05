/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules;

import io.ringward.kernel.InlineRow;
import java.util.List;

/**
 * Where a rule is decided, and why there: what {@code rules check} tells. Sealed, so that whoever
 * handles it hears from the compiler when a place joins.
 */
public sealed interface Placement {
  /** One word for people and labels. */
  String label();

  /** Why there. */
  String reason();

  /** On the events in the stream job, after the operation was seen. */
  record Stream(String reason) implements Placement {
    @Override
    public String label() {
      return "stream";
    }
  }

  /**
   * In the kernel, before the operation happens; and on the events in the stream job as well, for
   * what follows from it.
   *
   * @param rows of the kernel's tables, of which one has to match
   */
  record Inline(List<InlineRow> rows, String reason) implements Placement {
    public Inline {
      rows = List.copyOf(rows);
    }

    @Override
    public String label() {
      return "kernel";
    }
  }
}
