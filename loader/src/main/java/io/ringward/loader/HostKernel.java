/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import io.ringward.bpf.BootClock;
import io.ringward.bpf.BpfException;
import io.ringward.bpf.BpfIterator;
import io.ringward.bpf.BpfLink;
import io.ringward.bpf.BpfObject;
import io.ringward.bpf.BpfProgram;
import io.ringward.bpf.Cgroup2Mount;
import io.ringward.bpf.IteratorScope;
import io.ringward.bpf.RingBufferReader;
import io.ringward.kernel.Hook;
import io.ringward.kernel.ProcessKey;
import io.ringward.kernel.Verdict;
import io.ringward.kernel.WireLayouts;
import io.ringward.loader.cgroup.CgroupActuator;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ringward's programs in this machine's kernel, attached and seen to fire; gives out the ports.
 *
 * <pre>{@code
 * try (HostKernel kernel = HostKernel.open(HostKernelOptions.defaults())) {
 *   kernel.rungs().forEach(System.out::println);
 *   kernel.feed().poll(item -> …, 1000);
 * }
 * }</pre>
 *
 * <p>Nothing is pinned unless something in force persists: when this is closed, or its process ends
 * however it ends, the kernel detaches all programs and drops all maps, and nothing stays enforced.
 * While the process hangs, its verdicts last {@link #HEARTBEAT_LIMIT_NANOS} at most. What persists
 * stays until its expiry, and is adopted by the next one that is opened. Thread-safe.
 */
public final class HostKernel implements AutoCloseable {
  /** {@code RW_HEARTBEAT_LIMIT_NANOS}: the kernel obeys nobody who has been silent for longer. */
  public static final long HEARTBEAT_LIMIT_NANOS = WireLayouts.HEARTBEAT_LIMIT_NANOS;

  private static final Logger LOG = LoggerFactory.getLogger(HostKernel.class);
  private static final List<String> SCHEDULE_HOOKS =
      KernelSampleFeed.programs().get(Hook.SCHEDULE).reversed();
  private static final List<String> PROCESS_HOOKS = List.of("process_exec", "process_exit");

  /** Children after their parent's verdicts are theirs; the last calls before the exit. */
  private static final List<String> WATCH_HOOKS = List.of("watch_fork", "watch_exit");

  private static final List<String> CGROUP_HOOKS =
      List.of("network_connect4", "network_connect6", "network_bind4", "network_bind6");

  private final Deque<AutoCloseable> held = new ArrayDeque<>();
  private final Map<String, BpfLink> enforcing = new LinkedHashMap<>();
  private final Predecessors predecessors;
  private final TamperLog tampered = new TamperLog();
  private final BpfObject object;
  private final Path cgroup;
  private final ProtectedProcesses protection;
  private final ProcessWalk walk;
  private final RingEventFeed feed;
  private final KernelSampleFeed samples;
  private final KernelVerdictTable verdicts;
  private final KernelPolicyTable policy;
  private final ActSensors sensors;
  private final SendLimiter sends;
  private final FileSensors files;
  private final List<CapabilityRung> rungs;
  private boolean closed;

  private HostKernel(HostKernelOptions options) {
    try {
      hold(InstanceLock.take(options.runtimeDirectory()));
      this.predecessors = hold(Predecessors.find(options.runtimeDirectory()));
      Cgroup2Mount mount = requireCgroup2();
      this.cgroup = options.cgroup().orElse(mount.path());
      if (!Files.isDirectory(cgroup)) {
        throw new HostKernelException(cgroup + " is not a cgroup: there is no such directory");
      }
      TextHash hash = TextHash.draw();
      LoadedObject loaded = LoadedObject.load(options, hash);
      this.object = hold(loaded.object());
      ControlWord control = new ControlWord(object.map("control"), options.enforce());
      control.setCgroupVerdicts(0);
      if (loaded.schedules()) {
        // The clocks of tasks before those who read them.
        SCHEDULE_HOOKS.forEach(name -> hold(object.program(name).attach()));
      }
      // Hooks at one place run in the order in which they were attached.
      List<String> watchHooks = loaded.schedules() ? WATCH_HOOKS : List.of();
      predecessors.copyInto(object);
      enforce("process_fork", object.program("process_fork").attach());
      watchHooks.forEach(name -> hold(object.program(name).attach()));
      PROCESS_HOOKS.forEach(name -> enforce(name, object.program(name).attach()));
      CgroupHooks cgroupHooks = hold(new CgroupHooks(object, cgroup, CGROUP_HOOKS));
      enforcing.putAll(cgroupHooks.links());
      if (loaded.schedules()) {
        adoptTasks();
      }
      List<CapabilityRung> performance =
          PerformanceSensor.attach(object, options.performance(), this::hold);
      this.walk = hold(new ProcessWalk(object));
      FileIdentifier identifier = hold(new FileIdentifier(object));
      HostRoot root = HostRoot.find();
      List<Path> executables = root.resolve(options.protectedExecutables());
      this.protection = ProtectedProcesses.install(object, walk, identifier, executables);
      ProcessBootstrap.seedLineage(
          object.map("lineage", WireCodecs.PROCESS_KEY, WireCodecs.PROCESS_KEY), walk);
      ProgramNotes.seed(object, walk, hash);
      RingBufferReader lifecycle = hold(RingBufferReader.open(object.map("lifecycle_ring")));
      RingBufferReader activity = hold(RingBufferReader.open(object.map("activity_ring")));
      RingBufferReader watched = hold(RingBufferReader.open(object.map("watch_ring")));
      this.feed =
          hold(
              new RingEventFeed(
                  lifecycle,
                  activity,
                  watched,
                  object.variable("reader_sleeps"),
                  ProcessBootstrap.items(walk.all())));
      this.sensors = hold(new ActSensors(loaded, cgroup, options.sensors()));
      RefusalHooks refusals = hold(RefusalHooks.attach(loaded, control));
      SocketHooks sockets = hold(SocketHooks.attach(loaded));
      this.files =
          hold(
              new FileSensors(
                  loaded, identifier, root.path(), refusals.refusable(), options.sensors()));
      ControllerRung controllers =
          hold(new ControllerRung(openActuator(options.runtimeDirectory()), refusals));
      Optional<SyscallWatch> watch =
          loaded.schedules() ? Optional.of(hold(new SyscallWatch(object))) : Optional.empty();
      this.samples = new KernelSampleFeed(object, feed::delivered, this::recursionMisses);
      enforcing.putAll(refusals.links());
      enforcing.putAll(sockets.links());
      // Again, for those who were born under the old hooks while ours were being attached.
      List<Verdict> adopted = predecessors.copyInto(object);
      PersistentPins pins =
          hold(
              new PersistentPins(
                  PinPlace.of(options.runtimeDirectory()),
                  options.runtimeDirectory(),
                  ProcessHandle.current().pid() + "-" + BootClock.nanos(),
                  object,
                  enforcing));
      this.sends =
          hold(
              new SendLimiter(
                  object,
                  cgroup,
                  sockets,
                  loaded.acts() ? Optional.empty() : loaded.refusal(),
                  pins));
      this.verdicts =
          hold(
              new KernelVerdictTable(
                  object,
                  walk,
                  new ControlGroups(mount.path()),
                  control,
                  new ProtectionRefresh(
                      object, walk, identifier, executables, protection.executables()),
                  new VerdictObjection(refusals, controllers, sends),
                  controllers,
                  refusals,
                  watch,
                  sends,
                  pins,
                  adopted,
                  tampered));
      Optional<SelfProtection> shield =
          options.selfProtection()
              ? Optional.of(hold(new SelfProtection(loaded, ownKey())))
              : Optional.empty();
      shield.flatMap(SelfProtection::pins).ifPresent(pins::protectBy);
      hold(new SelfWatch(cgroupHooks, pins, verdicts, shield, tampered));
      this.policy =
          hold(new KernelPolicyTable(object, hash, pins, options.enforce(), refusals.judged()));
      List<CapabilityRung> climbed =
          new CapabilityLadder(
                  new HookFiring(this::runs),
                  loaded,
                  refusals,
                  sockets,
                  controllers,
                  files,
                  watch,
                  sensors,
                  sends,
                  isBelow(cgroup, new ControlGroups(cgroup)))
              .climb();
      this.rungs =
          Stream.of(
                  climbed.stream(),
                  performance.stream(),
                  shield.stream().flatMap(each -> each.rungs().stream()))
              .flatMap(each -> each)
              .toList();
      rungs.stream()
          .filter(rung -> !rung.best())
          .forEach(
              rung -> LOG.info("{} stands on {}: {}", rung.capability(), rung.rung(), rung.why()));
    } catch (IOException e) {
      close();
      throw new HostKernelException("pins cannot be looked at: " + e.getMessage(), e);
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private void enforce(String program, BpfLink link) {
    enforcing.put(program, hold(link));
  }

  /**
   * Ends what a guardian before has left enforced, now that this one stands in its place: to be
   * called when rules and verdicts are in force here. Idempotent.
   */
  public void takeOver() {
    predecessors.end();
  }

  /**
   * Loads and attaches.
   *
   * @throws HostKernelException when this machine is not in order, or is guarded already
   * @throws BpfException when the kernel refuses
   * @throws io.ringward.bpf.BpfUnavailableException when there is no libbpf or no native access
   */
  public static HostKernel open(HostKernelOptions options) {
    return new HostKernel(options);
  }

  private static CgroupActuator openActuator(Path runtimeDirectory) {
    try {
      return CgroupActuator.open(runtimeDirectory);
    } catch (IOException e) {
      throw new HostKernelException("this machine's mounts cannot be read: " + e.getMessage(), e);
    }
  }

  private ProcessKey ownKey() {
    int own = (int) ProcessHandle.current().pid();
    return findProcess(own)
        .orElseThrow(() ->
            new HostKernelException(
                "this process is not in the kernel's list under its pid "
                    + own
                    + ": run it in the host's pid namespace"));
  }

  /** Whether this process is in a cgroup or below it. */
  private boolean isBelow(Path cgroup, ControlGroups groups) {
    int own = (int) ProcessHandle.current().pid();
    Set<Long> ids = groups.subtree(cgroup);
    return walk.all().stream()
        .anyMatch(process -> process.key().tgid() == own && ids.contains(process.cgroupId()));
  }

  private static Cgroup2Mount requireCgroup2() {
    Cgroup2Mount mount =
        Cgroup2Mount.find()
            .orElseThrow(() ->
                new HostKernelException(
                    "no cgroup version 2 hierarchy is mounted: mount one with"
                        + " 'mount -t cgroup2 cgroup2 /sys/fs/cgroup/unified'"));
    if (!new ControlGroups(mount.path()).isRoot()) {
      LOG.warn(
          "{} shows only a part ({}) of the cgroup hierarchy: connect and bind are seen and refused there"
              + " alone; run in the host's cgroup namespace (--cgroupns=host) for the whole machine",
          mount.path(),
          mount.root());
    }
    return mount;
  }

  /** Gives a clock to each task that is older than our fork hook. */
  private void adoptTasks() {
    try (BpfIterator adopt =
        object.program("adopt_tasks").iterator(new IteratorScope.Everything())) {
      adopt.read(MemorySegment::byteSize);
    }
  }

  private long recursionMisses(Hook hook) {
    return KernelSampleFeed.programs().getOrDefault(hook, List.of()).stream()
        .filter(name -> object.program(name).isLoaded())
        .mapToLong(name -> object.program(name).info().recursionMisses())
        .sum();
  }

  /** How often a hook has run: what it wanted to send, or, for the scheduler, what it accounted. */
  private long runs(Hook hook) {
    if (hook == Hook.SCHEDULE) {
      return samples.read().processes().stream()
          .mapToLong(process -> process.account().switches())
          .sum();
    }
    return new PerCpuCounters(object.map("hook_counters"))
        .sum(hook.ordinal(), WireCodecs.offset(WireLayouts.HOOK_COUNTERS, "produced"));
  }

  /** Kernel events, ticks and control items. */
  public RingEventFeed feed() {
    return feed;
  }

  /** What the kernel counts. */
  public KernelSampleFeed samples() {
    return samples;
  }

  /** The sensors of acts. */
  public ActSensors sensors() {
    return sensors;
  }

  /** What holds packets that leave. */
  public SendLimiter sends() {
    return sends;
  }

  /** Where verdicts go. */
  public KernelVerdictTable verdicts() {
    return verdicts;
  }

  /** Where rules go that the kernel decides by itself. */
  public KernelPolicyTable policy() {
    return policy;
  }

  /** What others have done to what is ours; looked for once a second. */
  public TamperLog tampered() {
    return tampered;
  }

  /** The sensors of operations on files. */
  public FileSensors files() {
    return files;
  }

  /** Who is never acted on. */
  public ProtectedProcesses protection() {
    return protection;
  }

  /** Which rung each capability stands on. */
  public List<CapabilityRung> rungs() {
    return rungs;
  }

  /** Where the cgroup hooks are attached. */
  public Path cgroup() {
    return cgroup;
  }

  /** The identity of a running process; empty when there is none of that pid. */
  public Optional<ProcessKey> findProcess(int pid) {
    return walk.all().stream().map(LiveProcess::key).filter(key -> key.tgid() == pid).findFirst();
  }

  /** What the kernel says of each program: runs, run time, misses. */
  public Map<String, BpfProgram.Info> programs() {
    return object.programs().stream()
        .filter(BpfProgram::isLoaded)
        .collect(Collectors.toUnmodifiableMap(BpfProgram::name, BpfProgram::info));
  }

  private <T extends AutoCloseable> T hold(T resource) {
    held.push(resource);
    return resource;
  }

  /** Releases everything, the newest first. Idempotent. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    RuntimeException failure = null;
    while (!held.isEmpty()) {
      try {
        held.pop().close();
      } catch (Exception e) {
        if (failure == null) {
          failure = new HostKernelException("not all could be released: " + e.getMessage(), e);
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
