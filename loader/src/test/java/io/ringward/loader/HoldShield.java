/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import java.nio.file.Path;

/**
 * An agent for tests to attack: protects itself where it can, says on which rung, and beats until
 * it is told otherwise. It tells each attack that it has found. Standard input: {@code silent}
 * stops the beats, {@code end} ends in order. Arguments: runtime directory, whether it enforces.
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
            beats = !line.toString().equals("silent");
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
}
