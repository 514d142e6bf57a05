/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import io.ringward.bpf.BootClock;
import io.ringward.kernel.Action;
import io.ringward.kernel.Operation;
import io.ringward.kernel.Subject;
import io.ringward.kernel.Verdict;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Optional;

/**
 * An agent for tests to attack: protects itself where it can, says on which rung, and beats until
 * it is told otherwise. It tells each attack that it has found. Standard input: {@code persist PID}
 * puts a process under a verdict that persists, {@code silent} stops the beats, {@code end} ends in
 * order. Arguments: runtime directory, whether it enforces.
 */
final class HoldShield {
  private static final long BEAT_MILLIS = 100;

  private HoldShield() {}

  public static void main(String[] arguments) throws Exception {
    HostKernelOptions options =
        HostKernelFixture.options()
            .withEnforce(Boolean.parseBoolean(arguments[1]))
            .withSelfProtection(true)
            .withRuntimeDirectory(Path.of(arguments[0]));
    try (HostKernel kernel = HostKernel.open(options)) {
      kernel.verdicts().beat();
      for (CapabilityRung rung : kernel.rungs()) {
        if (rung.capability().startsWith("protect_")) {
          System.out.println(rung.capability() + " " + rung.rung());
        }
      }
      System.out.println("ready");
      StringBuilder line = new StringBuilder();
      boolean beats = true;
      while (true) {
        if (beats) {
          kernel.verdicts().beat();
        }
        kernel.tampered().take().forEach(each -> System.out.println("told " + each));
        Thread.sleep(BEAT_MILLIS);
        while (System.in.available() > 0) {
          int next = System.in.read();
          if (next == '\n') {
            if (line.toString().equals("end")) {
              break;
            }
            if (line.toString().startsWith("persist ")) {
              int pid = Integer.parseInt(line.substring("persist ".length()));
              System.out.println("told " + kernel.verdicts().apply(persisting(kernel, pid)));
            }
            beats &= !line.toString().equals("silent");
            line.setLength(0);
          } else {
            line.append((char) next);
          }
        }
        if (line.toString().equals("end")) {
          break;
        }
      }
    }
    System.out.println("closed");
    while (true) {
      Thread.sleep(BEAT_MILLIS); // for those who try now, when nothing protects it any more
    }
  }

  private static Verdict persisting(HostKernel kernel, int pid) {
    long now = BootClock.nanos();
    return new Verdict(
        1,
        new Subject.ProcessTree(kernel.findProcess(pid).orElseThrow()),
        Action.BLOCK,
        EnumSet.of(Operation.CONNECT),
        Optional.empty(),
        now,
        now + HostKernelFixture.MINUTE,
        now,
        false,
        true,
        "test",
        "a test");
  }
}
