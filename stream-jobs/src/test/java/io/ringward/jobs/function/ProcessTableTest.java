/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.function;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringward.jobs.testing.WireEvents;
import io.ringward.jobs.testing.WireEvents.Actor;
import io.ringward.kernel.Decision;
import io.ringward.kernel.EventView;
import io.ringward.kernel.FileIdentity;
import io.ringward.kernel.ProcessInfo;
import io.ringward.kernel.ProcessKey;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class ProcessTableTest {
  private static final ProcessKey INIT = new ProcessKey(1, 1);
  private static final FileIdentity SHELL = new FileIdentity(8 << 20 | 1, 4242);

  private final ProcessTable table = new ProcessTable(1024);
  private final EventView view = new EventView();

  private ProcessEntry see(byte[] event) {
    return table.see(view.wrap(MemorySegment.ofArray(event), 0, event.length));
  }

  private static ProcessKey key(int pid) {
    return new ProcessKey(pid * 1_000L, pid);
  }

  private static ProcessInfo bootstrapped(ProcessKey key, ProcessKey parent, String path) {
    return new ProcessInfo(key, parent, 0, 1, SHELL, 0, "name", path, List.of(path, "-x"));
  }

  private ProcessEntry find(ProcessKey key) {
    return table.find(key.startBoottimeNanos(), key.tgid());
  }

  @Test
  void aChildRunsWhatItsParentRunsUntilItExecs() {
    table.bootstrap(bootstrapped(INIT, ProcessKey.NONE, "/sbin/init"));
    see(WireEvents.fork(5, new Actor(INIT, ProcessKey.NONE), key(7)));
    ProcessEntry child = find(key(7));
    assertEquals("/sbin/init", child.path());
    assertEquals(INIT, child.info().parent());
    see(WireEvents.exec(6, new Actor(key(7), INIT), SHELL, 0, "/bin/sh", List.of("sh", "-c", "x")));
    assertEquals("/bin/sh", child.path());
    assertEquals("sh", child.comm());
    assertEquals("-c x", child.argumentText());
    assertEquals(List.of("sh", "-c", "x"), child.info().arguments());
    assertEquals(SHELL, child.info().executable());
    assertEquals(List.of(find(INIT).info()), table.ancestry(child));
  }

  @Test
  void credentialsAreThoseOfTheLastEvent() {
    see(WireEvents.bind(5, new Actor(key(7), INIT, 1000, 9), 0, 80));
    assertEquals(1000, find(key(7)).info().uid());
    see(WireEvents.bind(6, new Actor(key(7), INIT, 0, 10), 0, 80));
    assertEquals(0, find(key(7)).info().uid());
    assertEquals(10, find(key(7)).info().cgroupId());
  }

  @Test
  void anEventThatOvertakesItsForkIsSetRight() {
    table.bootstrap(bootstrapped(INIT, ProcessKey.NONE, "/sbin/init"));
    see(WireEvents.fork(5, new Actor(INIT, ProcessKey.NONE), key(7)));
    see(WireEvents.exec(6, new Actor(key(7), INIT), SHELL, 0, "/bin/sh", List.of("sh")));
    see(WireEvents.connect(8, new Actor(key(8), key(7)), 0x7f000001, 80, Decision.ALLOWED));
    assertEquals("/bin/sh", find(key(8)).path(), "the header names the parent");
    see(WireEvents.fork(7, new Actor(key(7), INIT), key(8)));
    assertEquals(key(7), find(key(8)).info().parent());
    assertEquals(2, table.ancestry(find(key(8))).size());
  }

  @Test
  void theDeadStayAncestorsAndAreThenForgotten() {
    table.bootstrap(bootstrapped(INIT, ProcessKey.NONE, "/sbin/init"));
    see(WireEvents.fork(5, new Actor(INIT, ProcessKey.NONE), key(7)));
    see(WireEvents.fork(6, new Actor(key(7), INIT), key(8)));
    see(WireEvents.exit(7, new Actor(key(7), INIT), 0));
    for (int pid = 100; pid < 5_000; pid++) {
      see(WireEvents.fork(pid, new Actor(INIT, ProcessKey.NONE), key(pid)));
      see(WireEvents.exit(pid, new Actor(key(pid), INIT), 0));
    }
    assertNotNull(find(key(7)), "a living child needs it");
    assertNull(find(key(100)), "nobody needs it");
    assertEquals(2, table.ancestry(find(key(8))).size());
    see(WireEvents.exit(9_000, new Actor(key(8), key(7)), 0));
    for (int pid = 5_000; pid < 10_000; pid++) {
      see(WireEvents.fork(pid, new Actor(INIT, ProcessKey.NONE), key(pid)));
      see(WireEvents.exit(pid, new Actor(key(pid), INIT), 0));
    }
    assertNull(find(key(7)));
    assertNull(find(key(8)));
    assertEquals(0, table.forgottenAlive());
  }

  @Test
  void aMillionForksStayWithinTheBound() {
    table.bootstrap(bootstrapped(INIT, ProcessKey.NONE, "/sbin/init"));
    ProcessKey named = key(2);
    see(WireEvents.fork(1, new Actor(INIT, ProcessKey.NONE), named));
    see(WireEvents.exec(2, new Actor(named, INIT), SHELL, 0, "/bin/sh", List.of("sh")));
    ProcessKey parent = named;
    for (int i = 0; i < 1_000_000; i++) {
      ProcessKey child = new ProcessKey(10_000L + i, 10 + i % 30_000);
      see(WireEvents.fork(10_000L + i, new Actor(parent, named), child));
      if (i % 3 == 0) { // A chain whose older ends die, and children that live.
        see(WireEvents.exit(10_000L + i, new Actor(parent, named), 0));
        parent = child;
      }
      assertTrue(table.size() <= 1024, "bounded");
    }
    assertTrue(table.dead() <= 512, "the dead have their own bounds");
    assertTrue(table.forgottenAlive() > 0, "and what is lost is counted");
    assertEquals("/sbin/init", find(INIT).path(), "what cannot be had again is kept");
  }

  @Test
  void aForkBombDoesNotPushOutWhoSleeps() {
    for (int pid = 2; pid < 200; pid++) {
      table.bootstrap(bootstrapped(key(pid), INIT, "/usr/sbin/daemon" + pid));
    }
    for (int i = 0; i < 100_000; i++) {
      ProcessKey parent = i == 0 ? key(2) : new ProcessKey(1_000_000L + i - 1, 1_000 + i - 1);
      see(WireEvents.fork(i, new Actor(parent, INIT), new ProcessKey(1_000_000L + i, 1_000 + i)));
    }
    for (int pid = 2; pid < 200; pid++) {
      assertNotNull(find(key(pid)), "daemon " + pid);
    }
  }

  @Test
  void theIndexAgreesWithAMap() {
    ProcessIndex index = new ProcessIndex();
    Map<ProcessKey, ProcessEntry> expected = new HashMap<>();
    Random random = new Random(7);
    for (int i = 0; i < 200_000; i++) {
      ProcessKey key = new ProcessKey(random.nextInt(64), random.nextInt(64));
      ProcessEntry entry = expected.get(key);
      assertEquals(entry, index.find(key.startBoottimeNanos(), key.tgid()));
      if (entry == null) {
        entry = new ProcessEntry(key.startBoottimeNanos(), key.tgid());
        index.add(entry);
        expected.put(key, entry);
      } else {
        index.remove(entry);
        expected.remove(key);
      }
      assertEquals(expected.size(), index.size());
    }
  }
}
