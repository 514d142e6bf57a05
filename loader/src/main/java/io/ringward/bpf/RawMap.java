/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bpf;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A map as bytes: the caller brings the memory, so that no call allocates. All operations are one
 * system call each and atomic for their element.
 *
 * <p>Thread-safe as far as the caller's memory is not shared. Valid until the object is closed,
 * which must not happen during a call.
 */
public final class RawMap {
  /** BPF_F_MMAPABLE of linux/bpf.h. */
  private static final int MMAPABLE = 1 << 10;

  private final String name;
  private final int fd;
  private final MapSpec spec;
  private final Arena arena;
  private final long valueStride;
  private final int valueCount;

  private RawMap(String name, int fd, MapSpec spec, Arena arena) {
    this.name = name;
    this.fd = fd;
    this.spec = spec;
    this.arena = arena;
    boolean perCpu = spec.type().isPerCpu();
    // bpf_map_value_size() in kernel/bpf/syscall.c: one value for each possible CPU, 8-byte steps
    this.valueStride = perCpu ? roundUp(spec.valueBytes(), 8) : spec.valueBytes();
    this.valueCount = perCpu ? Libbpf.possibleCpus() : 1;
  }

  /**
   * Wraps a map's file descriptor, whose owner closes the arena before it closes the descriptor.
   */
  static RawMap of(String name, int fd, Arena arena) {
    var layout = LibbpfStructs.MAP_INFO;
    try (Arena call = Arena.ofConfined()) {
      MemorySegment info = call.allocate(layout);
      MemorySegment byteSize = call.allocateFrom(JAVA_INT, Math.toIntExact(layout.byteSize()));
      BpfException.check(
          "Read the state of map " + name,
          LibbpfNative.OBJ_GET_INFO_BY_FD.call(fd, info, byteSize));
      MapSpec spec =
          new MapSpec(
              name,
              MapType.ofCode(LibbpfStructs.getInt(info, layout, "type")),
              LibbpfStructs.getInt(info, layout, "key_size"),
              LibbpfStructs.getInt(info, layout, "value_size"),
              LibbpfStructs.getInt(info, layout, "max_entries"),
              LibbpfStructs.getInt(info, layout, "map_flags"));
      return new RawMap(name, fd, spec, arena);
    }
  }

  public String name() {
    return name;
  }

  /** What the kernel says of this map. */
  public MapSpec spec() {
    return spec;
  }

  /** The map's file descriptor; valid until the object is closed. */
  public int fd() {
    requireOpen();
    return fd;
  }

  /** Bytes between the values of two CPUs; the value size if this is no per-CPU map. */
  public long valueStride() {
    return valueStride;
  }

  /** Values below one key: the possible CPUs, or 1 if this is no per-CPU map. */
  public int valueCount() {
    return valueCount;
  }

  /** Bytes that a lookup fills and an update reads: stride times count. */
  public long valueBufferBytes() {
    return valueStride * valueCount;
  }

  /** Reads a value; false when the key is not there. */
  public boolean lookup(MemorySegment key, MemorySegment value) {
    requireOpen();
    requireBytes(key, spec.keyBytes());
    requireBytes(value, valueBufferBytes());
    int result = LibbpfNative.MAP_LOOKUP.call(fd, key, value);
    if (result == -Errno.ENOENT) {
      return false;
    }
    check("Look up a key in", result);
    return true;
  }

  /**
   * Writes a value; false when the mode forbids it.
   *
   * @throws BpfException E2BIG when the map is full
   */
  public boolean update(MemorySegment key, MemorySegment value, UpdateMode mode) {
    requireOpen();
    requireBytes(key, spec.keyBytes());
    requireBytes(value, valueBufferBytes());
    int result = LibbpfNative.MAP_UPDATE.call(fd, key, value, mode.flags());
    if ((result == -Errno.EEXIST && mode == UpdateMode.IF_ABSENT)
        || (result == -Errno.ENOENT && mode == UpdateMode.IF_PRESENT)) {
      return false;
    }
    check("Update", result);
    return true;
  }

  /** Removes a key; false when it is not there. */
  public boolean delete(MemorySegment key) {
    requireOpen();
    requireBytes(key, spec.keyBytes());
    int result = LibbpfNative.MAP_DELETE.call(fd, key);
    if (result == -Errno.ENOENT) {
      return false;
    }
    check("Delete from", result);
    return true;
  }

  /**
   * Writes the key that follows, in the map's own order; false after the last.
   *
   * @param previous {@link MemorySegment#NULL} for the first; a key that has been deleted meanwhile
   *     starts again from the first
   */
  public boolean nextKey(MemorySegment previous, MemorySegment next) {
    requireOpen();
    if (previous.address() != 0) {
      requireBytes(previous, spec.keyBytes());
    }
    requireBytes(next, spec.keyBytes());
    int result = LibbpfNative.MAP_NEXT_KEY.call(fd, previous, next);
    if (result == -Errno.ENOENT) {
      return false;
    }
    check("Walk", result);
    return true;
  }

  /**
   * Maps an array map (BPF_F_MMAPABLE) into memory shared with the programs: element i starts at i
   * times the value size rounded up to 8. Each call makes a mapping of its own, which stays until
   * the object is closed.
   *
   * @param writable false for maps that are frozen, such as {@code .rodata}
   */
  public MemorySegment memory(boolean writable) {
    requireOpen();
    if ((spec.flags() & MMAPABLE) == 0) {
      throw new IllegalStateException(
          "map " + name + " cannot be mapped: declare it as an array with BPF_F_MMAPABLE");
    }
    long byteSize = roundUp(spec.valueBytes(), 8) * spec.maxEntries();
    int protection = LibcNative.PROT_READ | (writable ? LibcNative.PROT_WRITE : 0);
    MemorySegment memory =
        MappedMemory.map("Map the memory of map " + name, arena, byteSize, protection, fd, 0L);
    return writable ? memory : memory.asReadOnly();
  }

  /** Something that reads all entries with few system calls; make one and keep it. */
  public MapScanner scanner() {
    requireOpen();
    return new MapScanner(this);
  }

  /** Memory that lives as long as the object. */
  MemorySegment allocate(long byteSize) {
    return arena.allocate(byteSize, 8);
  }

  /** Throws what a negative result of a libbpf function means. */
  void check(String verb, int result) {
    if (result < 0) {
      throw BpfException.of(verb + " map " + name, result);
    }
  }

  /** After closing, the number of the descriptor may stand for something else. */
  void requireOpen() {
    if (!arena.scope().isAlive()) {
      throw new IllegalStateException("the object of map " + name + " is closed");
    }
  }

  private void requireBytes(MemorySegment memory, long byteSize) {
    if (memory.byteSize() < byteSize) {
      throw new IllegalArgumentException(
          "map " + name + " needs " + byteSize + " bytes here, not " + memory.byteSize());
    }
  }

  private static long roundUp(long value, long step) {
    return (value + step - 1) / step * step;
  }
}
