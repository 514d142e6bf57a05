/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.ringward.bpf.BpfObject;
import io.ringward.bpf.BpfProgram;
import io.ringward.bpf.RawMap;
import io.ringward.bpf.UpdateMode;
import io.ringward.kernel.WireLayouts;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Runs the very classifier that the hooks run over the tables in force ({@code match_inline} of
 * {@code inline.bpf.c}, by BPF_PROG_TEST_RUN), on facts of user space's own. One question at a
 * time: its user sees to that.
 */
final class InlineAsking {
  private static final long FACTS = at("facts");
  private static final long PROGRAM = at("program");
  private static final long OBJECT = at("files");
  private static final long TARGET = OBJECT + WireCodecs.offset(WireLayouts.INLINE_FILES, "target");
  private static final long MATCHED = at("matched");
  private static final long LOW = fact("address_low");
  private static final long CGROUP = fact("cgroup_id");
  private static final long USER = fact("uid");
  private static final long OPERATION = fact("operation");
  private static final long PORT = fact("port");
  private static final long PROTOCOL = fact("protocol");
  private static final long INTENT = fact("intent");

  private final BpfProgram program;
  private final RawMap questions;
  private final TextHash hash;

  InlineAsking(BpfObject object, TextHash hash) {
    this.program = object.program("match_inline");
    this.questions = object.map("inline_question");
    this.hash = hash;
  }

  /** The rows in force that match. */
  RowMask ask(InlineQuestion asked) {
    try (Arena call = Arena.ofConfined()) {
      MemorySegment key = call.allocateFrom(JAVA_INT, 0);
      MemorySegment question = call.allocate(WireLayouts.INLINE_QUESTION);
      question.set(JAVA_LONG, FACTS, asked.addressHigh());
      question.set(JAVA_LONG, FACTS + LOW, asked.addressLow());
      question.set(JAVA_LONG, FACTS + CGROUP, asked.cgroupId());
      question.set(JAVA_INT, FACTS + USER, asked.uid());
      question.set(JAVA_INT, FACTS + OPERATION, asked.operation().ordinal());
      question.set(JAVA_SHORT, FACTS + PORT, (short) asked.port());
      question.set(JAVA_BYTE, FACTS + PROTOCOL, (byte) asked.protocol());
      question.set(JAVA_BYTE, FACTS + INTENT, (byte) (asked.intent() & WireLayouts.INLINE_INTENTS));
      ProgramNotes.write(
          ProgramNotes.note(asked.inode(), asked.flags(), asked.name(), asked.path(), hash),
          question,
          PROGRAM);
      ProgramNotes.write(ProgramNotes.note(0, 0, "", asked.object(), hash), question, OBJECT);
      ProgramNotes.write(ProgramNotes.note(0, 0, "", asked.target(), hash), question, TARGET);
      questions.update(key, question, UpdateMode.ANY);
      program.testRun(call.allocate(Long.BYTES, Long.BYTES));
      questions.lookup(key, question);
      return RowMask.read(question, MATCHED);
    }
  }

  private static long at(String field) {
    return WireCodecs.offset(WireLayouts.INLINE_QUESTION, field);
  }

  private static long fact(String field) {
    return WireCodecs.offset(WireLayouts.INLINE_FACTS, field);
  }
}
