/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.ringward.bpf.BpfException;
import io.ringward.bpf.BpfLink;
import io.ringward.bpf.FeatureProbe;
import io.ringward.bpf.KernelFeature;
import io.ringward.bpf.Pidfd;
import io.ringward.bpf.RawMap;
import io.ringward.bpf.UpdateMode;
import io.ringward.kernel.ProcessKey;
import io.ringward.kernel.WireLayouts;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps other processes, root's too, from ending, stopping, tracing and reaching into this one
 * ({@code shield.bpf.c}), where the kernel lets programs into its hooks. The service manager, the
 * ancestors of this process and what its parent has started beside it may stop it. Nothing is
 * pinned, and what has no heartbeat protects nothing: so it ends with the agent, however that ends.
 * In shadow mode attempts are counted and let through.
 *
 * <p>It holds up, and tells. Who is root has other ways (cgroup.kill, a module, the machine's
 * power): what cannot be seen from here is not claimed. Thread-safe.
 */
final class SelfProtection implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SelfProtection.class);
  private static final Path DESCRIPTORS = Path.of("/proc/self/fdinfo");
  private static final byte PRESENT = 1;

  /** Links come when sensors are attached on demand; a look at each descriptor is not free. */
  private static final int LOOKS_BETWEEN_LISTS = 5;

  private static final Map<String, Set<Attack>> CAPABILITIES =
      Map.of(
          "protect_process", EnumSet.of(Attack.SIGNAL, Attack.TRACE),
          "protect_maps", EnumSet.of(Attack.MAP, Attack.LINK),
          "protect_pins", PinProtection.ATTACKS);

  private static final long ATTEMPTS = offset("attempts");
  private static final long RUNS = offset("runs");
  private static final long TGID = offset("tgid");
  private static final long UID = offset("uid");
  private static final long DETAIL = offset("detail");
  private static final long REFUSED = offset("refused");
  private static final long COMM = offset("comm");

  private final RawMap agent;
  private final RawMap objects;
  private final RawMap accounts;
  private final Optional<PinProtection> pins;
  private final Map<Attack, BpfLink> links = new EnumMap<>(Attack.class);
  private final Map<Attack, String> missing = new EnumMap<>(Attack.class);
  private final Map<Attack, Long> told = new EnumMap<>(Attack.class);
  private final Set<Listed> listed = new HashSet<>();
  private final String rung;
  private final String whatWouldLiftIt;
  private int looks;

  /** What of this process's is not to be opened by others. */
  private record Listed(Attack kind, int id) {}

  /**
   * Attaches, fires, and protects from now on.
   *
   * @param own this process
   */
  SelfProtection(LoadedObject loaded, ProcessKey own) {
    agent = loaded.object().map("shield_agent");
    objects = loaded.object().map("shield_object");
    accounts = loaded.object().map("shield_attack");
    rung = loaded.shield() ? loaded.trampoline().orElseThrow().label() : "none";
    whatWouldLiftIt =
        loaded.shield()
            ? loaded.trampoline().orElseThrow().whatWouldLiftIt()
            : "a kernel that allows BPF trampolines, with bpf in lsm=";
    pins = loaded.shield() ? Optional.of(new PinProtection(loaded)) : Optional.empty();
    for (Attack attack : Attack.values()) {
      if (loaded.shield() && !PinProtection.ATTACKS.contains(attack)) {
        attach(loaded, attack);
      } else if (!loaded.shield()) {
        missing.put(attack, loaded.refusal().orElse(loaded.trampolineRefusal()));
      }
    }
    if (loaded.shield()) {
      try {
        protect(own);
      } catch (RuntimeException e) {
        close();
        throw e;
      }
    }
    if (!missing.isEmpty()) {
      LOG.warn(
          "self-protection was asked for and is not in force against {}: {}",
          String.join(", ", missing.keySet().stream().map(Attack::label).toList()),
          String.join("; ", new HashSet<>(missing.values())));
    }
  }

  private void attach(LoadedObject loaded, Attack attack) {
    String program = loaded.trampoline().orElseThrow().shieldProgram(attack);
    try {
      links.put(attack, loaded.object().program(program).attach());
    } catch (BpfException e) {
      missing.put(attack, program + ": " + e.getMessage());
    }
  }

  private void protect(ProcessKey own) {
    try (Arena call = Arena.ofConfined()) {
      MemorySegment key = call.allocate(WireLayouts.PROCESS_KEY);
      WireCodecs.PROCESS_KEY.encode(own, key, 0);
      agent.update(call.allocateFrom(JAVA_INT, 0), key, UpdateMode.ANY);
    }
    list();
    act();
    pins.ifPresent(each -> missing.putAll(each.tryOut(attack -> read(attack).runs())));
    for (Attack attack : List.copyOf(links.keySet())) {
      if (read(attack).runs() == 0) {
        missing.put(attack, attack.label() + " is attached and did not fire");
        links.remove(attack).close();
      }
    }
  }

  /** Does to itself, harmlessly, what others are kept from. */
  private static void act() {
    int pid = (int) ProcessHandle.current().pid();
    Pidfd.open(pid)
        .ifPresent(self -> {
          try (self) {
            self.sendSignal(0);
          }
        });
    try {
      byte[] unused = Files.readAllBytes(Path.of("/proc/1/environ"));
      LOG.trace("{} bytes", unused.length);
    } catch (IOException e) {
      LOG.debug("/proc/1/environ cannot be read: {}", e.toString()); // asked for all the same
    }
    LOG.trace("{}", FeatureProbe.run(KernelFeature.RING_BUFFER)); // makes a map
  }

  /** Names what this process holds: descriptors say the ids of what they are of. */
  private void list() {
    try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(DESCRIPTORS)) {
      for (Path descriptor : descriptors) {
        try {
          Files.readAllLines(descriptor).forEach(this::list);
        } catch (NoSuchFileException e) {
          continue; // closed since
        }
      }
    } catch (IOException e) {
      LOG.warn("which maps and links are to be protected cannot be read: {}", e.toString());
    }
  }

  private void list(String line) {
    if (line.startsWith("map_id:")) {
      list(Attack.MAP, line);
    } else if (line.startsWith("link_id:")) {
      list(Attack.LINK, line);
    }
  }

  private void list(Attack kind, String line) {
    Listed one = new Listed(kind, Integer.parseInt(line.substring(line.indexOf(':') + 1).strip()));
    if (listed.add(one)) {
      try (Arena call = Arena.ofConfined()) {
        MemorySegment key = call.allocate(WireLayouts.SHIELD_OBJECT);
        key.set(JAVA_INT, 0, kind.ordinal());
        key.set(JAVA_INT, Integer.BYTES, one.id());
        objects.update(key, call.allocateFrom(JAVA_BYTE, PRESENT), UpdateMode.ANY);
      }
    }
  }

  private record Account(
      long attempts, long runs, int tgid, int uid, int detail, boolean refused, String comm) {}

  private Account read(Attack attack) {
    try (Arena call = Arena.ofConfined()) {
      MemorySegment value = call.allocate(accounts.valueBufferBytes(), Long.BYTES);
      accounts.lookup(call.allocateFrom(JAVA_INT, attack.ordinal()), value);
      byte[] comm = value.asSlice(COMM, WireLayouts.COMM_SIZE).toArray(JAVA_BYTE);
      return new Account(
          value.get(JAVA_LONG, ATTEMPTS),
          value.get(JAVA_LONG, RUNS),
          value.get(JAVA_INT, TGID),
          value.get(JAVA_INT, UID),
          value.get(JAVA_INT, DETAIL),
          value.get(JAVA_INT, REFUSED) != 0,
          new String(comm, StandardCharsets.UTF_8).split("\0", 2)[0]);
    }
  }

  /** Tells what others have tried since the last call, and protects what is new here. */
  synchronized void check(TamperLog log) {
    if (links.isEmpty()) {
      return;
    }
    if (++looks % LOOKS_BETWEEN_LISTS == 0) {
      list();
    }
    for (Attack attack : Attack.values()) {
      Account account = read(attack);
      long before = told.getOrDefault(attack, 0L);
      if (account.attempts() > before) {
        told.put(attack, account.attempts());
        log.add(
            Tampering.Kind.ATTACK_REFUSED,
            say(attack, account, account.attempts() - before),
            account.refused());
      }
    }
  }

  private static String say(Attack attack, Account account, long times) {
    return "somebody tried to "
        + attack.deed(account.detail())
        + (times == 1 ? "" : " (" + times + " times; the last:)")
        + ": "
        + account.comm()
        + ", process "
        + account.tgid()
        + " of user "
        + account.uid()
        + (account.refused() ? "; it was refused" : "; it was let through in shadow mode");
  }

  /** What protects pins, where it can. */
  Optional<PinProtection> pins() {
    return pins;
  }

  /** Where protection stands. */
  List<CapabilityRung> rungs() {
    List<CapabilityRung> rungs = new ArrayList<>();
    for (String capability : CAPABILITIES.keySet().stream().sorted().toList()) {
      List<String> lacks =
          CAPABILITIES.get(capability).stream()
              .filter(missing::containsKey)
              .map(missing::get)
              .distinct()
              .toList();
      boolean inForce = lacks.isEmpty();
      rungs.add(
          new CapabilityRung(
              capability,
              inForce ? rung : "none",
              inForce,
              inForce && whatWouldLiftIt.isEmpty(),
              inForce
                  ? "seen to fire on an operation of our own"
                      + (capability.equals("protect_pins")
                          ? "; attached while something is pinned"
                          : "")
                  : String.join("; ", lacks),
              whatWouldLiftIt));
    }
    return rungs;
  }

  private static long offset(String field) {
    return WireCodecs.offset(WireLayouts.ATTACK_ACCOUNT, field);
  }

  /** Protects no more. Idempotent. */
  @Override
  public synchronized void close() {
    pins.ifPresent(PinProtection::close);
    links.values().forEach(BpfLink::close);
    links.clear();
  }
}
