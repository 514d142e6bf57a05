/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bench;

import io.ringward.agent.rule.RuleFiles;
import io.ringward.bpf.BootClock;
import io.ringward.decide.DisarmPolicy;
import io.ringward.decide.Policy;
import io.ringward.decide.Protection;
import io.ringward.jobs.HostJob;
import io.ringward.jobs.HostJobOptions;
import io.ringward.kernel.Action;
import io.ringward.kernel.ControlItem;
import io.ringward.kernel.Hook;
import io.ringward.kernel.HostPorts;
import io.ringward.kernel.KernelSample;
import io.ringward.kernel.LoopObserver;
import io.ringward.loader.HostKernel;
import io.ringward.loader.HostKernelException;
import io.ringward.loader.HostKernelOptions;
import java.net.URI;
import java.nio.file.Files;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The whole loop as the agent wires it (kernel programs, rings, job with the starter rules,
 * decision, verdict table, a reading of all counters each second) on the workshop's cgroup,
 * enforcing, with an observer of the benchmark's own. The quota of events a process is lifted: the
 * load is one.
 */
final class GuardedLoop implements AutoCloseable {
  private static final URI PORTS = URI.create("bench:host");
  private static final String FORBIDDEN_PORT =
      """
      - rule: Forbidden port
        desc: A connection that the benchmarks forbid.
        condition: evt.type = connect and fd.rip = "127.0.0.1" and fd.rport = %d
        output: "forbidden (peer=%%fd.name)"
        priority: WARNING
        action: block
        for: 2s
        operations: [connect]
      """
          .formatted(Load.TRIGGER_PORT);

  private static final long SECOND_NANOS = 1_000_000_000L;

  private final Deque<AutoCloseable> held = new ArrayDeque<>();
  private final CountDownLatch closing = new CountDownLatch(1);
  private final HostKernel kernel;
  private final HostJob job;

  GuardedLoop(Workshop workshop, LoopObserver observer) throws Exception {
    try {
      kernel = hold(open(workshop));
      hold(HostPorts.register(PORTS, new HostPorts(kernel.feed(), kernel.verdicts(), observer)));
      job =
          hold(
              HostJob.start(
                  HostJobOptions.of(
                      PORTS,
                      workshop.folder().resolve("state-" + System.nanoTime()),
                      new RuleFiles(
                              true,
                              List.of(
                                  Files.writeString(
                                      workshop.folder().resolve("bench.yaml"), FORBIDDEN_PORT)))
                          .read()
                          .texts(),
                      policy(),
                      Protection.NONE)));
      Thread sampler = Thread.ofPlatform().daemon().name("sampler").start(this::sample);
      hold(() -> {
        closing.countDown();
        sampler.join();
      });
    } catch (Exception e) {
      close();
      throw e;
    }
  }

  /** Every subject of the load is a tree of its own, which the disarmer would not stand for. */
  private static Policy policy() {
    return Policy.standard(Policy.Mode.ENFORCE)
        .withCaps(Action.KILL, Action.OBSERVE)
        .withDisarm(DisarmPolicy.STANDARD.with(DisarmPolicy.MOST_HITS, SECOND_NANOS, SECOND_NANOS));
  }

  private static HostKernel open(Workshop workshop) throws BenchmarkException {
    try {
      return HostKernel.open(
          HostKernelOptions.defaults()
              .withEnforce(true)
              .withQuotaPerSecond(Integer.MAX_VALUE)
              .withRuntimeDirectory(workshop.folder().resolve("run"))
              .withCgroup(Optional.of(workshop.cgroup())));
    } catch (HostKernelException e) {
      throw new BenchmarkException(
          "this machine's kernel cannot be measured: " + e.getMessage(), e);
    }
  }

  private void sample() {
    try {
      while (!closing.await(1, TimeUnit.SECONDS)) {
        boolean _ = kernel.feed().submit(new ControlItem.Sampled(kernel.samples().read()));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  HostKernel kernel() {
    return kernel;
  }

  HostJob job() {
    return job;
  }

  /**
   * Waits until all that was produced has gone through the ordered stage, for some time at most.
   */
  boolean awaitDrained(long patienceMillis) throws InterruptedException {
    long deadline = BootClock.nanos() + TimeUnit.MILLISECONDS.toNanos(patienceMillis);
    while (kernel.feed().lagBytes() > 0) {
      if (BootClock.nanos() > deadline) {
        return false;
      }
      Thread.sleep(1);
    }
    return true;
  }

  /** The balance of connect's hook. */
  KernelSample.HookCounters connects() {
    return kernel.samples().read().hooks().stream()
        .filter(counters -> counters.hook() == Hook.CONNECT4)
        .findFirst()
        .orElseThrow();
  }

  private <T extends AutoCloseable> T hold(T resource) {
    held.push(resource);
    return resource;
  }

  @Override
  public void close() throws Exception {
    while (!held.isEmpty()) {
      held.pop().close();
    }
  }
}
