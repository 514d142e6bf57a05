/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bpf;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/**
 * A BPF object in the kernel: its programs are verified, its maps exist. Closing it detaches every
 * link made through it, then frees programs and maps; the kernel frees them as well when the
 * process dies, however it dies.
 *
 * <p>Thread-safe, but for this: no thread may be inside a call on one of its maps or programs while
 * it is closed. Typed maps wait for calls in flight; raw ones do not.
 */
public final class BpfObject implements AutoCloseable {
  private static final long IN_USE_PARK_NANOS = 100_000;

  private final String name;
  private final OpenedObject object;
  private final Arena arena;
  private final BtfTypes types;
  private final Map<String, BpfProgram> programs = new LinkedHashMap<>();
  private final Map<String, RawMap> maps = new LinkedHashMap<>();
  private final List<BpfLink> links = new ArrayList<>();
  private boolean closed;

  private BpfObject(String name, OpenedObject object, BtfTypes types, Arena arena) {
    this.name = name;
    this.object = object;
    this.types = types;
    this.arena = arena;
    for (MemorySegment program : object.programs()) {
      ProgramSpec spec = OpenedObject.describeProgram(program);
      programs.put(
          spec.name(), new BpfProgram(this, spec, program, LibbpfNative.PROGRAM_FD.call(program)));
    }
    for (MemorySegment map : object.maps()) {
      int fd = LibbpfNative.MAP_FD.call(map);
      if (fd >= 0) {
        String mapName = OpenedObject.describeMap(map).name();
        maps.put(mapName, RawMap.of(mapName, fd, arena));
      }
    }
  }

  static BpfObject load(BpfObjectSpec spec) {
    try (Arena arena = Arena.ofConfined();
        var log = new VerifierLog.Buffer(CallState.allocate(arena))) {
      OpenedObject object = OpenedObject.open(arena, spec.name(), spec.elf(), log.memory());
      try (var capture = LibbpfLog.capture()) {
        apply(arena, spec, object);
        int result = LibbpfNative.OBJECT_LOAD.call(object.pointer());
        if (result < 0) {
          throw BpfException.of(
              "Load BPF object " + spec.name(), result, capture.messages(), log.read());
        }
        return ofLoaded(spec, object);
      } catch (RuntimeException e) {
        object.close();
        throw e;
      }
    }
  }

  private static BpfObject ofLoaded(BpfObjectSpec spec, OpenedObject object) {
    Arena arena = MappedMemory.ownedArena();
    try {
      return new BpfObject(spec.name(), object, spec.types(), arena);
    } catch (RuntimeException e) {
      arena.close();
      throw e;
    }
  }

  private static void apply(Arena arena, BpfObjectSpec spec, OpenedObject object) {
    BpfObjectSpec.Settings settings = spec.settings();
    for (MemorySegment program : object.programs()) {
      String programName = OpenedObject.describeProgram(program).name();
      if (settings.withoutAutoload().contains(programName)) {
        BpfException.check(
            "Leave out program " + programName, LibbpfNative.PROGRAM_SET_AUTOLOAD.call(program, 0));
      }
    }
    Map<String, MemorySegment> maps = new LinkedHashMap<>();
    object.maps().forEach(map -> maps.put(OpenedObject.describeMap(map).name(), map));
    settings
        .maxEntries()
        .forEach((map, maxEntries) ->
            BpfException.check(
                "Set max_entries of map " + map + " to " + maxEntries,
                LibbpfNative.MAP_SET_MAX_ENTRIES.call(maps.get(map), maxEntries)));
    settings
        .variables()
        .forEach((variable, content) -> {
          BtfTypes.Variable place = spec.types().variable(variable).orElseThrow();
          MemorySegment section =
              OpenedObject.initialValue(arena, sectionMap(maps, place.section(), spec.name()));
          MemorySegment target = section.asSlice(place.byteOffset(), place.byteSize());
          target.fill((byte) 0).copyFrom(MemorySegment.ofArray(content));
        });
  }

  /** Finds the map of a data section: libbpf names it after object and section. */
  private static <M> M sectionMap(Map<String, M> maps, String section, String object) {
    return maps.entrySet().stream()
        .filter(entry -> entry.getKey().endsWith(section))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElseThrow(
            () -> new IllegalStateException("BPF object " + object + " has no map for " + section));
  }

  public String name() {
    return name;
  }

  /** All programs, those that were left out included. */
  public List<BpfProgram> programs() {
    return List.copyOf(programs.values());
  }

  /**
   * A program by the name of its C function.
   *
   * @throws IllegalArgumentException when there is none of that name
   */
  public BpfProgram program(String program) {
    BpfProgram found = programs.get(program);
    if (found == null) {
      throw BpfObjectSpec.unknown("program", program, name, List.copyOf(programs.keySet()));
    }
    return found;
  }

  /** All maps. */
  public List<RawMap> maps() {
    return List.copyOf(maps.values());
  }

  /**
   * A map by the name of its C variable.
   *
   * @throws IllegalArgumentException when there is none of that name
   */
  public RawMap map(String map) {
    RawMap found = maps.get(map);
    if (found == null) {
      throw BpfObjectSpec.unknown("map", map, name, List.copyOf(maps.keySet()));
    }
    return found;
  }

  /** A map with typed keys and values; not for per-CPU maps. */
  public <K, V> BpfMap<K, V> map(String map, MapCodec<K> keys, MapCodec<V> values) {
    return new BpfMap<>(map(map), keys, values);
  }

  /** A per-CPU map with typed keys and values. */
  public <K, V> PerCpuMap<K, V> perCpuMap(String map, MapCodec<K> keys, MapCodec<V> values) {
    return new PerCpuMap<>(map(map), keys, values);
  }

  /**
   * The live memory of a global variable in {@code .bss} or {@code .data} (writable) or {@code
   * .rodata} (read-only), shared with the programs. Valid until this object is closed.
   */
  public MemorySegment variable(String variable) {
    BtfTypes.Variable place =
        types
            .variable(variable)
            .orElseThrow(() ->
                BpfObjectSpec.unknown(
                    "variable",
                    variable,
                    name,
                    types.variables().stream().map(BtfTypes.Variable::name).toList()));
    RawMap section = sectionMap(maps, place.section(), name);
    boolean writable = !place.section().startsWith(".rodata");
    return section.memory(writable).asSlice(place.byteOffset(), place.byteSize());
  }

  synchronized BpfLink keep(MemorySegment link, String subject) {
    requireOpen();
    BpfLink kept = new BpfLink(this, link, subject);
    links.add(kept);
    return kept;
  }

  synchronized void forget(BpfLink link) {
    links.remove(link);
  }

  synchronized void requireOpen() {
    if (closed) {
      throw new IllegalStateException("BPF object " + name + " is closed");
    }
  }

  /** Detaches and frees all. Later calls do nothing. */
  @Override
  public void close() {
    List<BpfLink> attached;
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      attached = List.copyOf(links).reversed();
    }
    attached.forEach(BpfLink::close);
    closeArena();
    object.close();
  }

  /** Waits for native calls in flight on memory of the arena: all of them are short. */
  private void closeArena() {
    while (arena.scope().isAlive()) {
      try {
        arena.close();
      } catch (IllegalStateException inUse) {
        LockSupport.parkNanos(IN_USE_PARK_NANOS);
      }
    }
  }
}
