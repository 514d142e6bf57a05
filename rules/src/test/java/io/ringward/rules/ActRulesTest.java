/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ringward.rules.event.EventType;
import io.ringward.rules.event.Fact;
import io.ringward.rules.problem.RuleException;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Each starter rule about acts fires on what it is for, and on nothing that looks like it. */
final class ActRulesTest {
  private static final String HANDS = "Process laid hands on another";
  private static final String STREAM = "Connection becomes a standard stream of a shell or script";
  private static final String RAW = "Raw or packet socket made";
  private static final String EXECUTABLE = "Memory made executable by a shell or a dropped program";
  private static final String MODULE = "Kernel module loaded by an unusual program";
  private static final String BPF = "Unexpected program works on eBPF";
  private static final String NAMESPACE = "User namespace made below a network service";

  private static Compilation compilation;

  @BeforeAll
  static void compile() throws RuleException {
    compilation = RuleCompiler.compile(List.of(StarterRules.source()));
  }

  private static List<String> fired(SampleEvent event) {
    return Compiling.fired(compilation.rules(), event);
  }

  private static SampleEvent act(EventType type, String name) {
    return SampleEvent.of(type)
        .with(Fact.PROCESS_NAME, name)
        .with(Fact.ACT_RESULT, 0L)
        .with(Fact.ACT_FAILED, 0L);
  }

  private static SampleEvent attach(String name, long isChild) {
    return act(EventType.PTRACE, name)
        .with(Fact.TRACE_REQUEST, "PTRACE_ATTACH")
        .with(Fact.TARGET_IS_CHILD, isChild);
  }

  @Test
  void handsOnAnotherProcess() {
    assertEquals(List.of(HANDS), fired(attach("x", 0)));
    assertEquals(List.of(), fired(attach("x", 1)), "its own child");
    assertEquals(List.of(), fired(attach("gdb", 0)));
    assertEquals(List.of(), fired(attach("x", 0).with(Fact.ACT_FAILED, 1L)));
    assertEquals(List.of(), fired(attach("x", 0).with(Fact.TRACE_REQUEST, "PTRACE_TRACEME")));
    SampleEvent write = act(EventType.PROCESS_VM_WRITEV, "x").with(Fact.TARGET_IS_CHILD, 0L);
    assertEquals(List.of(HANDS), fired(write));
  }

  private static SampleEvent dup(String name, long descriptor) {
    return act(EventType.DUP, name)
        .with(Fact.ACT_RESULT, descriptor)
        .address(Fact.REMOTE_ADDRESS, "203.0.113.9")
        .with(Fact.REMOTE_PORT, 4444L);
  }

  @Test
  void connectionAsStandardStream() {
    assertEquals(List.of(STREAM), fired(dup("python3", 0)));
    assertEquals(List.of(STREAM), fired(dup("bash", 1)));
    assertEquals(List.of(STREAM), fired(dup("x", 2).with(Fact.PROCESS_EXE_PATH, "/tmp/x")));
    assertEquals(List.of(), fired(dup("xinetd", 0)));
    assertEquals(List.of(), fired(dup("sh", 0).ancestors("xinetd")));
    SampleEvent local = act(EventType.DUP, "bash").with(Fact.ACT_RESULT, 0L);
    assertEquals(List.of(), fired(local), "no address: no network");
  }

  @Test
  void rawAndPacketSockets() {
    SampleEvent packet =
        act(EventType.SOCKET, "x")
            .with(Fact.SOCKET_DOMAIN, "AF_PACKET")
            .with(Fact.SOCKET_TYPE, "SOCK_DGRAM");
    assertEquals(List.of(RAW), fired(packet));
    SampleEvent raw =
        act(EventType.SOCKET, "x")
            .with(Fact.SOCKET_DOMAIN, "AF_INET")
            .with(Fact.SOCKET_TYPE, "SOCK_RAW");
    assertEquals(List.of(RAW), fired(raw));
    assertEquals(List.of(), fired(raw.with(Fact.PROCESS_NAME, "ping")));
    SampleEvent crypto =
        act(EventType.SOCKET, "x")
            .with(Fact.SOCKET_DOMAIN, "AF_ALG")
            .with(Fact.SOCKET_TYPE, "SOCK_SEQPACKET");
    assertEquals(List.of(), fired(crypto));
  }

  private static SampleEvent executable(String name) {
    return act(EventType.MMAP, name)
        .with(Fact.MEMORY_ANONYMOUS, 1L)
        .with(Fact.MEMORY_WRITTEN, 1L)
        .with(Fact.MEMORY_STACK, 0L);
  }

  @Test
  void executableMemory() {
    assertEquals(List.of(EXECUTABLE), fired(executable("bash")));
    assertEquals(
        List.of(EXECUTABLE), fired(executable("x").with(Fact.PROCESS_EXE_PATH, "/dev/shm/x")));
    assertEquals(List.of(), fired(executable("java")), "a compiler at run time");
    assertEquals(
        List.of(EXECUTABLE), fired(executable("java").with(Fact.MEMORY_STACK, 1L)), "the stack");
  }

  @Test
  void kernelModules() {
    assertEquals(List.of(MODULE), fired(act(EventType.MODULE, "insmod")));
    assertEquals(List.of(), fired(act(EventType.MODULE, "modprobe")));
    assertEquals(List.of(), fired(act(EventType.MODULE, "(udev-worker)")));
  }

  @Test
  void workOnBpf() {
    SampleEvent load = act(EventType.BPF, "x").with(Fact.ACT_COMMAND, "BPF_PROG_LOAD");
    assertEquals(List.of(BPF), fired(load));
    assertEquals(List.of(), fired(load.with(Fact.PROCESS_NAME, "systemd")));
    SampleEvent map = act(EventType.BPF, "x").with(Fact.ACT_COMMAND, "BPF_MAP_CREATE");
    assertEquals(List.of(), fired(map));
  }

  @Test
  void userNamespaces() {
    SampleEvent event =
        act(EventType.UNSHARE, "unshare").with(Fact.ACT_FLAGS, "CLONE_NEWNS|CLONE_NEWUSER");
    assertEquals(List.of(), fired(event), "a sandbox of somebody");
    assertEquals(List.of(NAMESPACE), fired(event.ancestors("sh", "nginx")));
  }
}
