/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;

final class AgentLogTest {
  @Test
  void recordIsOneLineAndAnExceptionToo() {
    LogRecord entry = new LogRecord(Level.WARNING, "disk is full");
    entry.setLoggerName("io.ringward.loader.HostKernel");
    entry.setThrown(new IllegalStateException("outer", new java.io.IOException("inner")));
    String line = new AgentLog.OneLine(false).format(entry);
    assertEquals(1, line.lines().count(), line);
    assertEquals(
        "WARN  loader.HostKernel: disk is full: java.lang.IllegalStateException: outer; because of"
            + " java.io.IOException: inner\n",
        line.substring(13));
    assertTrue(new AgentLog.OneLine(true).format(entry).contains("\tat "));
  }

  @Test
  void signalsReachTheirHandlers() throws Exception {
    CountDownLatch reached = new CountDownLatch(2);
    Signals.handle("WINCH", reached::countDown);
    long self = ProcessHandle.current().pid();
    for (int i = 0; i < 2; i++) {
      assertEquals(
          0, new ProcessBuilder("/bin/kill", "-WINCH", Long.toString(self)).start().waitFor());
      // Two of one signal that wait at once are one: wait until the first was taken.
      long left = 2 - i;
      while (reached.getCount() == left) {
        Thread.sleep(1);
      }
    }
    assertTrue(reached.await(60, TimeUnit.SECONDS));
  }
}
