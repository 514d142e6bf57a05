/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bpf;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Each way of attaching and running, seen to work. */
class BpfProgramTest {
  private static final int OWN_PID = Math.toIntExact(ProcessHandle.current().pid());
  private static final int REFUSED_PORT = 47_213;

  private BpfObject object;

  private record TaskRow(int tid, int tgid, long startBoottime) {}

  @BeforeEach
  void load() {
    object =
        TestObjects.programs()
            .withAutoload("on_nothing", false)
            .withAutoload("on_getpgid", false)
            .withVariable("watched_tgid", OWN_PID)
            .withVariable("refused_port", REFUSED_PORT)
            .load();
  }

  @AfterEach
  void close() {
    if (object != null) {
      object.close();
    }
  }

  private static void startThreads(int count) throws InterruptedException {
    for (int i = 0; i < count; i++) {
      Thread thread = Thread.ofPlatform().start(() -> {});
      thread.join();
    }
  }

  @Test
  void aTracepointProgramRunsFromAttachingToClosing() throws InterruptedException {
    MemorySegment forks = object.variable("forks");
    startThreads(3);
    assertEquals(0, forks.get(JAVA_LONG, 0));
    try (BpfLink link = object.program("on_fork").attach()) {
      assertTrue(link.fd() >= 0);
      startThreads(10);
      assertTrue(forks.get(JAVA_LONG, 0) >= 10);
    }
    long counted = forks.get(JAVA_LONG, 0);
    startThreads(10);
    assertEquals(counted, forks.get(JAVA_LONG, 0));
  }

  @Test
  void aCgroupProgramRefusesInsideItsCgroupOnly() throws IOException, InterruptedException {
    Path cgroup = Cgroup2Mount.find().orElseThrow().path().resolve("ringward-bpf-test-" + OWN_PID);
    try {
      Files.createDirectory(cgroup);
    } catch (IOException e) {
      System.err.println("skipped: no cgroup can be made: " + e);
      Assumptions.abort("no cgroup can be made: " + e);
    }
    try {
      assertEquals(0, connect(cgroup, REFUSED_PORT));
      try (BpfLink link = object.program("on_connect4").attachCgroup(cgroup)) {
        assertTrue(link.fd() >= 0);
        assertNotEquals(0, connect(cgroup, REFUSED_PORT));
        assertEquals(1, object.variable("connects").get(JAVA_LONG, 0));
        assertEquals(0, connect(cgroup, REFUSED_PORT + 1));
        assertEquals(0, connect(cgroup.getParent(), REFUSED_PORT));
      }
      assertEquals(0, connect(cgroup, REFUSED_PORT));
      assertEquals(1, object.variable("connects").get(JAVA_LONG, 0));
    } finally {
      Files.delete(cgroup);
    }
  }

  /** Connects a datagram socket, which sends nothing, from a process in that cgroup. */
  private static int connect(Path cgroup, int port) throws IOException, InterruptedException {
    String script = "echo $$ > '" + cgroup + "/cgroup.procs' && exec 3<>/dev/udp/127.0.0.1/" + port;
    return new ProcessBuilder("bash", "-c", script)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }

  @Test
  void aCgroupThatIsNotThereIsNamed() {
    BpfException missing =
        assertThrows(
            BpfException.class,
            () -> object.program("on_connect4").attachCgroup(Path.of("/no/such/cgroup")));
    assertEquals("ENOENT", missing.errnoName());
    assertTrue(missing.getMessage().contains("/no/such/cgroup"), missing::getMessage);
    BpfException wrong =
        assertThrows(
            BpfException.class, () -> object.program("on_connect4").attachCgroup(Path.of("/proc")));
    assertEquals("EBADF", wrong.errnoName());
  }

