/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.tap;

import io.ringward.kernel.EventView;
import io.ringward.kernel.ExitView;
import java.util.Locale;

/** What a process had used when it ended, in a few words, for people. */
final class ExitWords {
  private static final double NANOS_PER_SECOND = 1e9;
  private static final double BYTES_PER_KIBIBYTE = 1024;

  private ExitWords() {}

  static String of(EventView view) {
    return String.format(
            Locale.ROOT,
            "after %.3f s, %.3f s of CPU",
            ExitView.lifetimeNanos(view) / NANOS_PER_SECOND,
            ExitView.cpuNanos(view) / NANOS_PER_SECOND)
        + bytes(ExitView.readBytes(view), "read")
        + bytes(ExitView.writtenBytes(view), "written");
  }

  private static String bytes(long bytes, String what) {
    return bytes < 0
        ? ""
        : String.format(Locale.ROOT, ", %.0f KiB %s", bytes / BYTES_PER_KIBIBYTE, what);
  }
}
