/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import io.ringward.kernel.Action;
import io.ringward.kernel.Operation;
import io.ringward.kernel.Subject;
import io.ringward.kernel.Verdict;
import java.nio.file.Path;
import java.util.EnumSet;

/**
 * An agent for tests to kill: blocks the tree of a process, says "applied", and beats until it is
 * ended. Arguments: runtime directory, pid.
 */
final class HoldVerdict {
  private static final long BEAT_MILLIS = 250;

  private HoldVerdict() {}

  public static void main(String[] arguments) throws InterruptedException {
    HostKernelOptions options =
        HostKernelFixture.options().withEnforce(true).withRuntimeDirectory(Path.of(arguments[0]));
    try (HostKernel kernel = HostKernel.open(options)) {
      kernel.verdicts().beat();
      Subject tree =
          new Subject.ProcessTree(kernel.findProcess(Integer.parseInt(arguments[1])).orElseThrow());
      Verdict verdict =
          arguments.length > 2
              ? HostKernelFixture.verdict(
                  tree, Action.valueOf(arguments[2]), EnumSet.allOf(Operation.class))
              : HostKernelFixture.block(tree);
      System.out.println(kernel.verdicts().apply(verdict).getClass().getSimpleName());
      while (true) {
        kernel.verdicts().beat();
        Thread.sleep(BEAT_MILLIS);
      }
    }
  }
}
