/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.kernel;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * The kernel's names of system calls and of their errors. Numbers are an architecture's own; those
 * of another, of 32-bit programs and of calls newer than the table stay numbers. Immutable.
 */
public final class SystemCallNames {
  private final Map<Integer, String> calls;
  private final Map<Integer, String> errors;

  private SystemCallNames(Map<Integer, String> calls, Map<Integer, String> errors) {
    this.calls = calls;
    this.errors = errors;
  }

  /** The names of the architecture that this runs on. */
  public static SystemCallNames ofThisMachine() {
    return of(System.getProperty("os.arch"));
  }

  /**
   * The names of an architecture.
   *
   * @param architecture as the JVM calls it: {@code amd64}, {@code aarch64}; of others, all are
   *     numbers
   */
  public static SystemCallNames of(String architecture) {
    return new SystemCallNames(
        switch (architecture) {
          case "amd64", "aarch64" -> table("syscalls-" + architecture + ".txt");
          default -> Map.of();
        },
        table("errno.txt"));
  }

  /** The name of a call: {@code openat}, {@code syscall 999}, {@code compat 5}. */
  public String name(SystemCall call) {
    if (call.number() == SystemCall.UNKNOWN) {
      return "?";
    }
    if (call.compat()) {
      return "compat " + call.number();
    }
    String name = calls.get(call.number());
    return name == null ? "syscall " + call.number() : name;
  }

  /** The same, with the error of one that failed: {@code openat=ENOENT}. */
  public String text(SystemCall call) {
    return call.errno() == 0
        ? name(call)
        : name(call) + "=" + errors.getOrDefault(call.errno(), Integer.toString(call.errno()));
  }

  private static Map<Integer, String> table(String resource) {
    try (InputStream in = SystemCallNames.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException(resource + " is missing from the jar: build it anew");
      }
      Map<Integer, String> names = new HashMap<>();
      new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII))
          .lines()
          .filter(line -> !line.startsWith("#"))
          .map(line -> line.split(" ", 2))
          .forEach(parts -> names.put(Integer.valueOf(parts[0]), parts[1]));
      return Map.copyOf(names);
    } catch (IOException e) {
      throw new UncheckedIOException("reading " + resource, e);
    }
  }
}
