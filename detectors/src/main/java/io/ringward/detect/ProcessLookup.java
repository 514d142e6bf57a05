/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.detect;

import io.ringward.kernel.ProcessInfo;
import java.util.Optional;

/**
 * The process table, as far as windows need it. Asked once when a window is opened and at each
 * exec, not at each event. The table takes each event before the windows do, and still knows a
 * process while its exit event is handled.
 */
@FunctionalInterface
public interface ProcessLookup {
  /** What is known of a process. */
  Optional<ProcessInfo> find(long startBoottimeNanos, int tgid);
}
