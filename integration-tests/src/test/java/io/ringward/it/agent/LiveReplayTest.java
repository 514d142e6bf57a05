/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.it.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringward.bpf.BootClock;
import io.ringward.decide.Policy;
import io.ringward.decide.Protection;
import io.ringward.jobs.HostJob;
import io.ringward.jobs.HostJobOptions;
import io.ringward.jobs.recording.Recorder;
import io.ringward.jobs.recording.Recording;
import io.ringward.jobs.recording.RecordingLimits;
import io.ringward.jobs.recording.RecordingRun;
import io.ringward.jobs.recording.RecordingStatus;
import io.ringward.kernel.Action;
import io.ringward.kernel.ControlItem;
import io.ringward.kernel.ControlItem.RuleText;
import io.ringward.kernel.Event;
import io.ringward.kernel.Finding;
import io.ringward.kernel.HostPorts;
import io.ringward.kernel.Incident;
import io.ringward.kernel.LoopObserver;
import io.ringward.kernel.Verdict;
import io.ringward.kernel.VerdictTable.Outcome;
import io.ringward.loader.HostKernel;
import io.ringward.loader.HostKernelOptions;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The real kernel and real processes: whatever the loop says while it is recorded, its replay says
 * again, each finding, verdict, outcome, hit and incident with all their fields, in their order.
 */
final class LiveReplayTest {
  private static final URI LIVE = URI.create("ring:live-replay-test");
  private static final URI AGAIN = URI.create("file:live-replay-test");

  private static final String RULES =
      """
      - rule: Some program
        desc: test
        condition: evt.type = execve and proc.aname[2] exists and proc.name = true
        output: "%evt.num %evt.rawtime %proc.cmdline by %proc.pname of %proc.aname[2]"
        priority: NOTICE
      - rule: Forbidden port
        desc: test
        condition: evt.type = connect and fd.rport = 7
        output: "%evt.num %fd.name by %proc.cmdline"
        priority: WARNING
        action: block
        for: 1m
        operations: [connect]
      """;

  private static final String LIFE =
      """
      for round in $(seq 1 50); do
        for port in $(seq 1000 1120); do : 3<>/dev/tcp/127.0.0.1/$port; done
        bash -c ': 3<>/dev/tcp/127.0.0.1/7; /bin/true; : 3<>/dev/tcp/127.0.0.1/9'
        bash -c 'for i in 1 2 3 4 5 6 7 8; do /bin/true & done; wait'
        sleep 0.2
      done
      echo over
      """;

  @TempDir Path folder;

  /** Writes down what the loop says, as the records that it says. */
  private static final class Witness implements LoopObserver {
    final List<Object> said = new CopyOnWriteArrayList<>();

    record Judged(Verdict verdict, Outcome outcome) {}

    record Ended(long verdictId, String why) {}

    @Override
    public void onFinding(Finding finding) {
      said.add(finding);
    }

    @Override
    public void onVerdict(Verdict verdict, Outcome outcome) {
      said.add(new Judged(verdict, outcome));
    }

    @Override
    public void onRelease(long verdictId, String why) {
      said.add(new Ended(verdictId, why));
    }

    @Override
    public void onEnforcement(Event.Enforcement enforcement) {
      said.add(enforcement);
    }

    @Override
    public void onIncident(Incident incident) {
      said.add(incident);
    }

    @Override
    public void onBeat(long delayNanos) {}

    @Override
    public void onModels(int programs, long oldestNanos) {}
  }

  @Test
  void eachWordIsSaidAgain() throws Exception {
    Path file = folder.resolve("a.rec");
    Witness live = new Witness();
    List<Object> recorded;
    RecordingStatus status;
    try (TestGroup group = TestGroup.make();
        HostKernel kernel =
            HostKernel.open(
                HostKernelOptions.defaults()
                    .withEnforce(true)
                    .withRuntimeDirectory(folder.resolve("run"))
                    .withCgroup(Optional.of(group.folder())));
        Recorder recorder =
            new Recorder(kernel.feed(), kernel.verdicts(), BootClock::nanos, Map::of, "test");
        var ports =
            HostPorts.register(LIVE, new HostPorts(recorder.feed(), recorder.verdicts(), live));
        HostJob job = HostJob.start(options().withExchange(recorder.exchange()))) {
      live(group, kernel);
      int from = live.said.size();
      RecordingRun run = recorder.start(file, RecordingLimits.usual(), false);
      live(group, kernel);
      live.said.stream()
          .filter(said ->
              said instanceof Witness.Judged judged && judged.outcome() instanceof Outcome.Applied)
          .reduce((one, other) -> other)
          .map(said -> ((Witness.Judged) said).verdict().id())
          .ifPresent(id ->
              assertTrue(
                  kernel
                      .feed()
                      .submit(new ControlItem.ReleaseVerdict(BootClock.nanos(), id, "test"))));
      live(group, kernel);
      run.stop();
      status = run.ended().get(60, TimeUnit.SECONDS);
      recorded = List.copyOf(live.said.subList(from, live.said.size()));
    }
    assertEquals(Optional.empty(), status.why());
    assertEquals(0, status.lost());
    assertTrue(count(recorded, Finding.Source.RULE) > 100, recorded.size() + " said");
    assertTrue(count(recorded, Finding.Source.MODEL) > 5, recorded.size() + " said");
    assertTrue(recorded.stream().anyMatch(LiveReplayTest::isEscalated), "the ladder was climbed");
    assertTrue(recorded.stream().anyMatch(said -> said instanceof Event.Enforcement));
    assertTrue(recorded.stream().anyMatch(said -> said instanceof Incident));
    assertTrue(recorded.stream().anyMatch(said -> said instanceof Witness.Ended));
    Witness replayed = new Witness();
    try (Recording recording = Recording.open(file);
        var ports = HostPorts.register(AGAIN, recording.ports(replayed));
        HostJob job = HostJob.start(recording.options(AGAIN, folder.resolve("again")))) {
      job.ended().get(120, TimeUnit.SECONDS);
      assertEquals(Optional.empty(), recording.damage());
      assertEquals(status.events(), recording.progress().events());
    }
    int same = Math.min(recorded.size(), replayed.said.size());
    for (int i = 0; i < same; i++) {
      assertEquals(recorded.get(i), replayed.said.get(i), "as number " + i);
    }
    assertEquals(replayed.said.size(), recorded.size());
  }

  private HostJobOptions options() {
    return HostJobOptions.of(
        LIVE,
        folder.resolve("state"),
        List.of(new RuleText("test.yaml", RULES)),
        Policy.standard(Policy.Mode.ENFORCE),
        Protection.NONE);
  }

  /** Processes come and go for some seconds, and the kernel's counters are read. */
  private static void live(TestGroup group, HostKernel kernel) throws Exception {
    try (Shell shell = Shell.in(group, LIFE)) {
      for (int second = 0; shell.lines().stream().noneMatch("over"::equals); second++) {
        assertTrue(second < 120, "it takes too long: " + shell.lines());
        assertTrue(kernel.feed().submit(new ControlItem.Sampled(kernel.samples().read())));
        Thread.sleep(1000);
      }
    }
  }

  private static boolean isEscalated(Object said) {
    return said instanceof Witness.Judged judged
        && judged.verdict().action() == Action.BLOCK
        && !judged.verdict().source().equals("Forbidden port");
  }

  private static long count(List<Object> said, Finding.Source source) {
    return said.stream()
        .filter(one -> one instanceof Finding finding && finding.source() == source)
        .count();
  }
}
