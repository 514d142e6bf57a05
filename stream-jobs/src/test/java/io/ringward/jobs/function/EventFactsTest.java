/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.function;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringward.jobs.testing.WireEvents;
import io.ringward.jobs.testing.WireEvents.Actor;
import io.ringward.kernel.Act;
import io.ringward.kernel.Decision;
import io.ringward.kernel.EventView;
import io.ringward.kernel.ExecFlag;
import io.ringward.kernel.FileFlag;
import io.ringward.kernel.FileIdentity;
import io.ringward.kernel.FileOperation;
import io.ringward.kernel.ProcessKey;
import io.ringward.rules.event.EventType;
import io.ringward.rules.event.Fact;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.Test;

final class EventFactsTest {
  private static final ProcessKey PARENT = new ProcessKey(10, 1);
  private static final ProcessKey CHILD = new ProcessKey(20, 2);
  private static final FileIdentity FILE = new FileIdentity(3, 4242);

  private final ProcessTable table = new ProcessTable(64);
  private final EventFacts facts = new EventFacts(table);
  private final EventView view = new EventView();

  private void move(byte[] event, EventType type) {
    view.wrap(MemorySegment.ofArray(event), 0, event.length);
    facts.move(view, type, table.see(view));
  }

  private void parentAndChild() {
    Actor parent = new Actor(PARENT, ProcessKey.NONE);
    move(
        WireEvents.exec(100, parent, FILE, 0, "/usr/sbin/nginx", List.of("nginx", "-g", "x")),
        EventType.EXECVE);
    move(WireEvents.fork(110, parent, CHILD), EventType.CLONE);
  }

  @Test
  void anExecTellsItsProgram() {
    parentAndChild();
    Actor child = new Actor(CHILD, PARENT, -2, 77);
    move(
        WireEvents.exec(120, child, FILE, ExecFlag.MEMFD.bit(), "/bin/sh", List.of("sh", "-c")),
        EventType.EXECVE);
    assertEquals("sh", facts.text(Fact.PROCESS_NAME, 0));
    assertEquals("/bin/sh", facts.text(Fact.PROCESS_EXE_PATH, 0));
    assertEquals("sh", facts.text(Fact.PROCESS_EXE, 0));
    assertEquals("-c", facts.text(Fact.PROCESS_ARGUMENTS, 0));
    assertEquals("sh -c", facts.text(Fact.PROCESS_COMMAND_LINE, 0));
    assertEquals(1, facts.number(Fact.EXE_FROM_MEMFD, 0));
    assertEquals(0, facts.number(Fact.EXE_UPPER_LAYER, 0));
    assertEquals(4242, facts.number(Fact.EXE_INODE, 0));
    assertEquals("/srv/work/", facts.text(Fact.PROCESS_DIRECTORY, 0));
    assertEquals(4_294_967_294L, facts.number(Fact.USER_ID, 0), "user ids are unsigned");
    assertEquals(77, facts.number(Fact.CGROUP_ID, 0));
    assertEquals(100, facts.number(Fact.PROCESS_DURATION, 0));
    assertEquals(3, facts.number(Fact.EVENT_NUMBER, 0));
    assertFalse(facts.has(Fact.REMOTE_ADDRESS, 0));
    assertFalse(facts.has(Fact.EVENT_TIME, 0), "no tick has told the time yet");
    facts.wallOffset(1_000);
    assertEquals(1_120, facts.number(Fact.EVENT_TIME, 0));
  }

  @Test
  void ancestorsAreFoundOneByOne() {
    parentAndChild();
    move(WireEvents.bind(120, new Actor(CHILD, PARENT), 0x7f000001, 80), EventType.BIND);
    assertEquals("nginx", facts.text(Fact.PROCESS_NAME, 1));
    assertEquals("nginx -g x", facts.text(Fact.PROCESS_COMMAND_LINE, 1));
    assertEquals(1, facts.number(Fact.PROCESS_ID, 1));
    assertNull(facts.text(Fact.PROCESS_NAME, 2));
    assertFalse(facts.has(Fact.PROCESS_ID, 2));
    assertEquals(1, facts.ancestors());
  }

