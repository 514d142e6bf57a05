/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.kernel;

/**
 * A process for as long as the machine is up: stable across exec, never reused. Mirrors {@code
 * struct rw_process_key}.
 *
 * @param startBoottimeNanos the start of the thread group leader, {@code CLOCK_BOOTTIME}
 * @param tgid the thread group id in the initial pid namespace
 */
public record ProcessKey(long startBoottimeNanos, int tgid) implements Comparable<ProcessKey> {
  /** No process: what the kernel sends where there is no parent. */
  public static final ProcessKey NONE = new ProcessKey(0, 0);

  /** Whether this names a process at all. */
  public boolean isPresent() {
    return tgid != 0;
  }

  @Override
  public int compareTo(ProcessKey other) {
    int byStart = Long.compare(startBoottimeNanos, other.startBoottimeNanos);
    return byStart != 0 ? byStart : Integer.compare(tgid, other.tgid);
  }

  /** For people and logs: {@code tgid@start}, the start in nanoseconds since boot. */
  @Override
  public String toString() {
    return tgid + "@" + startBoottimeNanos;
  }

  /**
   * Reads what {@link #toString} wrote.
   *
   * @throws IllegalArgumentException when the text has another form
   */
  public static ProcessKey parse(String text) {
    int at = text.indexOf('@');
    if (at > 0) {
      try {
        return new ProcessKey(
            Long.parseLong(text.substring(at + 1)), Integer.parseInt(text.substring(0, at)));
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException(malformed(text), e);
      }
    }
    throw new IllegalArgumentException(malformed(text));
  }

  private static String malformed(String text) {
    return "'" + text + "' is not a process key: expected PID@START, as in 4711@123456789";
  }
}
