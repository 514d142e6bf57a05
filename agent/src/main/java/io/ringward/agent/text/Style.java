/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.text;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Colours, where a terminal shows them, and plain text everywhere else. Immutable.
 *
 * @param terminal whether the stream is a terminal
 * @param coloured whether colours are used: a terminal, without {@code NO_COLOR} (no-color.org) and
 *     without {@code TERM=dumb}
 */
public record Style(boolean terminal, boolean coloured) {
  /** Neither terminal nor colours: files, pipes, tests. */
  public static final Style PLAIN = new Style(false, false);

  /** The style of this process's standard output. */
  public static Style ofStandardOutput() {
    return of(Path.of("/proc/self/fd/1"), System.getenv());
  }

  /** The style of this process's standard error. */
  public static Style ofStandardError() {
    return of(Path.of("/proc/self/fd/2"), System.getenv());
  }

  // System.console() also wants standard input to be a terminal; what the descriptor is open on
  // says it of one stream alone.
  static Style of(Path descriptor, Map<String, String> environment) {
    boolean terminal;
    try {
      String target = Files.readSymbolicLink(descriptor).toString();
      terminal = target.startsWith("/dev/pts/") || target.matches("/dev/(tty|console).*");
    } catch (IOException e) {
      terminal = false;
    }
    String noColor = environment.getOrDefault("NO_COLOR", "");
    boolean dumb = environment.getOrDefault("TERM", "dumb").equals("dumb");
    return new Style(terminal, terminal && noColor.isEmpty() && !dumb);
  }

  public String bold(String text) {
    return paint("1", text);
  }

  public String dim(String text) {
    return paint("2", text);
  }

  public String red(String text) {
    return paint("31", text);
  }

  public String green(String text) {
    return paint("32", text);
  }

  public String yellow(String text) {
    return paint("33", text);
  }

  public String cyan(String text) {
    return paint("36", text);
  }

  private String paint(String code, String text) {
    return coloured ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
  }
}
