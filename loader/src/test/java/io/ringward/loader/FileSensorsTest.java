/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringward.kernel.Action;
import io.ringward.kernel.Decision;
import io.ringward.kernel.Event;
import io.ringward.kernel.FileFlag;
import io.ringward.kernel.FileOperation;
import io.ringward.kernel.FileWish;
import io.ringward.kernel.FileWish.Kind;
import io.ringward.kernel.FileWish.Place;
import io.ringward.kernel.Hook;
import io.ringward.kernel.KernelSample.HookCounters;
import io.ringward.kernel.Operation;
import io.ringward.kernel.Subject;
import io.ringward.kernel.Verdict;
import io.ringward.kernel.VerdictTable.Outcome;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What is told of files, and what is not, by the real kernel on files of the test's own. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class FileSensorsTest {
  private static final Set<Kind> ALL = EnumSet.complementOf(EnumSet.of(Kind.MOUNT));

  private HostKernelFixture opened;
  private HostKernelFixture fixture;
  private Path folder;
  private Path elsewhere;

  @BeforeAll
  void openKernel() throws IOException {
    opened = new HostKernelFixture(HostKernelFixture.options().withSensors(true).withEnforce(true));
  }

  @AfterAll
  void closeKernel() throws IOException {
    if (opened != null) {
      opened.close();
    }
  }

  @BeforeEach
  void open() throws IOException {
    folder = Files.createTempDirectory("ringward-files").toRealPath();
    elsewhere = Files.createTempDirectory("ringward-other").toRealPath();
    fixture = opened.forOneTest();
  }

  @AfterEach
  void close() throws IOException {
    if (fixture != null) {
      fixture.close();
    }
    for (Path each : List.of(folder, elsewhere)) {
      try (Stream<Path> all = Files.walk(each)) {
        for (Path file : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  private void want(Place place, Set<Kind> kinds) {
    fixture.kernel().files().want(List.of(new FileWish(place, kinds)));
  }

  /** Runs a script in the folder, with $E for the other one. */
  private int run(String script) throws IOException {
    ProcessBuilder builder = new ProcessBuilder("/bin/sh", "-c", script);
    builder.directory(folder.toFile()).redirectErrorStream(true);
    builder.environment().put("E", elsewhere.toString());
    builder.environment().put("D", folder.toString());
    Process process = builder.start();
    process.getOutputStream().close();
    try (var out = process.getInputStream()) {
      out.readAllBytes();
      return process.waitFor();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private List<Event.FileUse> told(FileOperation operation) {
    return fixture.events(Event.FileUse.class, event -> event.operation() == operation);
  }

  private Event.FileUse only(FileOperation operation) {
    return fixture.only(
        operation.label(), Event.FileUse.class, event -> event.operation() == operation);
  }

  private String rung(String capability) {
    return fixture.kernel().rungs().stream()
        .filter(rung -> rung.capability().equals(capability))
        .map(CapabilityRung::rung)
        .findFirst()
        .orElseThrow();
  }

  private boolean hooked() {
    return !rung("observe_file_name").equals("syscall_tracepoint");
  }

  @Test
  void opensAreToldByIntentWithPathAndIdentity() throws IOException {
    Files.writeString(folder.resolve("old"), "x");
    want(new Place.Below(folder.toString()), ALL);
    assertEquals(0, run("cat old; : > new; : >> old; : > $E/unseen"));
    List<Event.FileUse> opens = told(FileOperation.OPEN);
    assertEquals(3, opens.size(), opens::toString);
    Event.FileUse read = opens.get(0);
    Event.FileUse created = opens.get(1);
    Event.FileUse appended = opens.get(2);
    assertEquals(folder + "/old", read.path());
    assertEquals("cat", read.comm());
    assertEquals(FileFlag.READ.bit(), read.flags());
    assertEquals(Files.getAttribute(folder.resolve("old"), "unix:ino"), read.file().inode());
    assertEquals(Decision.ALLOWED, read.decision());
    assertEquals(folder + "/new", created.path());
    assertEquals(
        FileFlag.WRITE.bit() | FileFlag.CREATE.bit() | FileFlag.TRUNCATE.bit(), created.flags());
    assertEquals(folder + "/old", appended.path());
    assertEquals(FileFlag.WRITE.bit(), appended.flags());
    assertEquals(appended.file(), read.file());
  }

  @Test
  void whatChangesNamesAndAttributesIsTold() throws IOException {
    want(new Place.Below(folder.toString()), ALL);
    assertEquals(
        0,
        run(
            ": > a; chmod 640 a; chown 0:0 a; ln a b; ln -s a c; mv b d; rm d; mkdir s; rmdir s;"
                + " : > $E/x; chmod 600 $E/x; ln $E/x $E/y; mv $E/y $E/z; rm $E/z"));
    Event.FileUse chmod = only(FileOperation.CHMOD);
    assertTrue(chmod.path().endsWith("/a") && chmod.path().startsWith("/"), chmod::toString);
    assertEquals(0640, chmod.mode() & 0777);
    Event.FileUse chown = only(FileOperation.CHOWN);
    assertEquals(0, chown.owner());
    assertEquals(0, chown.group());
    Event.FileUse link = only(FileOperation.LINK);
    assertEquals(folder + "/a", link.path());
    assertEquals(folder + "/b", link.target());
    Event.FileUse symlink = only(FileOperation.SYMLINK);
    assertEquals(folder + "/c", symlink.path());
    assertEquals("a", symlink.target());
    Event.FileUse rename = only(FileOperation.RENAME);
    assertEquals(folder + "/b", rename.path());
    assertEquals(folder + "/d", rename.target());
    List<Event.FileUse> unlinks = told(FileOperation.UNLINK);
    assertEquals(
        List.of(folder + "/d", folder + "/s"), unlinks.stream().map(Event.FileUse::path).toList());
    assertFalse(FileFlag.DIRECTORY.in(unlinks.get(0).flags()));
    assertTrue(FileFlag.DIRECTORY.in(unlinks.get(1).flags()));
    for (Event.FileUse each : unlinks) {
      assertEquals(!hooked(), FileFlag.PATH_GIVEN.in(each.flags()), each::toString);
    }
  }

  @Test
  void noDetourLeadsPastTheFilter() throws IOException {
    Files.writeString(folder.resolve("secret"), "x");
    Files.writeString(folder.resolve("other"), "x");
    Files.createSymbolicLink(elsewhere.resolve("to"), folder);
    Files.createDirectory(folder.resolve("sub"));
    want(new Place.Named(folder + "/secret"), Set.of(Kind.READ));
    assertEquals(
        0, run("cat other; cat secret; cat sub/../secret; cat $E/to/secret; cd /; cat $D/secret"));
    List<Event.FileUse> opens = told(FileOperation.OPEN);
    assertEquals(4, opens.size(), opens::toString);
    opens.forEach(open -> assertEquals(folder + "/secret", open.path()));
    // A file that takes its place by a rename is another inode under the wished name.
    assertEquals(0, run("echo y > new; mv new secret; cat secret"));
    assertEquals(5, told(FileOperation.OPEN).size());
    assertNotEquals(opens.getFirst().file(), told(FileOperation.OPEN).getLast().file());
  }

  @Test
  void aDirectoryThatIsMadeAnewIsFoundAgain() throws IOException {
    want(new Place.Below(folder + "/made/deep"), Set.of(Kind.WRITE));
    assertEquals(0, run("mkdir -p made/deep; : > made/deep/first"));
    assertEquals(folder + "/made/deep/first", only(FileOperation.OPEN).path());
    fixture.kernel().files().refresh();
    assertEquals(0, run("mv made/deep gone; mkdir made/deep"));
    assertEquals(0, run(": > made/deep/second; : > made/other"));
    fixture.kernel().files().refresh(); // what was moved away is not wished for any more
    assertEquals(0, run(": > made/deep/third; : > gone/fourth"));
    assertEquals(
        List.of(
            folder + "/made/deep/first", folder + "/made/deep/second", folder + "/made/deep/third"),
        told(FileOperation.OPEN).stream().map(Event.FileUse::path).toList());
  }

  /** They are files as others are: a kernel's setting that is changed is an open for writing. */
  @Test
  void aWriteToASettingOfTheKernelIsTold() throws IOException {
    want(new Place.Below("/proc/sys"), Set.of(Kind.WRITE));
    // The number of the next process: the one harmless setting that every kernel has.
    assertEquals(
        0, run("read -r last < /proc/sys/kernel/ns_last_pid; : >> /proc/sys/kernel/ns_last_pid"));
    assertEquals(
        List.of("/proc/sys/kernel/ns_last_pid"),
        told(FileOperation.OPEN).stream().map(Event.FileUse::path).toList());
  }

  @Test
  void withoutAWishNothingIsAttachedAndNothingTold() throws IOException {
    FileSensors sensors = fixture.kernel().files();
    sensors.want(List.of());
    sensors.refresh();
    assertEquals(Set.of(), sensors.attached());
    want(new Place.Below(folder.toString()), Set.of(Kind.READ, Kind.NAME));
    assertEquals(
        EnumSet.of(
            FileOperation.OPEN,
            FileOperation.UNLINK,
            FileOperation.RENAME,
            FileOperation.LINK,
            FileOperation.SYMLINK),
        sensors.attached());
    sensors.want(List.of());
    sensors.refresh();
    assertEquals(Set.of(), sensors.attached());
    assertEquals(0, run(": > a; cat a; rm a"));
    fixture.drain();
    assertEquals(List.of(), fixture.events(Event.FileUse.class, _ -> true));
  }

  @Test
  void whatIsFilteredIsCountedAndLossesBalance() throws IOException {
    want(new Place.Below(folder.toString()), Set.of(Kind.WRITE));
    SensorRuns before = fixture.kernel().files().runs(FileOperation.OPEN);
    HookCounters countersBefore = fixture.counters(Hook.FILE_OPEN);
    assertEquals(0, run("for i in 1 2 3 4 5; do : > $E/x; : > in; done"));
    fixture.drain();
    assertEquals(5, told(FileOperation.OPEN).size());
    SensorRuns after = fixture.kernel().files().runs(FileOperation.OPEN);
    assertTrue(after.seen() - before.seen() >= 10, after::toString);
    assertTrue(after.filtered() - before.filtered() >= 5, after::toString);
    HookCounters counters = fixture.counters(Hook.FILE_OPEN);
    assertEquals(5, counters.produced() - countersBefore.produced());
    assertEquals(5, counters.delivered() - countersBefore.delivered());
    assertEquals(0, counters.droppedTotal());
  }

  @Test
  void aPathLongerThanCarriedIsCutAndSaysSo() throws IOException {
    String name = "n".repeat(200);
    Path deep = folder.resolve(name).resolve(name);
    Files.createDirectories(deep);
    want(new Place.Below(folder.toString()), Set.of(Kind.WRITE));
    assertEquals(0, run(": > " + deep + "/file"));
    Event.FileUse open = only(FileOperation.OPEN);
    assertTrue(open.path().endsWith("/file"), open::toString);
    assertTrue(FileFlag.PATH_TRUNCATED.in(open.flags()));
  }

  @Test
  void aVerdictRefusesToUnlinkAndHoldsOpensToARate() throws IOException {
    Path file = Files.writeString(folder.resolve("kept"), "x");
    Files.createDirectory(folder.resolve("sub"));
    Process shell =
        new ProcessBuilder(
                "/bin/bash", "-c", "while read -r line; do eval \"$line\" 2>&1; echo .; done")
            .directory(folder.toFile())
            .start();
    try (var to = shell.outputWriter();
        var from = shell.inputReader()) {
      Subject tree =
          new Subject.ProcessTree(fixture.kernel().findProcess((int) shell.pid()).orElseThrow());
      Verdict unlink = HostKernelFixture.verdict(tree, Action.BLOCK, EnumSet.of(Operation.UNLINK));
      Verdict open = throttleOfOpens(tree, 3);
      if (rung("block_unlink").equals("signal")) {
        fixture.apply(unlink);
        assertTrue(ask(to, from, "rm kept; echo $?").endsWith("137\n"));
        assertTrue(ask(to, from, "rmdir sub; echo $?").endsWith("137\n"));
        assertEquals(2, fixture.hits(unlink));
        assertTrue(fixture.kernel().verdicts().release(unlink.id()));
        fixture.beat();
        assertInstanceOf(Outcome.Refused.class, fixture.kernel().verdicts().apply(open));
        assertEquals("0\n", ask(to, from, ": > kept; rm kept; echo $?"));
        return;
      }
      fixture.apply(unlink);
      assertTrue(ask(to, from, "rm kept").contains("Operation not permitted"));
      assertTrue(ask(to, from, "rmdir sub").contains("Operation not permitted"));
      assertTrue(Files.exists(file));
      assertEquals(2, fixture.hits(unlink));
      assertTrue(fixture.kernel().verdicts().release(unlink.id()));
      assertEquals("", ask(to, from, "rmdir sub"));

      fixture.apply(open);
      String said = ask(to, from, "for i in 1 2 3 4 5; do : < kept && echo ok; done");
      assertEquals(3, said.split("ok", -1).length - 1, said);
      assertEquals(2, said.split("Resource temporarily unavailable", -1).length - 1, said);
      assertEquals(2, fixture.hits(open));
    } finally {
      shell.destroy();
    }
  }

  private String ask(BufferedWriter to, BufferedReader from, String line) throws IOException {
    fixture.beat();
    to.write(line + "\n");
    to.flush();
    StringBuilder said = new StringBuilder();
    for (String each = from.readLine(); !each.equals("."); each = from.readLine()) {
      said.append(each).append('\n');
    }
    return said.toString();
  }

  /** A bucket that gives no other token while a test runs. */
  private static Verdict throttleOfOpens(Subject subject, int burst) {
    Verdict verdict = HostKernelFixture.throttle(subject, burst);
    return new Verdict(
        verdict.id(),
        subject,
        Action.THROTTLE,
        EnumSet.of(Operation.OPEN),
        verdict.rate(),
        verdict.issuedNanos(),
        verdict.expiryNanos(),
        verdict.causeNanos(),
        false,
        verdict.source(),
        verdict.reason());
  }

  @Test
  void openUnlinkAndRenameAreRefusedWhereAHookCan() throws IOException {
    Path file = Files.writeString(folder.resolve("kept"), "x");
    Process shell =
        new ProcessBuilder(
                "/bin/sh",
                "-c",
                "while read line; do ( : < kept ) 2>/dev/null && echo opened || echo refused;"
                    + " mv -T kept moved 2>/dev/null && mv -T moved kept && echo moved || echo refused;"
                    + " done")
            .directory(folder.toFile())
            .start();
    try (var to = shell.outputWriter();
        var from = shell.inputReader()) {
      to.write("\n");
      to.flush();
      assertEquals("opened", from.readLine());
      assertEquals("moved", from.readLine());
      Subject tree =
          new Subject.ProcessTree(fixture.kernel().findProcess((int) shell.pid()).orElseThrow());
      for (Operation operation : List.of(Operation.RENAME, Operation.OPEN)) {
        Verdict verdict = HostKernelFixture.verdict(tree, Action.BLOCK, EnumSet.of(operation));
        if (rung("block_" + operation.label()).equals("none")) {
          fixture.beat();
          Outcome outcome = fixture.kernel().verdicts().apply(verdict);
          String why = assertInstanceOf(Outcome.Refused.class, outcome).why();
          assertTrue(why.contains("nothing on this kernel can block " + operation.label()), why);
          continue;
        }
        fixture.apply(verdict);
        to.write("\n");
        to.flush();
        // To start mv its libraries have to be opened: without opens it cannot even try.
        assertEquals(operation == Operation.OPEN ? "refused" : "opened", from.readLine());
        if (operation == Operation.OPEN && rung("block_open").equals("signal")) {
          assertNull(from.readLine(), "the shell has opened /dev/null itself, and is gone");
          break;
        }
        assertEquals("refused", from.readLine());
        assertTrue(fixture.hits(verdict) > 0);
        assertTrue(fixture.kernel().verdicts().release(verdict.id()));
        if (Files.exists(folder.resolve("moved"))) { // who is killed in it may have done it
          Files.move(folder.resolve("moved"), file);
        }
        to.write("\n");
        to.flush();
        assertEquals("opened", from.readLine());
        assertEquals("moved", from.readLine());
      }
    } finally {
      shell.destroy();
    }
    assertTrue(Files.exists(file));
  }
}
