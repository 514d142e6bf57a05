/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import io.ringward.bpf.BpfException;
import io.ringward.bpf.BpfLink;
import io.ringward.bpf.TrialSocket;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What refuses connect and bind of the sockets that the hooks of control groups do not see, and
 * sends that no packet hook sees ({@code network_hook.bpf.c}): in addition to those hooks, where
 * the kernel lets programs into its hooks of sockets. The one for sends is attached while a verdict
 * covers sends, and only then. Thread-safe.
 */
final class SocketHooks implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SocketHooks.class);
  private static final String NONE = "none";

  /** Beside {@code socket_connect} and {@code socket_bind}; only where there is SCTP. */
  private static final String ASSOCIATION = "sctp_bind_connect";

  /** Mirrors {@code enum socket_call}: the index into {@code socket_runs}. */
  private enum Call {
    CONNECT("block_connect_raw", "socket_connect", TrialSocket::connect),
    BIND("block_bind_raw", "socket_bind", TrialSocket::bind),
    SEND("block_send_packet", "socket_sendmsg", TrialSocket::sendNothing);

    private final String capability;
    private final String hook;
    private final Consumer<TrialSocket> trial;

    Call(String capability, String hook, Consumer<TrialSocket> trial) {
      this.capability = capability;
      this.hook = hook;
      this.trial = trial;
    }
  }

  private final LoadedObject loaded;
  private final Map<String, BpfLink> links = new LinkedHashMap<>();
  private final Map<Call, String> missing = new EnumMap<>(Call.class);
  private Optional<BpfLink> send = Optional.empty();
  private boolean sendTried;

  private SocketHooks(LoadedObject loaded) {
    this.loaded = loaded;
  }

  /** Attaches those for connect and bind, and fires all. */
  static SocketHooks attach(LoadedObject loaded) {
    SocketHooks hooks = new SocketHooks(loaded);
    try {
      for (Call call : Call.values()) {
        hooks.tryOne(call);
      }
      if (hooks.links.containsKey(Call.CONNECT.hook)) {
        hooks.attachAssociation();
      }
      return hooks;
    } catch (RuntimeException e) {
      hooks.close();
      throw e;
    }
  }

  /** Its programs, of one kind. */
  static List<String> programs(Trampoline trampoline) {
    return Stream.concat(
            Arrays.stream(Call.values()).map(call -> call.hook), Stream.of(ASSOCIATION))
        .map(trampoline::socketProgram)
        .toList();
  }

  /** A program of a control group's hook, and those that see what it does not. */
  static List<String> with(String program, String hook) {
    return Stream.concat(
            Stream.of(program),
            Arrays.stream(Trampoline.values()).map(trampoline -> trampoline.socketProgram(hook)))
        .toList();
  }

  private void tryOne(Call call) {
    if (loaded.trampoline().isEmpty()) {
      missing.put(call, loaded.trampolineRefusal());
      return;
    }
    String program = loaded.trampoline().get().socketProgram(call.hook);
    try {
      BpfLink link = loaded.object().program(program).attach();
      boolean fires = false;
      try {
        fires = fires(call);
      } finally {
        if (!fires || call == Call.SEND) {
          link.close();
        }
      }
      if (!fires) {
        missing.put(call, program + " is attached and did not fire");
      } else if (call == Call.SEND) {
        sendTried = true;
      } else {
        links.put(call.hook, link);
      }
    } catch (BpfException | IOException e) {
      missing.put(call, program + " could not be tried: " + e.getMessage());
    }
  }

  private boolean fires(Call call) throws IOException {
    PerCpuCounters runs = new PerCpuCounters(loaded.object().map("socket_runs"));
    try (TrialSocket socket = call == Call.SEND ? TrialSocket.packet() : TrialSocket.internet()) {
      long before = runs.sum(call.ordinal(), 0);
      call.trial.accept(socket);
      return runs.sum(call.ordinal(), 0) > before; // it runs in the call itself
    }
  }

  /** SCTP is a module as a rule: a trial would load it. */
  private void attachAssociation() {
    String program = loaded.trampoline().orElseThrow().socketProgram(ASSOCIATION);
    try {
      links.put(ASSOCIATION, loaded.object().program(program).attach());
    } catch (BpfException e) {
      LOG.debug("{} is not attached", program, e);
    }
  }

  /** What is attached as long as this is open, by the names of the programs. */
  synchronized Map<String, BpfLink> links() {
    Map<String, BpfLink> named = new LinkedHashMap<>();
    links.forEach(
        (hook, link) -> named.put(loaded.trampoline().orElseThrow().socketProgram(hook), link));
    return named;
  }

  /**
   * Attaches what sees sends, or detaches it.
   *
   * @throws BpfException when the kernel does not let it be attached
   */
  synchronized void watchSends(boolean wanted) {
    if (wanted && sendTried && send.isEmpty()) {
      String program = loaded.trampoline().orElseThrow().socketProgram(Call.SEND.hook);
      send = Optional.of(loaded.object().program(program).attach());
    } else if (!wanted) {
      send.ifPresent(BpfLink::close);
      send = Optional.empty();
    }
  }

  /** What sees sends now, by the name of its program. */
  synchronized Map<String, BpfLink> sendLink() {
    return send.map(
            link -> Map.of(loaded.trampoline().orElseThrow().socketProgram(Call.SEND.hook), link))
        .orElse(Map.of());
  }

  /** Where each stands. */
  synchronized List<CapabilityRung> rungs() {
    List<CapabilityRung> rungs = new ArrayList<>();
    for (Call call : Call.values()) {
      String lack = missing.get(call);
      String lift =
          loaded
              .trampoline()
              .map(Trampoline::whatWouldLiftIt)
              .orElse("a kernel that allows BPF trampolines, with bpf in lsm=");
      boolean inForce = lack == null;
      String when = call == Call.SEND ? "; attached while a verdict covers sends" : "";
      rungs.add(
          new CapabilityRung(
              call.capability,
              inForce ? loaded.trampoline().orElseThrow().label() : NONE,
              inForce,
              inForce && lift.isEmpty(),
              inForce ? "seen to fire on an operation of our own" + when : lack,
              inForce || loaded.trampoline().isEmpty() ? lift : "CAP_NET_RAW, for the trial"));
    }
    return rungs;
  }

  @Override
  public synchronized void close() {
    watchSends(false);
    List.copyOf(links.values()).reversed().forEach(BpfLink::close);
    links.clear();
  }
}
