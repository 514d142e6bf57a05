/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader.cgroup;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A dead man's switch: a small child process that puts knobs back when this process has died, or
 * when their verdict should long be over and this process hangs. It waits for the end of its
 * standard input, which the kernel closes with the death of whoever holds the other end.
 *
 * <p>Needs a POSIX shell and coreutils' {@code timeout} and {@code cat}, and {@code sed}.
 */
final class KnobGuard implements AutoCloseable {
  /**
   * $1: seconds; then, four by four: file, device or nothing, what was written, what to put back.
   */
  private static final String SCRIPT =
      """
      trap '' TERM INT HUP
      timeout "$1" cat >/dev/null
      shift
      while [ $# -ge 4 ]; do
        if [ -z "$2" ]; then
          held=$(cat "$1" 2>/dev/null) back=$4
        else
          held=$(sed -n "s/^$2 //p" "$1" 2>/dev/null) back="$2 $4"
        fi
        [ "$held" = "$3" ] && printf %s "$back" 2>/dev/null >"$1"
        shift 4
      done
      exit 0
      """;

  private final Process process;

  private KnobGuard(Process process) {
    this.process = process;
  }

  /**
   * Starts to watch.
   *
   * @param seconds when they are put back at the latest
   */
  static KnobGuard watch(List<Knob> knobs, long seconds) throws IOException {
    List<String> command = new ArrayList<>();
    command.addAll(List.of("/bin/sh", "-c", SCRIPT, "ringward-guard", Long.toString(seconds)));
    for (Knob knob : knobs) {
      command.addAll(List.of(knob.file().toString(), knob.device(), knob.written(), knob.before()));
    }
    return new KnobGuard(
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start());
  }

  /**
   * Ends it, and it puts nothing back: that has been done, and another verdict may have set the
   * same value by the time at which it would look.
   */
  @Override
  public void close() throws IOException {
    process.destroyForcibly(); // the shell alone; what it waits for ends with its input
    process.getOutputStream().close();
  }
}
