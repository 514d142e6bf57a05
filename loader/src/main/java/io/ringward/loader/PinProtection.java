/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.ringward.bpf.BpfException;
import io.ringward.bpf.BpfFileSystem;
import io.ringward.bpf.BpfLink;
import io.ringward.bpf.RawMap;
import io.ringward.bpf.UpdateMode;
import io.ringward.kernel.WireLayouts;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps others from opening, removing and renaming this process's pins, and from unmounting the
 * file system that holds them ({@code shield.bpf.c}). One of its hooks runs for each part of each
 * path that anybody looks up: they are attached while there are pins, and only then. Never pinned
 * itself: when this process has ended, anybody may remove what it has left. Thread-safe.
 */
final class PinProtection implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PinProtection.class);
  static final Set<Attack> ATTACKS = EnumSet.of(Attack.PIN, Attack.RENAME, Attack.UMOUNT);

  /** include/linux/fs.h: what is refused of a pin, and of the directories above it. */
  private static final byte MAY_READ_OR_WRITE = 4 | 2;

  private static final byte MAY_WRITE = 2;

  private final LoadedObject loaded;
  private final RawMap objects;
  private final Map<Attack, BpfLink> links = new EnumMap<>(Attack.class);
  private final Map<Attack, String> missing = new EnumMap<>(Attack.class);
  private final Map<Integer, Byte> listed = new HashMap<>();

  /**
   * @param loaded with the programs
   */
  PinProtection(LoadedObject loaded) {
    this.loaded = loaded;
    this.objects = loaded.object().map("shield_object");
  }

  /**
   * Looks whether the hooks run; nothing stays attached.
   *
   * @param runs how often a hook has run for this process
   * @return why which ones do not
   */
  synchronized Map<Attack, String> tryOut(ToLongFunction<Attack> runs) {
    setVariable("shield_trial", 1);
    try {
      attach();
      Map<Attack, Long> before = new EnumMap<>(Attack.class);
      links.keySet().forEach(attack -> before.put(attack, runs.applyAsLong(attack)));
      FileTrial.touch(); // looks paths up, and renames
      for (Attack attack : List.of(Attack.PIN, Attack.RENAME)) {
        if (links.containsKey(attack) && runs.applyAsLong(attack) == before.get(attack)) {
          missing.put(attack, attack.label() + " is attached and did not fire");
        }
      }
    } catch (IOException e) {
      ATTACKS.forEach(attack -> missing.put(attack, "could not be tried: " + e.getMessage()));
    } finally {
      setVariable("shield_trial", 0);
      detach();
    }
    return Map.copyOf(missing);
  }

  private void attach() {
    for (Attack attack : ATTACKS) {
      if (!links.containsKey(attack) && !missing.containsKey(attack)) {
        String program = loaded.trampoline().orElseThrow().shieldProgram(attack);
        try {
          links.put(attack, loaded.object().program(program).attach());
        } catch (BpfException e) {
          missing.put(attack, program + ": " + e.getMessage());
        }
      }
    }
  }

  private void detach() {
    links.values().forEach(BpfLink::close);
    links.clear();
  }

  /**
   * Protects all that is pinned in a directory, the directory, and the one above it; in place of
   * what was protected before.
   */
  synchronized void protect(Path folder) {
    try {
      Map<Integer, Byte> now = new HashMap<>();
      for (Path directory : List.of(folder, folder.getParent())) {
        now.put(inode(directory), MAY_WRITE);
      }
      for (Path pin : list(folder)) {
        now.put(inode(pin), MAY_READ_OR_WRITE);
      }
      setVariable("shield_device", device(folder));
      setVariable("shield_mount", BpfFileSystem.mountId(folder).orElse(0));
      List.copyOf(listed.keySet()).stream()
          .filter(inode -> !now.containsKey(inode))
          .forEach(this::forget);
      now.forEach(this::add);
      attach();
    } catch (IOException | BpfException e) {
      LOG.warn("the pins in {} are not protected: {}", folder, e.getMessage());
    }
  }

  /** There is nothing pinned any more. Idempotent. */
  synchronized void release() {
    detach();
    setVariable("shield_mount", 0);
    List.copyOf(listed.keySet()).forEach(this::forget);
  }

  private static List<Path> list(Path folder) throws IOException {
    try (Stream<Path> pins = Files.list(folder)) {
      return new ArrayList<>(pins.toList());
    }
  }

  private static int inode(Path file) throws IOException {
    return ((Number) Files.getAttribute(file, "unix:ino")).intValue();
  }

  /** As the kernel writes it: include/linux/kdev_t.h, new_decode_dev(). */
  private static int device(Path file) throws IOException {
    long device = ((Number) Files.getAttribute(file, "unix:dev")).longValue();
    long major = (device & 0xfff00) >> 8;
    long minor = (device & 0xff) | ((device >> 12) & 0xfff00);
    return (int) (major << 20 | minor);
  }

  private void add(int inode, byte refused) {
    try (Arena call = Arena.ofConfined()) {
      objects.update(key(call, inode), call.allocateFrom(JAVA_BYTE, refused), UpdateMode.ANY);
    }
    listed.put(inode, refused);
  }

  private void forget(int inode) {
    try (Arena call = Arena.ofConfined()) {
      objects.delete(key(call, inode));
    }
    listed.remove(inode);
  }

  private static MemorySegment key(Arena call, int inode) {
    MemorySegment key = call.allocate(WireLayouts.SHIELD_OBJECT);
    key.set(JAVA_INT, 0, Attack.PIN.ordinal());
    key.set(JAVA_INT, Integer.BYTES, inode);
    return key;
  }

  private void setVariable(String name, int value) {
    loaded.object().variable(name).set(JAVA_INT, 0, value);
  }

  /** Protects no more. Idempotent. */
  @Override
  public synchronized void close() {
    detach();
  }
}