  @Test
  void anEndpointIsReadAsTheRulesWantIt() {
    parentAndChild();
    Actor child = new Actor(CHILD, PARENT);
    move(WireEvents.connect(120, child, 0xC0A80102, 443, Decision.ALLOWED), EventType.CONNECT);
    assertTrue(facts.has(Fact.REMOTE_ADDRESS, 0));
    assertFalse(facts.has(Fact.LOCAL_ADDRESS, 0));
    assertEquals(0, facts.addressHigh(Fact.REMOTE_ADDRESS));
    assertEquals(0xFFFF_C0A8_0102L, facts.addressLow(Fact.REMOTE_ADDRESS));
    assertEquals(443, facts.number(Fact.REMOTE_PORT, 0));
    assertEquals(6, facts.number(Fact.PROTOCOL, 0));
  }

  @Test
  void aFileIsToldByItsPartsAndWhatACallerWroteIsMadePlain() {
    parentAndChild();
    Actor child = new Actor(CHILD, PARENT);
    int opened = FileFlag.READ.bit() | FileFlag.CREATE.bit();
    move(
        WireEvents.file(120, child, FileOperation.OPEN, opened, "/etc/ssl/key", ""),
        EventType.OPEN);
    assertEquals("/etc/ssl/key", facts.text(Fact.FILE_PATH, 0));
    assertEquals("/etc/ssl", facts.text(Fact.FILE_DIRECTORY, 0));
    assertEquals("key", facts.text(Fact.FILE_NAME, 0));
    assertNull(facts.text(Fact.FILE_TARGET, 0));
    assertEquals(1, facts.number(Fact.OPEN_READ, 0));
    assertEquals(0, facts.number(Fact.OPEN_WRITE, 0));
    assertEquals(1, facts.number(Fact.OPEN_CREATE, 0));
    assertEquals(0, facts.number(Fact.FILE_OUTCOME, 0));
    assertEquals(4711, facts.number(Fact.FILE_INODE, 0));
    int given = FileFlag.PATH_GIVEN.bit();
    move(
        WireEvents.file(
            121, child, FileOperation.RENAME, given, "/tmp//x/./../a", "/var/../../etc/b/"),
        EventType.RENAME);
    assertEquals("/tmp/a", facts.text(Fact.FILE_PATH, 0));
    assertEquals("/etc/b", facts.text(Fact.FILE_TARGET, 0));
    move(
        WireEvents.file(122, child, FileOperation.SYMLINK, given, "/tmp/l", "../etc/./x"),
        EventType.SYMLINK);
    assertEquals("../etc/./x", facts.text(Fact.FILE_TARGET, 0), "what a link says stays as it is");
    move(WireEvents.bind(123, child, 0x7f000001, 80), EventType.BIND);
    assertNull(facts.text(Fact.FILE_PATH, 0));
    assertFalse(facts.has(Fact.FILE_INODE, 0));
  }

  @Test
  void whatIsNotKnownIsAbsent() {
    move(WireEvents.exit(120, new Actor(CHILD, PARENT), 3 << 8), EventType.PROCEXIT);
    assertNull(facts.text(Fact.PROCESS_NAME, 0));
    assertNull(facts.text(Fact.PROCESS_EXE, 0));
    assertNull(facts.text(Fact.PROCESS_ARGUMENTS, 0));
    assertFalse(facts.has(Fact.EXE_FROM_MEMFD, 0));
    assertEquals(768, facts.number(Fact.EXIT_STATUS, 0));
    assertEquals(2_500_000, facts.number(Fact.EXIT_CPU, 0));
    assertEquals(8192, facts.number(Fact.EXIT_READ, 0));
    assertFalse(facts.has(Fact.EXIT_WRITTEN, 0), "a kernel without that account");
    assertEquals(0, facts.ancestors());
  }

  private void act(Act act, int result, ProcessKey target, byte[] text, long... numbers) {
    Actor child = new Actor(CHILD, PARENT);
    move(WireEvents.act(120, child, act, result, target, text, numbers), EventType.of(act));
  }

