/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringward.kernel.Decision;
import io.ringward.kernel.Event;
import io.ringward.kernel.ExecFlag;
import io.ringward.kernel.Hook;
import io.ringward.kernel.ProcessKey;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Each hook fires, and says what is true. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class HookFactsTest {
  static final List<Hook> LIFECYCLE = List.of(Hook.EXEC, Hook.FORK, Hook.EXIT);

  private HostKernelFixture opened;
  private HostKernelFixture fixture;
  private Actor actor;

  @BeforeAll
  void openKernel() throws IOException {
    opened = new HostKernelFixture(HostKernelFixture.options());
  }

  @AfterAll
  void closeKernel() throws IOException {
    if (opened != null) {
      opened.close();
    }
  }

  @BeforeEach
  void open() throws IOException {
    fixture = opened.forOneTest();
    actor = fixture.stage().start();
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
  }

  @Test
  void execCarriesPathArgumentsAndIdentity() throws IOException {
    Path program = Path.of("/bin/true").toRealPath();
    int pid = runAndWait("run " + program + " one two three");
    Event.Exec exec = exec(pid);
    assertEquals(program.toString(), exec.path());
    assertEquals(List.of(program.toString(), "one", "two", "three"), exec.arguments());
    assertEquals(4, exec.argumentCount());
    assertEquals(program.getFileName().toString(), exec.comm());
    assertEquals(0, exec.flags());
    assertEquals(0, exec.header().uid());
    assertEquals(0, exec.gid());
    assertEquals(Hook.EXEC, exec.header().hook());
    assertEquals((Long) Files.getAttribute(program, "unix:ino"), exec.executable().inode());
    if (Files.getFileStore(program).type().equals("overlay")) {
      System.err.println("skipped: stat(2) tells another device than the hooks on overlay");
    } else {
      long device = (Long) Files.getAttribute(program, "unix:dev");
      assertEquals(kernelDevice(device), exec.executable().device());
    }
    assertEquals(fixture.key(actor), exec.header().parent());
    assertEquals(pid, exec.header().tid());
  }

  @Test
  void execTellsWhereTheProcessWorks(@TempDir Path folder)
      throws IOException, InterruptedException {
    Path link = Files.createSymbolicLink(folder.resolve("link"), folder);
    assertEquals(folder.toRealPath().toString(), directoryOfExec(link));
    assertEquals("/", directoryOfExec(Path.of("/")));
    Path removed = Files.createDirectory(folder.resolve("removed"));
    assertEquals(
        folder.toRealPath() + "/removed",
        directoryOfExec(removed, "-c", "cd \"$1\" && rmdir \"$1\" && exec /bin/true"),
        "as it was called");
  }

  private String directoryOfExec(Path directory) throws IOException, InterruptedException {
    return directoryOfExec(directory, "-c", "cd \"$1\" && exec /bin/true");
  }

  private String directoryOfExec(Path directory, String... how)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder("/bin/sh", how[0], how[1], "sh", directory.toString()).start();
    assertEquals(0, process.waitFor());
    return fixture
        .only(
            "the exec of true",
            Event.Exec.class,
            event ->
                event.header().process().tgid() == process.pid() && event.comm().equals("true"))
        .directory();
  }

  @Test
  void execOfManyArgumentsIsCutAndSaysSo() {
    String longWord = "x".repeat(300);
    int pid = runAndWait("run /bin/true " + longWord + " " + longWord);
    Event.Exec exec = exec(pid);
    assertTrue(ExecFlag.ARGUMENTS_TRUNCATED.in(exec.flags()));
    assertEquals(3, exec.argumentCount());
    assertEquals(List.of("/bin/true", longWord), exec.arguments().subList(0, 2));
    assertTrue(longWord.startsWith(exec.arguments().get(2)));
  }

  @Test
  void noDetourHidesWhereAnExecutableIs() throws IOException {
    Path program = Path.of("/bin/true").toRealPath();
    Path folder = fixture.stage().directory();
    Path link = Files.createSymbolicLink(folder.resolve("link"), program);
    Path above = Files.createSymbolicLink(folder.resolve("above"), program.getParent());
    for (String detour :
        List.of(
            link.toString(),
            above + "/" + program.getFileName(),
            program.getParent() + "/../.." + program,
            "/proc/self/root" + program)) {
      Event.Exec exec = exec(runAndWait("run " + detour));
      assertEquals(program.toString(), exec.path(), detour);
      assertFalse(ExecFlag.PATH_GIVEN.in(exec.flags()), detour);
    }
  }

  @Test
  void execFromMemfdIsMarked() {
    Event.Exec exec = exec(runAndWait("memfd /bin/true now"));
    assertTrue(ExecFlag.MEMFD.in(exec.flags()));
    assertTrue(ExecFlag.UNLINKED.in(exec.flags()));
    assertEquals(List.of("/bin/true", "now"), exec.arguments());
  }

  @Test
  void scriptIsMarkedWithItsInterpreterAsTheFile() throws IOException {
    Path script = fixture.stage().directory().resolve("script");
    Files.writeString(script, "#!/bin/sh\nexit 0\n");
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
    Event.Exec exec = exec(runAndWait("run " + script + " argument"));
    assertTrue(ExecFlag.INTERPRETER.in(exec.flags()));
    assertTrue(ExecFlag.PATH_GIVEN.in(exec.flags()));
    assertEquals(script.toString(), exec.path());
    assertEquals(
        (Long) Files.getAttribute(Path.of("/bin/sh").toRealPath(), "unix:ino"),
        exec.executable().inode());
    assertEquals(List.of("/bin/sh", script.toString(), "argument"), exec.arguments());
  }

  @Test
  void unlinkedFileIsMarkedAndAFileThatChangedUidIsSetid() throws IOException {
    Path copy = fixture.stage().directory().resolve("copy");
    Files.copy(ActorStage.program(), copy);
    Actor other = fixture.stage().start(copy, Optional.empty());
    Files.delete(copy);
    // The directory makes it exit with 71; what counts is the exec itself.
    other.ask("exec /proc/self/exe /nowhere");
    // Where it was, not the link that led there.
    for (boolean unlinked : new boolean[] {false, true}) {
      fixture.only(
          "exec of " + copy,
          Event.Exec.class,
          event ->
              event.header().process().tgid() == other.pid()
                  && event.path().equals(copy.toString())
                  && ExecFlag.UNLINKED.in(event.flags()) == unlinked);
    }

    Path setid = fixture.stage().directory().resolve("setid");
    Files.copy(Path.of("/bin/true").toRealPath(), setid);
    Files.setAttribute(setid, "unix:uid", 65534);
    Files.setAttribute(setid, "unix:mode", 0104755);
    Event.Exec exec = exec(runAndWait("run " + setid));
    assertTrue(ExecFlag.SETID.in(exec.flags()));
    assertEquals(65534, exec.header().uid());
  }

  @Test
  void execFromTheUpperLayerOfAnOverlayIsMarked() throws IOException, InterruptedException {
    Path top = fixture.stage().directory().resolve("overlay");
    Files.createDirectories(top);
    // In a mount namespace of its own, which ends with the command;
    // and on a tmpfs of its own, since an overlay cannot have its upper layer on another.
    String script =
        "mount -t tmpfs tmpfs %1$s && cd %1$s && mkdir lower upper work merged".formatted(top)
            + " && cp /bin/true lower/true && "
            + "mount -t overlay -o lowerdir=%1$s/lower,upperdir=%1$s/upper,workdir=%1$s/work overlay %1$s/merged"
                .formatted(top)
            + " && cp %1$s/merged/true %1$s/merged/added".formatted(top)
            + " && %1$s/merged/true below && %1$s/merged/added above".formatted(top);
    Process process =
        new ProcessBuilder("unshare", "--mount", "sh", "-c", script)
            .redirectErrorStream(true)
            .start();
    String output = process.inputReader().lines().reduce("", (all, line) -> all + line + "\n");
    assertEquals(0, process.waitFor(), output);
    Event.Exec below = execOf(top.resolve("merged/true"));
    Event.Exec above = execOf(top.resolve("merged/added"));
    assertFalse(ExecFlag.UPPER_LAYER.in(below.flags()));
    assertTrue(ExecFlag.UPPER_LAYER.in(above.flags()));
    assertEquals(List.of(top.resolve("merged/added").toString(), "above"), above.arguments());
  }

  @Test
  void execOfAFileWithCapabilitiesIsMarked() throws IOException, InterruptedException {
    Path setcap = Path.of("/usr/sbin/setcap");
    if (!Files.isExecutable(setcap)) {
      System.err.println("skipped: setcap (libcap2-bin) is not installed");
    }
    org.junit.jupiter.api.Assumptions.assumeTrue(Files.isExecutable(setcap), "no setcap");
    Path directory = fixture.stage().directory();
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    for (boolean capable : new boolean[] {false, true}) {
      Path copy = directory.resolve(capable ? "capable" : "plain");
      Files.copy(Path.of("/bin/true").toRealPath(), copy);
      String command =
          (capable ? setcap + " cap_net_raw+ep " + copy + " && " : "")
              + "setpriv --reuid=65534 --regid=65534 --clear-groups "
              + copy;
      Process process = new ProcessBuilder("sh", "-c", command).redirectErrorStream(true).start();
      String output = new String(process.getInputStream().readAllBytes());
      boolean supported = !output.contains("not supported");
      org.junit.jupiter.api.Assumptions.assumeTrue(supported, output);
      assertEquals(0, process.waitFor(), output);
      assertEquals(capable, ExecFlag.CAPABILITIES.in(execOf(copy).flags()), copy.toString());
    }
  }

  private Event.Exec execOf(Path path) {
    return fixture.only(
        "exec of " + path, Event.Exec.class, event -> event.path().equals(path.toString()));
  }

  @Test
  void forkAndExitTellOfParentAndChild() {
    Actor child = fixture.stage().adopt(Integer.parseInt(actor.ask("fork")));
    ProcessKey parentKey = fixture.key(actor);
    ProcessKey childKey = fixture.key(child);
    Event.Fork fork =
        fixture.only("fork", Event.Fork.class, event -> event.child().equals(childKey));
    assertEquals(parentKey, fork.header().process());
    assertEquals("actor", fork.comm());
    child.ask("exit 7");
    Event.Exit exit = exit(childKey);
    assertEquals(7 << 8, exit.exitCode());
    assertEquals(parentKey, exit.header().parent());
    assertTrue(exit.lifetimeNanos() > 0);
    assertTrue(exit.cpuNanos() > 0 && exit.cpuNanos() <= exit.lifetimeNanos(), exit::toString);
    assertTrue(exit.header().kernelTimeNanos() > fork.header().kernelTimeNanos());
  }

  /** Two views of the same account: what the kernel says in /proc just before the end. */
  @Test
  void exitTellsWhatWasUsed(@TempDir Path folder) throws IOException, InterruptedException {
    Path account = folder.resolve("account");
    Process shell =
        new ProcessBuilder(
                "/bin/bash",
                "-c",
                "dd if=/dev/zero of=data bs=64k count=16 conv=fsync 2>/dev/null;"
                    + " for ((i = 0; i < 100000; i++)); do :; done;"
                    + " [ ! -r /proc/$$/io ] || echo \"$(</proc/$$/io)\" > account; read -r || exit 0")
            .directory(folder.toFile())
            .start();
    shell.outputWriter().close();
    assertEquals(0, shell.waitFor());
    Event.Exit exit =
        fixture.only(
            "the shell's exit",
            Event.Exit.class,
            event -> event.header().process().tgid() == shell.pid());
    assertTrue(exit.cpuNanos() > 10_000_000, exit::toString);
    assertTrue(exit.cpuNanos() <= exit.lifetimeNanos(), exit::toString);
    if (!Files.exists(account)) {
      assertEquals(-1, exit.readBytes(), "no account here");
      assertEquals(-1, exit.writtenBytes());
      return;
    }
    String said = Files.readString(account);
    assertTrue(exit.readBytes() >= number(said, "read_bytes"), exit + "\n" + said);
    assertTrue(exit.writtenBytes() >= number(said, "\nwrite_bytes"), exit + "\n" + said);
    assertTrue(exit.writtenBytes() < number(said, "\nwrite_bytes") + (1 << 20), exit::toString);
  }

  private static long number(String account, String name) {
    String from = account.substring(account.indexOf(name + ": ") + name.length() + 2);
    return Long.parseLong(from.lines().findFirst().orElseThrow());
  }

  @Test
  void exitBySignalHasTheSignal() {
    ProcessKey key = fixture.key(actor);
    ProcessHandle.of(actor.pid()).orElseThrow().destroyForcibly();
    assertEquals(9, exit(key).exitCode() & 0x7f);
  }

  @Test
  void exitComesOnceAndWithTheLastThread() {
    ProcessKey key = fixture.key(actor);
    assertEquals("left", actor.ask("leave"));
    assertEquals(Actor.Tally.allowed(1), actor.connect(1));
    assertTrue(fixture.by(actor, Event.Exit.class).isEmpty(), "a thread still runs");
    assertEquals(key, fixture.by(actor, Event.Connect.class).getLast().header().process());
    actor.ask("exit 3");
    assertEquals(3 << 8, exit(key).exitCode());
  }

  @Test
  void connectionsAreSeenByAllWays() throws IOException {
    check("connect4", "127.0.0.1", false, Hook.CONNECT4);
    check("udp4", "127.0.0.1", false, Hook.CONNECT4);
    check("connect6", "::1", false, Hook.CONNECT6);
    check("mapped", "127.0.0.1", true, Hook.CONNECT6);
    check("fastopen", "127.0.0.1", false, Hook.CONNECT4);
  }

  private void check(String how, String address, boolean mapped, Hook hook) throws IOException {
    int before = fixture.by(actor, Event.Connect.class).size();
    actor.connect(how, 7, 1);
    List<Event.Connect> connects = fixture.by(actor, Event.Connect.class);
    assertEquals(before + 1, connects.size(), how);
    Event.Connect connect = connects.getLast();
    assertEquals(InetAddress.ofLiteral(address), connect.endpoint().address(), how);
    assertEquals(7, connect.endpoint().port(), how);
    assertEquals(mapped, connect.endpoint().mapped(), how);
    assertEquals(how.equals("udp4") ? 17 : 6, connect.endpoint().protocol(), how);
    assertEquals(Decision.ALLOWED, connect.decision(), how);
    assertEquals(hook, connect.header().hook(), how);
    assertEquals("actor", connect.comm(), how);
    assertEquals(fixture.key(actor), connect.header().process(), how);
  }

  @Test
  void bindsAreSeen() throws IOException {
    for (String how : List.of("bind4", "bind6", "bindmapped")) {
      int before = fixture.by(actor, Event.Bind.class).size();
      assertEquals(Actor.Tally.allowed(1), actor.bind(how, 1));
      List<Event.Bind> binds = fixture.by(actor, Event.Bind.class);
      assertEquals(before + 1, binds.size(), how);
      Event.Bind bind = binds.getLast();
      assertEquals(how.equals("bind4") ? Hook.BIND4 : Hook.BIND6, bind.header().hook());
      assertEquals(how.equals("bindmapped"), bind.endpoint().mapped());
      assertEquals(
          InetAddress.ofLiteral(how.equals("bind6") ? "::1" : "127.0.0.1"),
          bind.endpoint().address());
      assertEquals(0, bind.endpoint().port());
    }
  }

  @Test
  void cgroupIsThatOfTheProcess() throws IOException {
    Path cgroup = fixture.stage().cgroup("facts");
    fixture.stage().move(actor, cgroup);
    actor.connect(1);
    assertEquals(
        ControlGroups.id(cgroup),
        fixture.by(actor, Event.Connect.class).getLast().header().cgroupId());
  }

  /** From stat(2)'s 64-bit encoding (sys/sysmacros.h) to the kernel's (linux/kdev_t.h). */
  private static int kernelDevice(long device) {
    long major = (device >>> 8 & 0xfff) | (device >>> 32 & ~0xfffL);
    long minor = (device & 0xff) | (device >>> 12 & ~0xffL);
    return (int) (major << 20 | minor);
  }

  private int runAndWait(String command) {
    return Integer.parseInt(actor.ask(command).split(" ", -1)[0]);
  }

  private Event.Exec exec(int pid) {
    return fixture.only(
        "exec by " + pid, Event.Exec.class, event -> event.header().process().tgid() == pid);
  }

  private Event.Exec exec(int pid, String path) {
    return fixture.only(
        "exec of " + path,
        Event.Exec.class,
        event -> event.header().process().tgid() == pid && event.path().equals(path));
  }

  private Event.Exit exit(ProcessKey key) {
    return fixture.only(
        "exit of " + key, Event.Exit.class, event -> event.header().process().equals(key));
  }
}
