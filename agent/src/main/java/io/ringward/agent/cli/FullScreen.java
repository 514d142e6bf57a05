/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.cli;

import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The terminal as one page that is drawn again and again, keys read one by one: by stty(1) and the
 * control sequences of ECMA-48, which every terminal of today understands. Closing, also by Ctrl-C,
 * puts everything back as it was.
 */
final class FullScreen implements AutoCloseable {
  private static final File TERMINAL = new File("/dev/tty");
  private static final String ENTER = "\u001b[?1049h\u001b[?25l";
  private static final String LEAVE = "\u001b[?25h\u001b[?1049l";
  private static final String HOME = "\u001b[H";
  private static final String CLEAR_LINE = "\u001b[K";
  private static final String CLEAR_REST = "\u001b[J";
  private static final int NO_KEY = -1;

  private final PrintWriter out;
  private final String before;
  private final FileInputStream keys;
  private final Thread onExit = new Thread(this::restore, "restore-terminal");
  private boolean restored;

  private FullScreen(PrintWriter out, String before, FileInputStream keys) {
    this.out = out;
    this.before = before;
    this.keys = keys;
  }

  /**
   * Takes the terminal over.
   *
   * @throws IOException when there is none, or no stty
   */
  static FullScreen open(PrintWriter out) throws IOException {
    String before = stty("-g").strip();
    FullScreen screen = new FullScreen(out, before, new FileInputStream(TERMINAL));
    Runtime.getRuntime().addShutdownHook(screen.onExit);
    stty("-icanon", "-echo", "min", "0", "time", "0");
    out.print(ENTER);
    out.flush();
    return screen;
  }

  /** Draws a page; lines that are too long or too many are cut. */
  void draw(List<String> lines, int rows) {
    StringBuilder page = new StringBuilder(HOME);
    int shown = Math.min(lines.size(), rows);
    for (int i = 0; i < shown; i++) {
      page.append(lines.get(i)).append(CLEAR_LINE);
      page.append(i + 1 < rows ? "\r\n" : "");
    }
    out.print(page.append(CLEAR_REST));
    out.flush();
  }

  /** Rows and columns of the terminal now. */
  int[] size() {
    try {
      String[] size = stty("size").strip().split(" ");
      int rows = Integer.parseInt(size[0]);
      int columns = Integer.parseInt(size[1]);
      return rows > 0 && columns > 0 ? new int[] {rows, columns} : new int[] {24, 80};
    } catch (IOException | NumberFormatException | ArrayIndexOutOfBoundsException e) {
      return new int[] {24, 80};
    }
  }

  /** A key that was pressed, or -1. */
  int key() throws IOException {
    return keys.available() > 0 ? keys.read() : NO_KEY;
  }

  private static String stty(String... arguments) throws IOException {
    List<String> command = new java.util.ArrayList<>(List.of("stty"));
    command.addAll(List.of(arguments));
    Process stty =
        new ProcessBuilder(command)
            .redirectInput(TERMINAL)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      String said = new String(stty.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!stty.waitFor(5, TimeUnit.SECONDS) || stty.exitValue() != 0) {
        throw new IOException("stty " + arguments[0] + " failed");
      }
      return said;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private synchronized void restore() {
    if (restored) {
      return;
    }
    restored = true;
    out.print(LEAVE);
    out.flush();
    try {
      stty(before);
    } catch (IOException e) {
      out.println("the terminal could not be put back: 'stty sane' does it");
      out.flush();
    }
  }

  @Override
  public void close() throws IOException {
    restore();
    keys.close();
    try {
      Runtime.getRuntime().removeShutdownHook(onExit);
    } catch (IllegalStateException e) {
      // It is running: the process ends.
    }
  }
}
