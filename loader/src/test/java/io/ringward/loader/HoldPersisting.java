/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import io.ringward.bpf.BootClock;
import io.ringward.kernel.Action;
import io.ringward.kernel.InlineDimension;
import io.ringward.kernel.InlineRow;
import io.ringward.kernel.InlineRule;
import io.ringward.kernel.InlineTest;
import io.ringward.kernel.InlineValue;
import io.ringward.kernel.Operation;
import io.ringward.kernel.Subject;
import io.ringward.kernel.Verdict;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * A guardian in a process of its own, for tests that kill it: RUNTIME CGROUP PERSISTING PLAIN
 * SECONDS blocks the connects of two processes, one of them persistently, and a port by a rule that
 * persists.
 */
final class HoldPersisting {
  static final int RULED_PORT = 4713;

  private HoldPersisting() {}

  @SuppressWarnings("SystemOut") // It talks to the test.
  public static void main(String[] arguments) throws InterruptedException {
    HostKernelOptions options =
        HostKernelFixture.options()
            .withEnforce(true)
            .withRuntimeDirectory(Path.of(arguments[0]))
            .withCgroup(Optional.of(Path.of(arguments[1])));
    try (HostKernel kernel = HostKernel.open(options)) {
      kernel.takeOver();
      long lasting = TimeUnit.SECONDS.toNanos(Long.parseLong(arguments[4]));
      kernel.verdicts().beat();
      System.out.println(kernel.verdicts().apply(block(kernel, 1, arguments[2], true, lasting)));
      System.out.println(kernel.verdicts().apply(block(kernel, 2, arguments[3], false, lasting)));
      InlineTest port =
          InlineTest.among(
              InlineDimension.PORT, Set.of(new InlineValue.Prefix(0, RULED_PORT, Short.SIZE)));
      kernel
          .policy()
          .publish(
              List.of(
                  new InlineRule(
                      "persisting",
                      List.of(new InlineRow(Set.of(Operation.CONNECT), List.of(port))),
                      false,
                      lasting)));
      System.out.println("ready");
      while (true) {
        kernel.verdicts().beat();
        Thread.sleep(200);
      }
    }
  }

  private static Verdict block(
      HostKernel kernel, long id, String pid, boolean persist, long lastingNanos) {
    long now = BootClock.nanos();
    return new Verdict(
        id,
        new Subject.ProcessTree(kernel.findProcess(Integer.parseInt(pid)).orElseThrow()),
        Action.BLOCK,
        EnumSet.of(Operation.CONNECT),
        Optional.empty(),
        now,
        now + lastingNanos,
        now,
        false,
        persist,
        "test",
        "a test");
  }
}
