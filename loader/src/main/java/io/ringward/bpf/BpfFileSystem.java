/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bpf;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Where links and maps are pinned so that they outlive their process (kernel/bpf/inode.c): found by
 * its type in {@code /proc/self/mountinfo} (proc(5)). A pin ends when its file is removed.
 *
 * @param mount where it is mounted
 */
public record BpfFileSystem(Path mount) {
  private static final Path MOUNT_INFO = Path.of("/proc/self/mountinfo");

  /** The mount, preferably the usual one; empty when there is none. */
  public static Optional<BpfFileSystem> find() throws IOException {
    List<Path> mounts =
        Files.readAllLines(MOUNT_INFO).stream()
            // ID parent major:minor root path options [optional fields] - type source superoptions
            .filter(line -> line.contains(" - bpf "))
            .map(line -> Path.of(line.split(" ", -1)[4]))
            .toList();
    Path usual = Path.of("/sys/fs/bpf");
    return (mounts.contains(usual) ? Optional.of(usual) : mounts.stream().findFirst())
        .map(BpfFileSystem::new);
  }

  /**
   * The number of the mount that a file is below, as {@code /proc/self/mountinfo} and the kernel's
   * {@code struct mount} have it; empty when it is below no BPF file system.
   */
  public static OptionalInt mountId(Path file) throws IOException {
    return Files.readAllLines(MOUNT_INFO).stream()
        .filter(line -> line.contains(" - bpf "))
        .map(line -> line.split(" ", -1))
        .filter(fields -> file.startsWith(Path.of(fields[4])))
        .mapToInt(fields -> Integer.parseInt(fields[0]))
        .reduce((_, last) -> last);
  }

  /**
   * Pins a link or a map.
   *
   * @param fd of the link or the map
   * @param file a name without a dot, below the mount; must not be there yet
   */
  public static void pin(int fd, Path file) {
    Libbpf.require();
    try (Arena call = Arena.ofConfined()) {
      BpfException.check(
          "Pin at " + file, LibbpfNative.OBJ_PIN.call(fd, call.allocateFrom(file.toString())));
    }
  }

  /**
   * Opens a map that was pinned.
   *
   * @throws BpfException when there is none
   */
  public static PinnedMap openMap(Path file) {
    Libbpf.require();
    try (Arena call = Arena.ofConfined()) {
      int fd = LibbpfNative.OBJ_GET.call(call.allocateFrom(file.toString()));
      BpfException.check("Open the map pinned at " + file, fd);
      return new PinnedMap(file.getFileName().toString(), fd);
    }
  }

  /** A map of another object, or of another process. Closing it leaves the map as it is. */
  public static final class PinnedMap implements AutoCloseable {
    private final Arena arena = Arena.ofShared();
    private final int fd;
    private final RawMap map;

    private PinnedMap(String name, int fd) {
      this.fd = fd;
      this.map = RawMap.of(name, fd, arena);
    }

    /** Its contents, typed; valid until this is closed. */
    public <K, V> BpfMap<K, V> map(MapCodec<K> keys, MapCodec<V> values) {
      return new BpfMap<>(map, keys, values);
    }

    @Override
    public void close() {
      if (arena.scope().isAlive()) {
        arena.close();
        LibcNative.close(fd);
      }
    }
  }
}
