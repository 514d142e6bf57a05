/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.run;

import io.ringward.agent.config.LogLevel;
import io.ringward.jobs.HostJob;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.logging.ConsoleHandler;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;

/**
 * The agent's log: one line a record on standard error, through {@code java.util.logging} (slf4j is
 * bound to it). What libraries say is kept to warnings.
 */
public final class AgentLog {
  // Libraries tell of every step, and what the loader tells of rungs stands in the banner.
  private static final List<Logger> LOUD =
      Stream.concat(
              HostJob.CHATTY_LOGGERS.stream(),
              Stream.of(
                  "io.ringward.jobs.cluster",
                  "io.ringward.loader.HostKernel",
                  "io.netty",
                  "sun.net",
                  "com.sun",
                  "jdk"))
          .map(Logger::getLogger)
          .toList();

  // Some warn of what means nothing here. A logger that nobody holds loses its level when it is
  // collected.
  private static final List<Logger> ANXIOUS =
      HostJob.ANXIOUS_LOGGERS.stream().map(Logger::getLogger).toList();

  private AgentLog() {}

  /**
   * Sets the log up for the whole JVM.
   *
   * @param traces whether stack traces are shown; else an exception is one line
   */
  public static void configure(LogLevel level, boolean traces) {
    Logger root = Logger.getLogger("");
    for (Handler handler : root.getHandlers()) {
      root.removeHandler(handler);
    }
    ConsoleHandler console = new ConsoleHandler();
    console.setLevel(Level.ALL);
    console.setFormatter(new OneLine(traces));
    root.addHandler(console);
    root.setLevel(level.level());
    Level atMost = level == LogLevel.ERROR ? Level.SEVERE : Level.WARNING;
    LOUD.forEach(logger -> logger.setLevel(atMost));
    ANXIOUS.forEach(logger -> logger.setLevel(Level.SEVERE));
  }

  /** {@code 12:30:59.123 WARN loader.HostKernel: message}. */
  static final class OneLine extends Formatter {
    private static final DateTimeFormatter TIME =
        DateTimeFormatter.ofPattern("HH:mm:ss.SSS", Locale.ROOT).withZone(ZoneId.systemDefault());

    private final boolean traces;

    OneLine(boolean traces) {
      this.traces = traces;
    }

    @Override
    public String format(LogRecord entry) {
      StringBuilder line = new StringBuilder(160);
      line.append(TIME.format(entry.getInstant())).append(' ').append(word(entry.getLevel()));
      String name = String.valueOf(entry.getLoggerName());
      line.append(' ').append(name.replaceFirst("^io\\.ringward\\.", "")).append(": ");
      line.append(formatMessage(entry).replace("\n", "\n    "));
      Throwable thrown = entry.getThrown();
      if (thrown != null && traces) {
        StringWriter trace = new StringWriter();
        thrown.printStackTrace(new PrintWriter(trace, true));
        line.append('\n').append(trace.toString().stripTrailing());
      } else if (thrown != null) {
        line.append(": ").append(thrown);
        for (Throwable cause = thrown.getCause(); cause != null; cause = cause.getCause()) {
          line.append("; because of ").append(cause);
        }
      }
      return line.append('\n').toString();
    }

    private static String word(Level level) {
      if (level.intValue() >= Level.SEVERE.intValue()) {
        return "ERROR";
      }
      if (level.intValue() >= Level.WARNING.intValue()) {
        return "WARN ";
      }
      return level.intValue() >= Level.INFO.intValue() ? "INFO " : "DEBUG";
    }
  }
}
