/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules;

import io.ringward.rules.event.EventContext;
import io.ringward.rules.event.EventType;
import io.ringward.rules.event.Fact;
import io.ringward.rules.event.IpNetwork;
import io.ringward.rules.problem.RuleException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Nanoseconds and bytes an event, for the 14 starter rules, and for 28 and 128 rules. Run by hand:
 *
 * <pre>
 * java -cp rules/target/classes:rules/target/test-classes:… io.ringward.rules.EvaluationBenchmark
 * </pre>
 *
 * <p>Method: one thread; 4096 different events, two thirds connects and one third execs, in fields
 * of plain objects; one in fourteen matches a rule. Rules: the starter rules, and for more of them
 * made ones of four shapes (names, ports and networks, ancestors, paths) with three or four tests
 * each. One second of warm-up, then the median of 9 rounds of 2 million events, in CPU time of the
 * thread.
 */
public final class EvaluationBenchmark {
  private static final int EVENTS = 4_096;
  private static final int ROUNDS = 9;
  private static final int PER_ROUND = 2_000_000;

  private EvaluationBenchmark() {}

  /** Prints the figures. */
  public static void main(String[] arguments) throws RuleException {
    PlainEvent[] events = events();
    System.out.println(
        "method: median of 9 rounds of 2,000,000 evaluations, CPU time of one thread, plain objects");
    for (int count : new int[] {14, 28, 128}) {
      RuleSet rules = rules(count);
      long matches = run(rules, events, PER_ROUND);
      long until = System.nanoTime() + 1_000_000_000L;
      while (System.nanoTime() < until) {
        matches += run(rules, events, PER_ROUND / 10);
      }
      double[] nanos = new double[ROUNDS];
      com.sun.management.ThreadMXBean threads =
          (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
      long allocated = threads.getCurrentThreadAllocatedBytes();
      for (int round = 0; round < ROUNDS; round++) {
        long start = threads.getCurrentThreadCpuTime();
        matches += run(rules, events, PER_ROUND);
        nanos[round] = (double) (threads.getCurrentThreadCpuTime() - start) / PER_ROUND;
      }
      allocated = threads.getCurrentThreadAllocatedBytes() - allocated;
      Arrays.sort(nanos);
      System.out.printf(
          "%4d rules: %7.1f ns an event (%.1f to %.1f), %.3f bytes an event, candidates connect %d"
              + " exec %d, matches %d%n",
          count,
          nanos[ROUNDS / 2],
          nanos[0],
          nanos[ROUNDS - 1],
          (double) allocated / ((long) ROUNDS * PER_ROUND),
          rules.candidates(EventType.CONNECT).size(),
          rules.candidates(EventType.EXECVE).size(),
          matches);
    }
  }

  private static long run(RuleSet rules, PlainEvent[] events, int count) {
    long matches = 0;
    RuleMatchConsumer nothing = (_, _) -> {};
    for (int i = 0; i < count; i++) {
      matches += rules.evaluate(events[i & (EVENTS - 1)], nothing);
    }
    return matches;
  }

  private static RuleSet rules(int count) throws RuleException {
    StringBuilder text = new StringBuilder();
    for (int i = 14; i < count; i++) {
      String condition =
          switch (i % 4) {
            case 0 ->
                "spawned_process and proc.name in (tool%d, other%d) and not proc.pname in (shell_binaries)";
            case 1 ->
                "evt.type = connect and fd.rport in (%d, 6667) and not fd.rnet in (\"10.%d.0.0/16\") and proc.name != curl";
            case 2 ->
                "evt.type in (execve, connect) and proc.exepath startswith /opt/app%d/ and proc.aname in (svc%d, sshd)";
            default ->
                "(evt.type = connect or evt.type = execve) and user.uid = %d and proc.name startswith tool%d";
          };
      text.append(Compiling.item("r" + i, "'" + condition.formatted(3_000 + i, i % 256) + "'"));
    }
    return RuleCompiler.compile(
            List.of(StarterRules.source(), RuleSource.text("made.yaml", text.toString())))
        .rules();
  }

  private static PlainEvent[] events() {
    Random random = new Random(7);
    List<String> names =
        List.of("nginx", "curl", "java", "postgres", "sh", "python3", "tool17", "cron", "sshd");
    List<PlainEvent> events = new ArrayList<>();
    for (int i = 0; i < EVENTS; i++) {
      PlainEvent event = new PlainEvent();
      event.type = i % 3 == 0 ? EventType.EXECVE : EventType.CONNECT;
      event.names = new String[5];
      for (int generation = 0; generation < 5; generation++) {
        event.names[generation] = new String(names.get(random.nextInt(names.size())).toCharArray());
      }
      event.path = "/usr/bin/" + event.names[0];
      event.uid = random.nextInt(1_000);
      event.port = random.nextBoolean() ? 443 : random.nextInt(65_536);
      event.address = new IpNetwork(0, 0xffff_0a00_0000L | random.nextInt(1 << 24), 128);
      events.add(event);
    }
    return events.toArray(PlainEvent[]::new);
  }

  /** What a process table and a flyweight come to: field reads. */
  private static final class PlainEvent implements EventContext {
    private EventType type;
    private String[] names;
    private String path;
    private long uid;
    private long port;
    private IpNetwork address;

    @Override
    public EventType type() {
      return type;
    }

    @Override
    public int ancestors() {
      return names.length - 1;
    }

    @Override
    public boolean has(Fact fact, int generation) {
      return switch (fact) {
        case REMOTE_ADDRESS, REMOTE_PORT, PROTOCOL -> type == EventType.CONNECT;
        default -> generation == 0;
      };
    }

    @Override
    public long number(Fact fact, int generation) {
      return switch (fact) {
        case USER_ID -> uid;
        case REMOTE_PORT -> port;
        case PROTOCOL -> 6;
        default -> 0;
      };
    }

    @Override
    public String text(Fact fact, int generation) {
      return switch (fact) {
        case PROCESS_NAME -> generation < names.length ? names[generation] : null;
        case PROCESS_EXE_PATH -> generation == 0 ? path : null;
        default -> null;
      };
    }

    @Override
    public long addressHigh(Fact fact) {
      return address.high();
    }

    @Override
    public long addressLow(Fact fact) {
      return address.low();
    }
  }
}
