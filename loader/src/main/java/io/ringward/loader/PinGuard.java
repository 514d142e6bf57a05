/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * Takes pins away when nobody does it any more: a small child process that learns of the end of
 * this one by the end of its standard input, waits until the last persisting verdict has expired,
 * and removes the pins. What an agent that came after has removed itself is not there any more.
 *
 * <p>Needs a POSIX shell. Where it is killed together with the agent, the pins stay until the next
 * start or {@code ringward pins remove}, and refuse nothing after the expiry. Not thread-safe.
 */
final class PinGuard implements AutoCloseable {
  /**
   * $1: the instance's folder; $2: the folder above; $3: the file that tells of a mount. Each line
   * of input: seconds since boot until which to wait, and seconds from the end of the input on.
   */
  private static final String SCRIPT =
      """
      trap '' TERM INT HUP
      until=0 lasting=0
      while read -r a b; do until=$a lasting=$b; done
      cd /
      read -r now rest </proc/uptime
      now=${now%.*}
      [ $((now + lasting)) -gt "$until" ] && until=$((now + lasting))
      while [ -d "$1" ] && [ "$now" -le "$until" ]; do
        left=$((until - now + 1))
        [ $left -gt 5 ] && left=5
        sleep $left
        read -r now rest </proc/uptime
        now=${now%.*}
      done
      rm -f "$1"/link_* "$1"/map_*
      rmdir "$1" "$2" 2>/dev/null && [ -f "$3" ] && umount "$(cat "$3")" && rm -f "$3"
      exit 0
      """;

  private final Process process;
  private final OutputStream input;

  private PinGuard(Process process) {
    this.process = process;
    this.input = process.getOutputStream();
  }

  static PinGuard watch(Path instance, Path mountedFile) throws IOException {
    return new PinGuard(
        new ProcessBuilder(
                "/bin/sh",
                "-c",
                SCRIPT,
                "ringward-pins",
                instance.toString(),
                instance.getParent().toString(),
                mountedFile.toString())
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start());
  }

  /**
   * Says how long the pins are needed.
   *
   * @param untilNanos CLOCK_BOOTTIME
   * @param lastingNanos from the end of this process on
   */
  void tell(long untilNanos, long lastingNanos) throws IOException {
    long until = TimeUnit.NANOSECONDS.toSeconds(untilNanos) + 1;
    long lasting = lastingNanos == 0 ? 0 : TimeUnit.NANOSECONDS.toSeconds(lastingNanos) + 1;
    input.write((until + " " + lasting + "\n").getBytes(StandardCharsets.US_ASCII));
    input.flush();
  }

  /** Whether it still runs. */
  boolean isAlive() {
    return process.isAlive();
  }

  /** Leaves it alone with the pins: it ends when they are gone or over. */
  @Override
  public void close() throws IOException {
    input.close();
  }
}
