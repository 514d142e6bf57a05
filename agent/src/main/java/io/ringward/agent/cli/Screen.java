/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.cli;

import io.ringward.agent.text.Style;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Where commands print.
 *
 * @param out for results
 * @param err for errors and what a person who watches wants to know
 */
public record Screen(PrintWriter out, PrintWriter err, Style outStyle, Style errStyle) {
  /** This process's standard output and standard error, UTF-8, flushed at each line. */
  public static Screen ofProcess() {
    return new Screen(
        writer(FileDescriptor.out),
        writer(FileDescriptor.err),
        Style.ofStandardOutput(),
        Style.ofStandardError());
  }

  private static PrintWriter writer(FileDescriptor descriptor) {
    return new PrintWriter(
        new OutputStreamWriter(new FileOutputStream(descriptor), StandardCharsets.UTF_8), true);
  }

  /** Prints lines of results. */
  public void print(List<String> lines) {
    lines.forEach(out::println);
    out.flush();
  }
}
