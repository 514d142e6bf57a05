/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import io.ringward.loader.cgroup.CgroupActuator;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * A program for a test, which freezes a process in its own group, says so, and waits to be killed:
 * {@code FreezeAndHang RUNTIME_DIRECTORY PID}.
 */
final class FreezeAndHang {
  private FreezeAndHang() {}

  public static void main(String[] arguments) throws Exception {
    CgroupActuator actuator = CgroupActuator.open(Path.of(arguments[0]));
    int pid = Integer.parseInt(arguments[1]);
    CgroupActuator.Result result = actuator.freeze(1, () -> List.of(pid), Duration.ofMinutes(1));
    System.out.println(result instanceof CgroupActuator.Result.Done ? "frozen" : result);
    Thread.sleep(Duration.ofMinutes(1));
  }
}
