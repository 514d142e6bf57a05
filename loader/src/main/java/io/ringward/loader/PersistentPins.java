/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import io.ringward.bpf.BpfException;
import io.ringward.bpf.BpfFileSystem;
import io.ringward.bpf.BpfLink;
import io.ringward.bpf.BpfObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps this guardian's enforcement in the kernel when its process ends, for as long as anything in
 * force persists, and not otherwise: the links are pinned with the first wish and unpinned with the
 * end of the last. Thread-safe.
 */
final class PersistentPins implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PersistentPins.class);

  /** What whoever comes after takes over. */
  static final List<String> MAPS = List.of("verdict", "process_verdict", "cgroup_verdict");

  private final PinPlace place;
  private final Path runtimeDirectory;
  private final String instance;
  private final BpfObject object;
  private final Map<String, BpfLink> links;
  private final Map<Object, Wish> wishes = new HashMap<>();

  private Optional<Path> pinned = Optional.empty();
  private Optional<PinGuard> guard = Optional.empty();
  private Optional<PinProtection> protection = Optional.empty();

  /** How long somebody needs the pins: until a time, and from the end of this process on. */
  private record Wish(long untilNanos, long lastingNanos) {}

  /**
   * @param instance tells the guardians of one boot apart
   * @param links that enforce, by the names of their programs
   */
  PersistentPins(
      PinPlace place,
      Path runtimeDirectory,
      String instance,
      BpfObject object,
      Map<String, BpfLink> links) {
    this.place = place;
    this.runtimeDirectory = runtimeDirectory;
    this.instance = instance;
    this.object = object;
    this.links = new HashMap<>(links);
  }

  /**
   * Holds the pins for somebody, in place of what he has asked for before.
   *
   * @param untilNanos CLOCK_BOOTTIME, or 0
   * @param lastingNanos from the end of this process on, or 0; both 0: he needs them no more
   * @throws IOException when they cannot be pinned; his wish is forgotten then
   */
  synchronized void hold(Object who, long untilNanos, long lastingNanos) throws IOException {
    if (untilNanos == 0 && lastingNanos == 0) {
      wishes.remove(who);
    } else {
      wishes.put(who, new Wish(untilNanos, lastingNanos));
    }
    try {
      if (wishes.isEmpty()) {
        drop();
        return;
      }
      if (pinned.isEmpty()) {
        pin();
      }
      if (guard.isEmpty() || !guard.get().isAlive()) {
        guard =
            Optional.of(
                PinGuard.watch(pinned.orElseThrow(), runtimeDirectory.resolve(PinPlace.MOUNTED)));
      }
      guard
          .get()
          .tell(
              wishes.values().stream().mapToLong(Wish::untilNanos).max().orElse(0),
              wishes.values().stream().mapToLong(Wish::lastingNanos).max().orElse(0));
    } catch (IOException | BpfException e) {
      wishes.remove(who);
      if (wishes.isEmpty()) {
        drop();
      }
      throw e instanceof IOException io ? io : new IOException(e.getMessage(), e);
    }
  }

  /** Has what is pinned, now and later, kept from others. */
  synchronized void protectBy(PinProtection shield) {
    protection = Optional.of(shield);
    protect();
  }

  private void protect() {
    if (pinned.isPresent() && protection.isPresent()) {
      protection.get().protect(pinned.get());
    }
  }

  private void pin() throws IOException {
    Path folder = place.create(instance, runtimeDirectory);
    pinned = Optional.of(folder);
    for (String map : MAPS) {
      BpfFileSystem.pin(object.map(map).fd(), folder.resolve("map_" + map));
    }
    for (Map.Entry<String, BpfLink> link : links.entrySet()) {
      BpfFileSystem.pin(link.getValue().fd(), pin(link.getKey()));
    }
    protect();
    LOG.info("{} links are pinned in {}: what persists outlives the agent", links.size(), folder);
  }

  /**
   * Holds more links, as long as anything persists: for enforcement that is not always attached.
   *
   * @throws IOException when they cannot be pinned; none of them is held then
   */
  synchronized void add(Map<String, BpfLink> more) throws IOException {
    links.putAll(more);
    if (pinned.isEmpty()) {
      return;
    }
    try {
      for (Map.Entry<String, BpfLink> link : more.entrySet()) {
        Path pin = pin(link.getKey());
        Files.deleteIfExists(pin);
        BpfFileSystem.pin(link.getValue().fd(), pin);
      }
      protect();
    } catch (IOException | BpfException e) {
      remove(more.keySet());
      throw e instanceof IOException io ? io : new IOException(e.getMessage(), e);
    }
  }

  /** Holds them no more, if it did. */
  synchronized void remove(Collection<String> programs) {
    for (String program : programs) {
      links.remove(program);
      try {
        if (pinned.isPresent()) {
          Files.deleteIfExists(pin(program));
        }
      } catch (IOException e) {
        LOG.warn("the pin of {} cannot be removed: {}", program, e.getMessage());
      }
    }
  }

  private Path pin(String program) {
    return pinned.orElseThrow().resolve("link_" + program);
  }

  /** A link was detached by somebody and made anew: the pin of the old one holds nothing. */
  synchronized void replaced(String program, BpfLink link) {
    if (links.replace(program, link) == null || pinned.isEmpty()) {
      return;
    }
    try {
      Files.deleteIfExists(pin(program));
      BpfFileSystem.pin(link.fd(), pin(program));
      protect();
    } catch (IOException | BpfException e) {
      LOG.warn("{} is not pinned any more, and ends with the agent: {}", program, e.getMessage());
    }
  }

  private void drop() throws IOException {
    if (pinned.isPresent()) {
      protection.ifPresent(PinProtection::release); // the unmount is another process's
      PinPlace.remove(pinned.get());
      pinned = Optional.empty();
      place.tidy(runtimeDirectory);
      LOG.info("nothing persists any more: the pins are removed");
    }
    if (guard.isPresent()) {
      guard.get().close();
      guard = Optional.empty();
    }
  }

  /** Leaves the pins to their guard when anything persists. Idempotent. */
  @Override
  public synchronized void close() {
    try {
      if (guard.isPresent()) {
        guard.get().close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
