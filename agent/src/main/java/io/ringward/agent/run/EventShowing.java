/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.run;

import io.ringward.agent.control.ControlException;
import io.ringward.agent.control.ControlException.Code;
import io.ringward.agent.control.EventBatch;
import io.ringward.agent.control.EventRow;
import io.ringward.agent.control.EventStream;
import io.ringward.jobs.tap.EventTap;
import io.ringward.jobs.tap.EventTaps;
import io.ringward.jobs.tap.TappedEvent;
import io.ringward.kernel.Decision;
import io.ringward.kernel.SystemCallNames;
import io.ringward.rules.EventFilter;
import io.ringward.rules.RuleSource;
import io.ringward.rules.problem.RuleException;
import io.ringward.rules.problem.RuleProblem;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.LongFunction;
import java.util.function.Supplier;

/**
 * Opens streams of live events: compiles the operator's condition, and turns what a tap has seen
 * into rows, on the listener's thread and not on the loop's. Thread-safe.
 */
final class EventShowing implements OperatorDesk.EventShow {
  private static final long POLL_MILLIS = 20;
  private static final int EMPTY_AFTER_POLLS = 10;
  private static final int MOST_IN_BATCH = 256;
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private final EventTaps taps;
  private final Supplier<List<RuleSource>> definitions;
  private final FileWishBoard wishes;
  private final LongFunction<String> controlGroupNames;
  private final ActDemand demand;

  /**
   * @param wishes takes what a condition wishes to know of files, for as long as somebody looks on
   */
  EventShowing(
      EventTaps taps,
      FileWishBoard wishes,
      Supplier<List<RuleSource>> definitions,
      LongFunction<String> controlGroupNames,
      ActDemand demand) {
    this.taps = taps;
    this.demand = demand;
    this.wishes = wishes;
    this.definitions = definitions;
    this.controlGroupNames = controlGroupNames;
  }

  @Override
  public EventStream open(String where) throws ControlException {
    EventFilter filter = filter(where);
    EventTap tap =
        taps.open(filter)
            .orElseThrow(() ->
                new ControlException(
                    Code.BUSY,
                    EventTaps.MOST + " are watching events already, and no more can: end one"));
    return new TapStream(
        tap,
        wishes.add(filter.fileWishes()),
        controlGroupNames,
        demand.listen(filter.eventTypes()));
  }

  private EventFilter filter(String where) throws ControlException {
    if (where.isBlank()) {
      return EventFilter.everything();
    }
    try {
      return EventFilter.compile("condition", where, definitions.get());
    } catch (RuleException e) {
      throw new ControlException(Code.BAD_REQUEST, explain(where, e.problems().getFirst()));
    }
  }

  // A condition on a command line is one line: the place is shown below it.
  private static String explain(String where, RuleProblem problem) {
    int column = problem.where().column();
    boolean shown = problem.where().line() == 1 && where.lines().count() == 1;
    return problem.line()
        + (shown ? "\n  " + where + "\n  " + " ".repeat(Math.max(0, column - 1)) + "^" : "");
  }

  private static final class TapStream implements EventStream {
    private final EventTap tap;
    private final FileWishBoard.Wishing wishing;
    private final LongFunction<String> controlGroupNames;
    private final SystemCallNames calls = SystemCallNames.ofThisMachine();
    private final Runnable noMoreDemand;
    private long missedSaid;

    TapStream(
        EventTap tap,
        FileWishBoard.Wishing wishing,
        LongFunction<String> controlGroupNames,
        Runnable noMoreDemand) {
      this.tap = tap;
      this.noMoreDemand = noMoreDemand;
      this.wishing = wishing;
      this.controlGroupNames = controlGroupNames;
    }

    @Override
    public EventBatch next() throws InterruptedException {
      List<EventRow> rows = new ArrayList<>();
      for (int poll = 0; poll < EMPTY_AFTER_POLLS; poll++) {
        if (tap.drain(event -> rows.add(row(event)), MOST_IN_BATCH) > 0) {
          break;
        }
        Thread.sleep(POLL_MILLIS);
      }
      long missed = tap.missed();
      EventBatch batch = new EventBatch(rows, missed - missedSaid);
      missedSaid = missed;
      return batch;
    }

    private EventRow row(TappedEvent event) {
      return new EventRow(
          time(event.epochNanos()),
          event.type().label(),
          event.pid(),
          event.tid(),
          event.uid(),
          event.name(),
          event.path(),
          event.commandLine(),
          event.parentPid().orElse(0),
          event.ancestors(),
          event.childPid().orElse(0),
          event.endpoint(),
          protocol(event),
          outcome(event),
          controlGroupNames.apply(event.cgroupId()),
          Long.toUnsignedString(event.cgroupId()),
          event.fromMemory(),
          event.detail(),
          event.calls().stream().map(calls::text).toList(),
          event.firstCall());
    }

    private static String time(long epochNanos) {
      return epochNanos == 0
          ? ""
          : Instant.ofEpochSecond(epochNanos / NANOS_PER_SECOND, epochNanos % NANOS_PER_SECOND)
              .toString();
    }

    private static String protocol(TappedEvent event) {
      if (event.endpoint().isEmpty()) {
        return "";
      }
      return switch (event.protocol()) {
        case 1, 58 -> "icmp";
        case 6 -> "tcp";
        case 17 -> "udp";
        default -> Integer.toString(event.protocol());
      };
    }

    private static String outcome(TappedEvent event) {
      if (event.exitStatus().isEmpty()) {
        return event.decision().map(TapStream::word).orElse("");
      }
      // The macros WTERMSIG and WEXITSTATUS of wait(2).
      int status = event.exitStatus().getAsInt();
      int signal = status & 0x7f;
      return signal != 0 ? "signal " + signal : "status " + ((status >> 8) & 0xff);
    }

    private static String word(Decision decision) {
      return decision.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public void close() {
      wishing.close();
      tap.close();
      noMoreDemand.run();
    }
  }
}
