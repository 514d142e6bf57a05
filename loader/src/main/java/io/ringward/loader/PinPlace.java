/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import io.ringward.bpf.BpfFileSystem;
import io.ringward.kernel.WireLayouts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the pins of one guardian are: {@code ringward/LAYOUT-INSTANCE/} below the BPF file system,
 * with a file for each link and map. LAYOUT tells the shape of what the maps hold: another Ringward
 * reads only its own. Agents with another runtime directory have another folder.
 *
 * @param folder of all instances
 */
public record PinPlace(Path folder) {
  private static final Logger LOG = LoggerFactory.getLogger(PinPlace.class);
  private static final Path USUAL_RUNTIME = Path.of("/run/ringward");
  private static final Path USUAL_MOUNT = Path.of("/sys/fs/bpf");

  /** The name of the file in the runtime directory that says who has mounted the file system. */
  static final String MOUNTED = "bpf-file-system-mounted";

  /** The place for a runtime directory, wherever the BPF file system is or would be mounted. */
  public static PinPlace of(Path runtimeDirectory) throws IOException {
    Path mount = BpfFileSystem.find().map(BpfFileSystem::mount).orElse(USUAL_MOUNT);
    Path runtime = runtimeDirectory.toAbsolutePath().normalize();
    // Names with a dot are reserved there.
    String suffix =
        runtime.equals(USUAL_RUNTIME) ? "" : runtime.toString().replaceAll("[^A-Za-z0-9_-]", "-");
    return new PinPlace(mount.resolve("ringward" + suffix));
  }

  /** What the maps of today's Ringward look like, in a few characters. */
  static String layout() {
    CRC32C sum = new CRC32C();
    for (Object each :
        List.of(WireLayouts.PROCESS_KEY, WireLayouts.VERDICT, WireLayouts.VERDICT_REFERENCES)) {
      sum.update(each.toString().getBytes(StandardCharsets.UTF_8));
    }
    return Long.toHexString(sum.getValue());
  }

  /** The folders of all instances that have left pins here. */
  public List<Path> instances() throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> found = Files.list(folder)) {
      return found.filter(Files::isDirectory).sorted().toList();
    }
  }

  /** Whether an instance's maps can be read by this Ringward. */
  static boolean isOfThisLayout(Path instance) {
    return instance.getFileName().toString().startsWith(layout() + "-");
  }

  /** Makes the folder of an instance, and mounts the file system when there is none. */
  Path create(String instance, Path runtimeDirectory) throws IOException {
    if (BpfFileSystem.find().isEmpty()) {
      run("mount", "-t", "bpf", "bpf", USUAL_MOUNT.toString());
      Files.writeString(runtimeDirectory.resolve(MOUNTED), USUAL_MOUNT.toString());
      LOG.info("mounted a BPF file system at {}, for verdicts that persist", USUAL_MOUNT);
    }
    return Files.createDirectories(folder.resolve(layout() + "-" + instance));
  }

  /**
   * Removes an instance's pins: the kernel detaches and frees what nothing else holds.
   *
   * @return how many there were
   */
  public static int remove(Path instance) throws IOException {
    int removed = 0;
    if (Files.isDirectory(instance)) {
      // Links before maps, so that no program looks at what is gone.
      try (Stream<Path> pins = Files.list(instance)) {
        for (Path pin : pins.sorted().toList()) {
          removed += Files.deleteIfExists(pin) ? 1 : 0;
        }
      }
      Files.deleteIfExists(instance);
    }
    return removed;
  }

  /** Takes away the folder, and the mount if it was this guardian's own, when nothing is left. */
  public void tidy(Path runtimeDirectory) throws IOException {
    if (!instances().isEmpty()) {
      return;
    }
    Files.deleteIfExists(folder);
    Path mounted = runtimeDirectory.resolve(MOUNTED);
    if (Files.exists(mounted)) {
      try {
        run("umount", Files.readString(mounted).strip());
        Files.delete(mounted);
      } catch (IOException e) {
        // A guard may just be looking, or somebody else uses it: the next end of pins tries again.
        LOG.info("the BPF file system stays mounted for now: {}", e.getMessage());
      }
    }
  }

  private static void run(String... command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (process.waitFor() != 0) {
        throw new IOException(String.join(" ", command) + ": " + said.strip());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}
