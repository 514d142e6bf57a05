/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bpf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The clock, the cgroup mount, process handles, capabilities. */
class KernelSurroundingsTest {
  @Test
  void theBootClockIsThatOfProcUptime() throws IOException {
    double before = uptime();
    double clock = BootClock.nanos() / 1e9;
    double after = uptime();
    // /proc/uptime counts hundredths of a second.
    assertTrue(clock >= before - 0.01 && clock <= after + 0.01, before + " " + clock);
  }

  private static double uptime() throws IOException {
    return Double.parseDouble(Files.readString(Path.of("/proc/uptime")).split(" ", -1)[0]);
  }

  @Test
  void theBootClockNeverGoesBackAndAllocatesNothing() {
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long last = BootClock.nanos();
    long allocated = 0;
    for (int round = 0; round < 20; round++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < 10_000; i++) {
        long now = BootClock.nanos();
        assertTrue(now >= last);
        last = now;
      }
      if (round >= 10) {
        allocated += threads.getCurrentThreadAllocatedBytes() - before;
      }
    }
    assertTrue(allocated < 50_000, allocated + " bytes allocated in 100,000 calls");
  }

  @Test
  void theCgroupMountIsFoundByType() {
    String hybrid =
        """
        31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
        32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime shared:4 - cgroup cgroup rw,cpu
        41 31 0:38 / /sys/fs/cgroup/unified rw,relatime shared:5 master:1 - cgroup2 cgroup2 rw
        """;
    assertEquals(
        Optional.of(new Cgroup2Mount(Path.of("/sys/fs/cgroup/unified"), "/")),
        Cgroup2Mount.find(hybrid.lines().toList()));
    String inContainer =
        """
        50 31 0:38 /pod/x /sys/fs/cgroup ro - cgroup2 cgroup rw
        51 31 0:38 / /host/my\\040cgroup rw - cgroup2 cgroup rw
        """;
    assertEquals(
        Optional.of(new Cgroup2Mount(Path.of("/host/my cgroup"), "/")),
        Cgroup2Mount.find(inContainer.lines().toList()));
    assertEquals(
        Optional.of(new Cgroup2Mount(Path.of("/sys/fs/cgroup"), "/pod/x")),
        Cgroup2Mount.find(inContainer.lines().limit(1).toList()));
    assertEquals(
        Optional.empty(),
        Cgroup2Mount.find(List.of("31 23 0:28 / /cgroup2 rw - tmpfs cgroup2 rw", "", "nonsense")));
  }

  @Test
  void thisMachinesCgroupMountIsOne() {
    Cgroup2Mount mount = Cgroup2Mount.find().orElseThrow();
    assertTrue(Files.exists(mount.path().resolve("cgroup.procs")), mount::toString);
  }

  @Test
  @SuppressWarnings("try") // closes early to see what follows
  void aProcessHandleSignalsItsProcessAlone() throws IOException, InterruptedException {
    Process sleeper = new ProcessBuilder("sleep", "1000").start();
    try (Pidfd handle = Pidfd.open(Math.toIntExact(sleeper.pid())).orElseThrow()) {
      assertEquals(sleeper.pid(), handle.pid());
      assertTrue(handle.sendSignal(0));
      BpfException wrong = assertThrows(BpfException.class, () -> handle.sendSignal(1000));
      assertEquals("EINVAL", wrong.errnoName());
      assertTrue(handle.sendSignal(15));
      assertEquals(128 + 15, sleeper.waitFor());
      assertFalse(handle.sendSignal(15));
      handle.close();
      assertThrows(IllegalStateException.class, () -> handle.sendSignal(0));
    } finally {
      sleeper.destroyForcibly();
    }
    assertEquals(Optional.empty(), Pidfd.open(Math.toIntExact(sleeper.pid())).map(Pidfd::pid));
  }

  @Test
  void missingCapabilitiesAreNamed() {
    assertEquals(List.of(), new Capabilities(-1).missingForBpf());
    assertEquals(List.of(), new Capabilities(1L << 21).missingForBpf());
    assertEquals(
        List.of("CAP_BPF", "CAP_PERFMON", "CAP_NET_ADMIN"), new Capabilities(0).missingForBpf());
    assertEquals(List.of("CAP_NET_ADMIN"), new Capabilities(1L << 39 | 1L << 38).missingForBpf());
    String advice = FailureAdvice.of(Errno.EPERM, List.of(), VerifierLog.NONE, new Capabilities(0));
    assertTrue(advice.contains("CAP_BPF, CAP_PERFMON"), advice);
  }

  @Test
  void errorsHaveTheirNames() {
    assertEquals("EPERM", Errno.name(1));
    assertEquals("ENOTSUPP", Errno.name(524));
    assertEquals("errno 9999", Errno.name(9999));
    assertEquals("Operation not permitted", Errno.text(1));
    assertEquals("unknown error", Errno.text(9999));
  }

  @Test
  void onlyTheEndOfALongVerifierLogIsShown() {
    StringBuilder text = new StringBuilder();
    for (int line = 0; line < 1000; line++) {
      text.append("line ").append(line).append('\n');
    }
    String tail = new VerifierLog(text.toString()).tail();
    assertEquals(40, tail.lines().count());
    assertTrue(tail.endsWith("line 999"), tail);
    assertEquals("", VerifierLog.NONE.tail());
  }
}