  @Test
  void theTaskIteratorSeesThisProcessWithItsStart() {
    try (BpfIterator tasks = object.program("dump_task").iterator(new IteratorScope.Everything())) {
      List<TaskRow> rows = tasks.read(BpfProgramTest::rows);
      TaskRow self = rows.stream().filter(row -> row.tid() == OWN_PID).findFirst().orElseThrow();
      assertEquals(OWN_PID, self.tgid());
      assertTrue(self.startBoottime() > 0);
      assertTrue(self.startBoottime() < BootClock.nanos());
      long parent = ProcessHandle.current().parent().orElseThrow().pid();
      assertTrue(rows.stream().anyMatch(row -> row.tgid() == parent));
      List<TaskRow> again = tasks.read(BpfProgramTest::rows);
      assertTrue(again.contains(self));
    }
  }

  @Test
  void anIteratorMayBeKeptToOneProcess() throws IOException {
    try (BpfIterator tasks =
        object.program("dump_task").iterator(new IteratorScope.TasksOf(OWN_PID))) {
      List<TaskRow> rows = tasks.read(BpfProgramTest::rows);
      assertTrue(rows.stream().allMatch(row -> row.tgid() == OWN_PID));
      assertTrue(rows.size() > 1);
      assertTrue(rows.stream().anyMatch(row -> row.tid() == OWN_PID));
    }
  }

  private static List<TaskRow> rows(MemorySegment output) {
    List<TaskRow> rows = new ArrayList<>();
    for (long at = 0; at < output.byteSize(); at += 16) {
      rows.add(
          new TaskRow(
              output.get(JAVA_INT, at),
              output.get(JAVA_INT, at + 4),
              output.get(JAVA_LONG, at + 8)));
    }
    return rows;
  }

  @Test
  @SuppressWarnings("try") // closes early to see what follows
  void anIteratorMayRunOverAMap() {
    BpfMap<Integer, Long> elements = object.map("elements", MapCodec.u32(), MapCodec.u64());
    Set<Integer> written = Set.of(3, 17, 255);
    written.forEach(key -> elements.put(key, 0L));
    try (BpfIterator dump =
        object
            .program("dump_element")
            .iterator(new IteratorScope.Elements(object.map("elements")))) {
      Set<Integer> read =
          dump.read(output -> {
            Set<Integer> keys = new TreeSet<>();
            for (long at = 0; at < output.byteSize(); at += 4) {
              keys.add(output.get(JAVA_INT, at));
            }
            return keys;
          });
      assertEquals(written, read);
      dump.close();
      assertThrows(IllegalStateException.class, () -> dump.read(MemorySegment::byteSize));
    }
  }

  @Test
  void runsAreCountedWhileStatisticsAreEnabled() {
    BpfProgram program = object.program("answer_nothing");
    assertEquals(ProgramType.SYSCALL, program.info().type());
    assertTrue(program.info().id() > 0);
    assertTrue(program.info().verifiedInstructions() > 0);
    assertEquals(0, program.info().recursionMisses());
    long before = program.info().runCount();
    try (Arena arena = Arena.ofConfined();
        BpfStatistics _ = BpfStatistics.enable()) {
      for (int i = 0; i < 5; i++) {
        assertEquals(0, program.testRun(arena.allocate(8)));
      }
    }
    assertEquals(before + 5, program.info().runCount());
    assertTrue(program.info().runTimeNanos() > 0);
  }

  @Test
  void aProgramThatWasLeftOutSaysSo() {
    BpfProgram left = object.program("on_nothing");
    assertFalse(left.isLoaded());
    assertTrue(object.program("on_fork").isLoaded());
    var refused = assertThrows(IllegalStateException.class, left::attach);
    assertTrue(refused.getMessage().contains("on_nothing"), refused::getMessage);
  }

  @Test
  void whatCannotBeAttachedByItsSectionIsRefused() {
    BpfException refused =
        assertThrows(BpfException.class, () -> object.program("answer_nothing").attach());
    assertEquals(Errno.EOPNOTSUPP, refused.errno());
  }
}
