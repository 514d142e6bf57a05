/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.ringward.bpf.BpfException;
import io.ringward.bpf.BpfMap;
import io.ringward.bpf.BpfObject;
import io.ringward.bpf.MapCodec;
import io.ringward.bpf.UpdateMode;
import io.ringward.kernel.ProcessKey;
import io.ringward.kernel.WireLayouts;
import java.lang.foreign.MemorySegment;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the kernel side what the processes run that were there before its exec hook: the map {@code
 * program}, from which inline rules are judged. Runs when the hooks are attached already, so that
 * what they know is newer and stays.
 */
final class ProgramNotes {
  private static final Logger LOG = LoggerFactory.getLogger(ProgramNotes.class);
  private static final long FLAGS = offset("flags");
  private static final long FOLDERS = offset("folders");
  private static final long NAME = offset("name");
  private static final long PATH = offset("path");
  private static final long FOLDER = offset("folder");

  /** What a process runs: {@code struct rw_program}. */
  record Note(long inode, int flags, long name, TextHash.Path path) {
    static final Note NOTHING = new Note(0, 0, 0, new TextHash.Path(0, List.of()));
  }

  static final MapCodec<Note> NOTE =
      MapCodec.of(
          WireLayouts.PROGRAM,
          ProgramNotes::write,
          (memory, at) -> {
            throw new UnsupportedOperationException("hashes are not read back");
          });

  private ProgramNotes() {}

  /**
   * Notes all that live. Twice, since a process that has no note when it forks gives none to its
   * child; an entry of somebody who exited unseen in between is taken back.
   */
  static void seed(BpfObject object, ProcessWalk walk, TextHash hash) {
    BpfMap<ProcessKey, Note> notes = object.map("program", WireCodecs.PROCESS_KEY, NOTE);
    Set<ProcessKey> seeded = new HashSet<>();
    for (int turn = 0; turn < 2; turn++) {
      if (!seed(notes, walk.all(), hash, seeded)) {
        LOG.warn(
            "there are more processes than the kernel side follows: rules in the kernel let the rest be");
        break;
      }
    }
    Set<ProcessKey> live = walk.all().stream().map(LiveProcess::key).collect(Collectors.toSet());
    seeded.stream().filter(key -> !live.contains(key)).forEach(notes::remove);
  }

  private static boolean seed(
      BpfMap<ProcessKey, Note> notes,
      Collection<LiveProcess> processes,
      TextHash hash,
      Set<ProcessKey> seeded) {
    for (LiveProcess process : processes) {
      if (process.executable().inode() == 0 || seeded.contains(process.key())) {
        continue; // A kernel thread, or a zombie.
      }
      try {
        if (notes.update(process.key(), note(process, hash), UpdateMode.IF_ABSENT)) {
          seeded.add(process.key());
        }
      } catch (BpfException e) {
        return false;
      }
    }
    return true;
  }

  private static Note note(LiveProcess process, TextHash hash) {
    String path = ProcessEvidence.executable(process.key().tgid()).orElse("");
    return note(process.executable().inode(), process.execFlags(), process.comm(), path, hash);
  }

  static Note note(long inode, int flags, String name, String path, TextHash hash) {
    return new Note(inode, flags, hash.name(name), hash.path(path));
  }

  static void write(Note note, MemorySegment memory, long at) {
    memory.asSlice(at, WireLayouts.PROGRAM.byteSize()).fill((byte) 0);
    memory.set(JAVA_LONG, at, note.inode());
    memory.set(JAVA_INT, at + FLAGS, note.flags());
    memory.set(JAVA_INT, at + FOLDERS, note.path().folders().size());
    memory.set(JAVA_LONG, at + NAME, note.name());
    memory.set(JAVA_LONG, at + PATH, note.path().whole());
    long place = at + FOLDER;
    for (long folder : note.path().folders()) {
      memory.set(JAVA_LONG, place, folder);
      place += Long.BYTES;
    }
  }

  private static long offset(String field) {
    return WireCodecs.offset(WireLayouts.PROGRAM, field);
  }
}