  @Test
  void actsAreReadAsTheRulesWantThem() {
    parentAndChild();
    ProcessKey nobody = new ProcessKey(0, 0);
    act(Act.SETUID, 0, nobody, new byte[0], 1000, 1000, 1000, 0, 0, 0);
    assertEquals(1000, facts.number(Fact.ID_BEFORE, 0));
    assertEquals(0, facts.number(Fact.ID_AFTER, 0));
    assertEquals("SUCCESS", facts.text(Fact.ACT_OUTCOME, 0));
    act(Act.PTRACE, -1, PARENT, new byte[0], 16, 33);
    assertEquals("PTRACE_ATTACH", facts.text(Fact.TRACE_REQUEST, 0));
    assertEquals("nginx", facts.text(Fact.TARGET_NAME, 0));
    assertEquals(33, facts.number(Fact.TARGET_USER, 0));
    assertEquals(PARENT.tgid(), facts.number(Fact.TARGET_ID, 0));
    assertEquals(0, facts.number(Fact.TARGET_IS_CHILD, 0));
    assertEquals("EPERM", facts.text(Fact.ACT_OUTCOME, 0));
    assertEquals(1, facts.number(Fact.ACT_FAILED, 0));
    assertFalse(facts.has(Fact.SIGNAL_NUMBER, 0));
    act(Act.UNSHARE, 0, nobody, new byte[0], 0x10020000);
    assertEquals("CLONE_NEWNS|CLONE_NEWUSER", facts.text(Fact.ACT_FLAGS, 0));
    act(Act.MEMFD_CREATE, 3, nobody, "memfd:x".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    assertEquals("memfd:x", facts.text(Fact.ACT_NAME, 0));
    act(Act.MMAP, 0, nobody, new byte[0], 4096, 4096, 7, 0x22, 3);
    assertEquals("PROT_READ|PROT_WRITE|PROT_EXEC", facts.text(Fact.MEMORY_PROTECTION, 0));
    assertEquals(1, facts.number(Fact.MEMORY_ANONYMOUS, 0));
    assertEquals(0, facts.number(Fact.MEMORY_STACK, 0));
  }

  @Test
  void anActsPeerIsItsEndpoint() {
    parentAndChild();
    long low = Long.reverseBytes(0xFFFF_C0A8_0102L);
    long ports = 443 | 50000L << 16 | 2L << 32 | 6L << 48;
    act(Act.DUP, 0, new ProcessKey(0, 0), new byte[0], 0, low, ports, 5);
    assertTrue(facts.has(Fact.REMOTE_ADDRESS, 0));
    assertFalse(facts.has(Fact.LOCAL_ADDRESS, 0));
    assertEquals(0xFFFF_C0A8_0102L, facts.addressLow(Fact.REMOTE_ADDRESS));
    assertEquals(443, facts.number(Fact.REMOTE_PORT, 0));
    assertEquals(50000, facts.number(Fact.LOCAL_PORT, 0));
    assertEquals(6, facts.number(Fact.PROTOCOL, 0));
    act(Act.LISTEN, 0, new ProcessKey(0, 0), new byte[0], 0, low, 80L << 16 | 2L << 32, 5);
    assertFalse(facts.has(Fact.REMOTE_ADDRESS, 0));
    assertTrue(facts.has(Fact.LOCAL_ADDRESS, 0));
    assertEquals(80, facts.number(Fact.LOCAL_PORT, 0));
  }

  /** A rule may ask any event for anything: what it does not have is absent, and nothing breaks. */
  @Test
  void everyFactCanBeAskedOfEveryAct() {
    parentAndChild();
    for (Act act : Act.values()) {
      act(act, 0, PARENT, new byte[] {0, 1, 2}, -1, -1, -1, -1, -1, -1, -1, -1);
      for (Fact fact : Fact.values()) {
        switch (fact.kind()) {
          case TEXT -> facts.text(fact, 0);
          case NUMBER -> {
            if (facts.has(fact, 0)) {
              facts.number(fact, 0);
            }
          }
          case ADDRESS -> {
            if (facts.has(fact, 0)) {
              facts.addressHigh(fact);
              facts.addressLow(fact);
            }
          }
        }
      }
    }
  }
}
