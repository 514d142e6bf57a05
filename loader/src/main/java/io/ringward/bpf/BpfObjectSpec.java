/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bpf;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What is to be loaded: an ELF object of clang's, and the settings to load it with. It is inert:
 * nothing reaches the kernel before {@link #load()}. Immutable; each {@code with…} method returns a
 * changed copy and refuses names that the object does not have.
 */
public final class BpfObjectSpec {
  private final String name;
  private final byte[] elf;
  private final List<ProgramSpec> programs;
  private final List<MapSpec> maps;
  private final BtfTypes types;
  private final Settings settings;

  /**
   * @param maxEntries by map name
   * @param withoutAutoload names of programs to leave out
   * @param variables initial bytes by variable name
   */
  record Settings(
      Map<String, Integer> maxEntries,
      Set<String> withoutAutoload,
      Map<String, byte[]> variables) {}

  private BpfObjectSpec(
      String name,
      byte[] elf,
      List<ProgramSpec> programs,
      List<MapSpec> maps,
      BtfTypes types,
      Settings settings) {
    this.name = name;
    this.elf = elf;
    this.programs = programs;
    this.maps = maps;
    this.types = types;
    this.settings = settings;
  }

  /**
   * Reads an ELF object.
   *
   * @param name for messages, and the prefix of the names of its data sections' maps
   * @param elf the bytes of the object file, copied
   * @throws BpfException when libbpf cannot read it
   * @throws BpfUnavailableException when libbpf cannot be used
   */
  public static BpfObjectSpec of(String name, byte[] elf) {
    Libbpf.require();
    byte[] copy = elf.clone();
    try (Arena arena = Arena.ofConfined();
        OpenedObject object = OpenedObject.open(arena, name, copy, MemorySegment.NULL)) {
      return new BpfObjectSpec(
          name,
          copy,
          object.programs().stream().map(OpenedObject::describeProgram).toList(),
          object.maps().stream().map(OpenedObject::describeMap).toList(),
          BtfTypes.ofOpened(object.pointer()),
          new Settings(Map.of(), Set.of(), Map.of()));
    }
  }

  /**
   * Reads an ELF object from the class path.
   *
   * @param anchor the class whose loader and package resolve the path
   * @param resource as for {@link Class#getResourceAsStream}
   * @throws IllegalArgumentException when there is no such resource
   */
  public static BpfObjectSpec ofResource(Class<?> anchor, String resource) {
    try (InputStream stream = anchor.getResourceAsStream(resource)) {
      if (stream == null) {
        throw new IllegalArgumentException(
            "no BPF object " + resource + " on the class path of " + anchor.getName());
      }
      String file = resource.substring(resource.lastIndexOf('/') + 1);
      return of(file.replaceFirst("(\\.bpf)?\\.o$", ""), stream.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the BPF object " + resource, e);
    }
  }

  public String name() {
    return name;
  }

  /** The programs that the object declares. */
  public List<ProgramSpec> programs() {
    return programs;
  }

  /** The maps that the object declares, with the settings made so far. */
  public List<MapSpec> maps() {
    return maps;
  }

  /** The types and variables that the object's BTF describes. */
  public BtfTypes types() {
    return types;
  }

  /**
   * Sets the capacity of a map (of a ring buffer: its bytes, a power of two and a multiple of the
   * page size).
   */
  public BpfObjectSpec withMaxEntries(String map, int maxEntries) {
    requireKnown("map", map, maps.stream().map(MapSpec::name).toList());
    if (maxEntries <= 0) {
      throw new IllegalArgumentException("max_entries of map " + map + " must be positive");
    }
    Map<String, Integer> changed = new TreeMap<>(settings.maxEntries);
    changed.put(map, maxEntries);
    List<MapSpec> resized =
        maps.stream()
            .map(spec ->
                spec.name().equals(map)
                    ? new MapSpec(
                        spec.name(),
                        spec.type(),
                        spec.keyBytes(),
                        spec.valueBytes(),
                        maxEntries,
                        spec.flags())
                    : spec)
            .toList();
    return copy(resized, new Settings(changed, settings.withoutAutoload, settings.variables));
  }

  /** Chooses whether a program is loaded; unless told otherwise, it is. */
  public BpfObjectSpec withAutoload(String program, boolean autoload) {
    requireKnown("program", program, programs.stream().map(ProgramSpec::name).toList());
    TreeSet<String> changed = new TreeSet<>(settings.withoutAutoload);
    if (autoload) {
      changed.remove(program);
    } else {
      changed.add(program);
    }
    return copy(maps, new Settings(settings.maxEntries, changed, settings.variables));
  }

  /**
   * Sets a {@code const volatile} (or any other global) variable of 1, 2, 4 or 8 bytes. The
   * verifier sees constants as known values and drops the code that they switch off.
   */
  public BpfObjectSpec withVariable(String variable, long value) {
    int size = Math.toIntExact(requireVariable(variable).byteSize());
    ByteBuffer bytes = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(0, value);
    if (size != 1 && size != 2 && size != 4 && size != 8) {
      throw new IllegalArgumentException(
          "variable " + variable + " is no integer: it has " + size + " bytes");
    }
    long spared = size == 8 ? 0 : value >> (size * 8);
    boolean fits = spared == 0 || spared == -1;
    if (!fits) {
      throw new IllegalArgumentException(
          value + " does not fit into variable " + variable + " of " + size + " bytes");
    }
    byte[] content = new byte[size];
    bytes.get(0, content);
    if (ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN) {
      ByteBuffer reversed = ByteBuffer.allocate(8).putLong(0, value);
      reversed.get(8 - size, content);
    }
    return withVariable(variable, content);
  }

  /** Sets a global variable to these bytes; shorter ones are filled up with zeros. */
  public BpfObjectSpec withVariable(String variable, byte[] content) {
    long size = requireVariable(variable).byteSize();
    if (content.length > size) {
      throw new IllegalArgumentException(
          content.length + " bytes do not fit into variable " + variable + " of " + size);
    }
    Map<String, byte[]> changed = new TreeMap<>(settings.variables);
    changed.put(variable, content.clone());
    return copy(maps, new Settings(settings.maxEntries, settings.withoutAutoload, changed));
  }

  /**
   * Creates the maps, verifies and loads the programs. Nothing is attached yet.
   *
   * @throws BpfException with the verifier's last lines and what to do
   */
  public BpfObject load() {
    return BpfObject.load(this);
  }

  byte[] elf() {
    return elf;
  }

  Settings settings() {
    return settings;
  }

  private BpfObjectSpec copy(List<MapSpec> changedMaps, Settings changed) {
    return new BpfObjectSpec(name, elf, programs, changedMaps, types, changed);
  }

  private BtfTypes.Variable requireVariable(String variable) {
    requireKnown(
        "variable", variable, types.variables().stream().map(BtfTypes.Variable::name).toList());
    return types.variable(variable).orElseThrow();
  }

  private void requireKnown(String kind, String wanted, List<String> known) {
    if (!known.contains(Objects.requireNonNull(wanted))) {
      throw unknown(kind, wanted, name, known);
    }
  }

  static IllegalArgumentException unknown(
      String kind, String wanted, String object, List<String> known) {
    return new IllegalArgumentException(
        "BPF object "
            + object
            + " has no "
            + kind
            + " "
            + wanted
            + "; it has "
            + known.stream().sorted().collect(Collectors.joining(", ")));
  }
}
