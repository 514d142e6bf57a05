/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader.cgroup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which knobs are turned, on disk in the runtime directory, for the next start after a death of
 * this process and of its guards. Written whole and put in place by a rename. The runtime directory
 * does not survive a boot, and neither do control groups.
 */
final class KnobJournal {
  private static final Logger LOG = LoggerFactory.getLogger(KnobJournal.class);
  private static final String SEPARATOR = "\t";

  private final Path file;

  KnobJournal(Path runtimeDirectory) {
    this.file = runtimeDirectory.resolve("knobs");
  }

  /** Puts back what an earlier process has left turned, and forgets it. */
  void recover() {
    try {
      if (!Files.exists(file)) {
        return;
      }
      for (String line : Files.readAllLines(file)) {
        String[] parts = line.split(SEPARATOR, -1);
        if (parts.length >= 3) { // The device was not there at first.
          recover(
              new Knob(Path.of(parts[0]), parts.length == 3 ? "" : parts[3], parts[1], parts[2]));
        }
      }
      Files.delete(file);
    } catch (IOException e) {
      LOG.warn("{} cannot be read: what an earlier run has throttled may still be", file, e);
    }
  }

  private static void recover(Knob knob) {
    try {
      if (knob.putBack()) {
        LOG.info("{} is {} again, as before an earlier run", knob.file(), knob.before());
      }
    } catch (IOException e) {
      LOG.warn(
          "{} could not be set to {} again, as before an earlier run: {}",
          knob.file(),
          knob.before(),
          e.toString());
    }
  }

  /** Writes down all that are turned now. */
  void write(Collection<Knob> knobs) throws IOException {
    if (knobs.isEmpty()) {
      Files.deleteIfExists(file);
      return;
    }
    List<String> lines = new ArrayList<>();
    for (Knob knob : knobs) {
      lines.add(
          String.join(
              SEPARATOR, knob.file().toString(), knob.before(), knob.written(), knob.device()));
    }
    Path fresh = file.resolveSibling("knobs.new");
    Files.write(fresh, lines);
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
