/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.ringward.bpf.BpfException;
import io.ringward.bpf.BpfIterator;
import io.ringward.bpf.BpfLink;
import io.ringward.bpf.BpfObject;
import io.ringward.bpf.IteratorScope;
import io.ringward.kernel.Action;
import io.ringward.kernel.Operation;
import io.ringward.kernel.SendOutcome;
import io.ringward.kernel.Verdict;
import io.ringward.kernel.WireLayouts;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds what verdicts say of sends ({@code send.bpf.c}). The program that sees each packet is
 * attached while such a verdict stands, and only then. Thread-safe.
 */
public final class SendLimiter implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SendLimiter.class);

  /** In this order: whose a new socket is has to be known with its first packet. */
  static final List<String> HOOKS = List.of("own_socket", "limit_sends");

  /** All of them. */
  static final List<String> PROGRAMS =
      List.of("own_socket", "limit_sends", "find_senders", "spare_senders", "list_devices");

  /** The queueing discipline that lets a packet leave at its time. */
  private static final String BY_TIME = "fq";

  private static final long PACKETS = WireCodecs.offset(WireLayouts.SEND_COUNT, "packets");
  private static final long BYTES = WireCodecs.offset(WireLayouts.SEND_COUNT, "bytes");

  /** The discard service: nobody has to listen there. */
  private static final int PORT = 9;

  private final BpfObject object;
  private final Path cgroup;
  private final SocketHooks sockets;
  private final Optional<String> missing;
  private final PersistentPins pins;
  private final Set<Long> persisting = new HashSet<>();
  private final Set<Long> verdicts = new HashSet<>();
  private final Map<Long, Long> spared = new HashMap<>();
  private Optional<CgroupHooks> hooks = Optional.empty();
  private Optional<Look> look = Optional.empty();
  private long looks;

  /** The two walks over all open sockets. */
  private record Look(BpfIterator find, BpfIterator spare) {}

  /**
   * What became of packets.
   *
   * @param packets how many
   * @param bytes in them, from the header of IP on
   */
  public record Count(long packets, long bytes) {}

  /**
   * A network device and what decides when its packets leave.
   *
   * @param discipline of its queue: {@code fq}, {@code noqueue}, …
   */
  record Device(String name, String discipline) {
    boolean paces() {
      return discipline.equals(BY_TIME);
    }
  }

  /**
   * @param cgroup whose packets are seen
   * @param sockets what blocks sends that are no packets of IP
   * @param missing why the programs are not in the kernel, if they are not
   * @param pins hold the programs too, while a verdict on sends persists
   */
  SendLimiter(
      BpfObject object,
      Path cgroup,
      SocketHooks sockets,
      Optional<String> missing,
      PersistentPins pins) {
    this.object = object;
    this.cgroup = cgroup;
    this.sockets = sockets;
    this.missing = missing;
    this.pins = pins;
  }

  /** Whether a verdict is for this to hold. */
  private static boolean concerns(Verdict verdict) {
    return verdict.operations().contains(Operation.SEND)
        && (verdict.action() == Action.THROTTLE || verdict.action() == Action.BLOCK);
  }

  /** Whether there is anything here that could hold them. */
  boolean possible() {
    return missing.isEmpty();
  }

  /**
   * Begins with a verdict whose subject carries it already.
   *
   * @return why it cannot be held
   */
  synchronized Optional<String> begin(Verdict verdict) {
    if (!concerns(verdict)) {
      return Optional.empty();
    }
    if (missing.isPresent()) {
      return Optional.of("its sends cannot be held: " + missing.get());
    }
    try {
      attach();
      verdicts.add(verdict.id());
      lookAgain();
      if (verdict.persist() && persisting.add(verdict.id()) && persisting.size() == 1) {
        pins.add(enforcing());
      }
      return Optional.empty();
    } catch (IOException e) {
      end(verdict.id());
      return Optional.of("it cannot outlive the agent: " + e.getMessage());
    } catch (BpfException e) {
      end(verdict.id());
      return Optional.of("the kernel does not let sends be held: " + e.getMessage());
    }
  }

  /** What is attached while a verdict stands, by the names of the programs. */
  private Map<String, BpfLink> enforcing() {
    Map<String, BpfLink> links = new HashMap<>(hooks.orElseThrow().links());
    links.putAll(sockets.sendLink());
    return links;
  }

  private List<String> programs() {
    List<String> programs = new ArrayList<>(HOOKS);
    programs.addAll(sockets.sendLink().keySet());
    return programs;
  }

  private void attach() {
    if (hooks.isEmpty()) {
      hooks = Optional.of(new CgroupHooks(object, cgroup, HOOKS));
      sockets.watchSends(true);
    }
    if (look.isEmpty()) {
      BpfIterator find = object.program("find_senders").iterator(new IteratorScope.Everything());
      try {
        look =
            Optional.of(
                new Look(
                    find,
                    object.program("spare_senders").iterator(new IteratorScope.Everything())));
      } catch (RuntimeException e) {
        find.close();
        throw e;
      }
    }
  }

  /** Finds the sockets that subjects have open, and leaves alone those that others have too. */
  private void lookAgain() {
    looks++;
    object.variable("sender_look").set(JAVA_LONG, 0, looks);
    Look walks = look.orElseThrow();
    long _ = walks.find().read(MemorySegment::byteSize);
    Map<Long, Long> shared = walks.spare().read(SendLimiter::countById);
    object.variable("sender_looked").set(JAVA_LONG, 0, looks);
    shared.forEach((verdict, sockets) -> {
      if (!sockets.equals(spared.put(verdict, sockets))) {
        LOG.info(
            "verdict {}: {} of its sockets {} open in other processes as well, which it does not"
                + " cover: what is sent there is not held",
            Long.toHexString(verdict),
            sockets,
            sockets == 1 ? "is" : "are");
      }
    });
  }

  private static Map<Long, Long> countById(MemorySegment ids) {
    Map<Long, Long> counts = new HashMap<>();
    for (long at = 0; at + Long.BYTES <= ids.byteSize(); at += Long.BYTES) {
      counts.merge(ids.get(JAVA_LONG, at), 1L, Long::sum);
    }
    return counts;
  }

  /** Ends with a verdict; other ids are nothing to it. */
  synchronized void end(long verdictId) {
    verdicts.remove(verdictId);
    spared.remove(verdictId);
    if (persisting.remove(verdictId) && persisting.isEmpty()) {
      pins.remove(programs());
    }
    if (verdicts.isEmpty()) {
      detach();
    }
  }

  private void detach() {
    sockets.watchSends(false);
    hooks.ifPresent(CgroupHooks::close);
    hooks = Optional.empty();
    look.ifPresent(walks -> {
      walks.find().close();
      walks.spare().close();
    });
    look = Optional.empty();
  }

  /** Looks for sockets that subjects have got from others; and puts back what was detached. */
  synchronized void check(TamperLog log) {
    if (hooks.isEmpty()) {
      return;
    }
    hooks.get().check(pins, log);
    try {
      lookAgain();
    } catch (BpfException e) {
      LOG.warn("the sockets of who is throttled could not be looked at: {}", e.getMessage());
    }
  }

  /** Whether the program that sees each packet is attached. */
  public synchronized boolean isAttached() {
    return hooks.isPresent();
  }

  /** What became of packets since the start. */
  public Map<SendOutcome, Count> counts() {
    Map<SendOutcome, Count> counts = new EnumMap<>(SendOutcome.class);
    if (missing.isPresent()) {
      return counts;
    }
    PerCpuCounters counters = new PerCpuCounters(object.map("send_counts"));
    for (SendOutcome outcome : SendOutcome.values()) {
      long[] sums = counters.sums(outcome.ordinal(), PACKETS, BYTES);
      counts.put(outcome, new Count(sums[0], sums[1]));
    }
    return counts;
  }

  /** This namespace's network devices, as the kernel itself has them. */
  List<Device> devices() {
    try (BpfIterator list =
        object.program("list_devices").iterator(new IteratorScope.Everything())) {
      return list.read(SendLimiter::readDevices);
    }
  }

  private static List<Device> readDevices(MemorySegment output) {
    List<Device> devices = new ArrayList<>();
    long step = WireLayouts.DEVICE_RECORD.byteSize();
    long discipline = WireCodecs.offset(WireLayouts.DEVICE_RECORD, "discipline");
    for (long at = 0; at + step <= output.byteSize(); at += step) {
      devices.add(
          new Device(
              WireCodecs.readText(output, at, WireLayouts.DEVICE_TEXT_SIZE),
              WireCodecs.readText(output, at + discipline, WireLayouts.DEVICE_TEXT_SIZE)));
    }
    return devices;
  }

  /**
   * Where blocking and throttling of sends stand.
   *
   * @param canTry whether this process's own packets are seen
   */
  synchronized List<CapabilityRung> rungs(boolean canTry) {
    String trial = missing.orElse("");
    List<Device> devices = List.of();
    String how = "attached to a cgroup that this process is not in, so that it was not tried";
    try {
      if (trial.isEmpty()) {
        devices = devices();
        if (canTry) {
          how = "seen to fire on a packet of our own";
          trial = fires() ? "" : "limit_sends is attached and did not fire";
        }
      }
    } catch (BpfException | IOException e) {
      trial = e.getMessage();
    }
    if (!trial.isEmpty()) {
      String lift = "a kernel where cgroup_skb programs run (CONFIG_CGROUP_BPF)";
      return List.of(
          new CapabilityRung("block_send", "none", false, false, trial, lift),
          new CapabilityRung("throttle_send", "none", false, false, trial, lift));
    }
    String when = how + "; attached while a verdict covers sends";
    List<String> paced = devices.stream().filter(Device::paces).map(Device::name).sorted().toList();
    return List.of(
        new CapabilityRung("block_send", "cgroup_skb", true, true, when, ""),
        paced.isEmpty()
            ? new CapabilityRung(
                "throttle_send",
                "cgroup_skb_drop",
                true,
                false,
                when
                    + "; no network device here has the queueing discipline fq: what goes beyond"
                    + " the rate is dropped",
                "fq on the device that packets leave by: 'tc qdisc replace dev NAME root fq'")
            : new CapabilityRung(
                "throttle_send",
                "cgroup_skb_pacing",
                true,
                true,
                when
                    + "; packets wait for their time at "
                    + String.join(", ", paced)
                    + " (fq), and are dropped beyond the rate at others",
                ""));
  }

  /** Attaches for one packet of this process's own to a port of this machine. */
  private boolean fires() throws IOException {
    if (hooks.isPresent()) {
      return true;
    }
    try (CgroupHooks _ = new CgroupHooks(object, cgroup, HOOKS);
        DatagramChannel channel = DatagramChannel.open()) {
      long before = counts().get(SendOutcome.SEEN).packets();
      int _ =
          channel.send(
              ByteBuffer.wrap(new byte[] {0}),
              new InetSocketAddress(InetAddress.getLoopbackAddress(), PORT));
      return counts().get(SendOutcome.SEEN).packets() > before; // it leaves in the call itself
    }
  }

  /** Lets all go but what is pinned. Idempotent. */
  @Override
  public synchronized void close() {
    verdicts.clear();
    detach();
  }
}
