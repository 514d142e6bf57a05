/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bench;

import io.ringward.bench.AgentUnderTest.Times;
import java.util.ArrayList;
import java.util.List;

/** Goal 4: how soon the agent is on guard, and what it takes when nothing happens. */
final class StartBenchmark implements Benchmark {
  private static final int STARTS = 5;
  private static final int SETTLE_SECONDS = 20;
  private static final int IDLE_SECONDS = 30;
  private static final double ARMED_GOAL_SECONDS = 2;
  private static final double RUNNING_GOAL_SECONDS = 5;
  private static final double RESIDENT_GOAL_MIB = 300;
  private static final double IDLE_GOAL_PERCENT = 3;

  @Override
  public String name() {
    return "start";
  }

  @Override
  public String method() {
    return "'ringward up --mode enforce' through the launcher, in directories and a cgroup of its"
        + " own, "
        + STARTS
        + " times. An earlier run has left a verdict that blocks a cgroup; a process in that cgroup"
        + " connects every millisecond. Armed: from the start of the launcher to the first refusal"
        + " that this process sees. Running: to the line that says that a tick has passed through the"
        + " whole job. Processor time: of the agent until then. Resident memory and idle processor"
        + " time: of the last start, "
        + SETTLE_SECONDS
        + " s after it, over "
        + IDLE_SECONDS
        + " s, on whatever else happens on the machine.";
  }

  @Override
  public List<Figure> run(boolean tiny) throws Exception {
    int starts = tiny ? 1 : STARTS;
    double[] armed = new double[starts];
    double[] running = new double[starts];
    double[] processor = new double[starts];
    List<Figure> figures = new ArrayList<>();
    try (Workshop workshop = Workshop.open()) {
      Load load = Load.in(workshop);
      AgentUnderTest agent = AgentUnderTest.in(workshop);
      agent.leaveVerdict();
      for (int start = 0; start < starts; start++) {
        try (Load.Running probe = load.probe(120);
            AgentUnderTest.Started started = agent.start()) {
          Times times = started.awaitRunning();
          processor[start] = started.processorSeconds();
          long[] refused = probe.await();
          if (refused[1] == 0) {
            throw new BenchmarkException(
                "the verdict of before was not enforced:\n" + started.said());
          }
          armed[start] = (refused[1] - times.launchedNanos()) / 1e9;
          running[start] = (times.runningNanos() - times.launchedNanos()) / 1e9;
          if (start == starts - 1) {
            Thread.sleep((tiny ? 1 : SETTLE_SECONDS) * 1000L);
            double before = started.processorSeconds();
            int seconds = tiny ? 1 : IDLE_SECONDS;
            Thread.sleep(seconds * 1000L);
            double idle = 100 * (started.processorSeconds() - before) / seconds;
            figures.add(
                Figure.of("resident memory", "MiB", started.residentMebibytes())
                    .atMost(RESIDENT_GOAL_MIB));
            figures.add(Figure.of("idle, of one core", "%", idle).atMost(IDLE_GOAL_PERCENT));
          }
        }
      }
    }
    figures.addFirst(Figure.of("processor time until running", "s", processor));
    figures.addFirst(Figure.of("job running", "s", running).atMost(RUNNING_GOAL_SECONDS));
    figures.addFirst(Figure.of("enforcement armed", "s", armed).atMost(ARMED_GOAL_SECONDS));
    return figures;
  }
}
