/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.recording;

import io.ringward.kernel.ContractCodec;
import io.ringward.kernel.Verdict;
import io.ringward.kernel.VerdictTable.Outcome;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.StreamCorruptedException;

/** What a verdict table said while it was recorded. */
sealed interface VerdictAnswer {
  int APPLIED = 0;
  int SUBJECT_GONE = 1;
  int SUBJECT_PROTECTED = 2;
  int REFUSED = 3;
  int SUPPOSED = 4;
  int RELEASED = 5;
  int IN_FORCE = 6;

  /** What became of a verdict. */
  record Given(long verdictId, Outcome outcome) implements VerdictAnswer {}

  /** Whether a verdict was in force when it was to be ended. */
  record Released(long verdictId, boolean wasInForce) implements VerdictAnswer {}

  /** A verdict that was in force already when the recording began. */
  record InForce(Verdict verdict) implements VerdictAnswer {}

  static void write(VerdictAnswer answer, DataOutput out) throws IOException {
    switch (answer) {
      case Given(long id, Outcome.Applied(long appliedNanos, int processes)) -> {
        head(APPLIED, id, out);
        out.writeLong(appliedNanos);
        out.writeInt(processes);
      }
      case Given(long id, Outcome.SubjectGone()) -> head(SUBJECT_GONE, id, out);
      case Given(long id, Outcome.SubjectProtected(String why)) -> {
        head(SUBJECT_PROTECTED, id, out);
        ContractCodec.writeText(why, out);
      }
      case Given(long id, Outcome.Refused(String why)) -> {
        head(REFUSED, id, out);
        ContractCodec.writeText(why, out);
      }
      case Given(long id, Outcome.Supposed()) -> head(SUPPOSED, id, out);
      case Released(long id, boolean wasInForce) -> {
        head(RELEASED, id, out);
        out.writeBoolean(wasInForce);
      }
      case InForce(Verdict verdict) -> {
        head(IN_FORCE, verdict.id(), out);
        ContractCodec.writeVerdict(verdict, out);
      }
    }
  }

  static VerdictAnswer read(DataInput in) throws IOException {
    int kind = in.readUnsignedByte();
    long id = in.readLong();
    return switch (kind) {
      case APPLIED -> new Given(id, new Outcome.Applied(in.readLong(), in.readInt()));
      case SUBJECT_GONE -> new Given(id, new Outcome.SubjectGone());
      case SUBJECT_PROTECTED ->
          new Given(id, new Outcome.SubjectProtected(ContractCodec.readText(in)));
      case REFUSED -> new Given(id, new Outcome.Refused(ContractCodec.readText(in)));
      case SUPPOSED -> new Given(id, new Outcome.Supposed());
      case RELEASED -> new Released(id, in.readBoolean());
      case IN_FORCE -> new InForce(ContractCodec.readVerdict(in));
      default -> throw new StreamCorruptedException(kind + " is no answer of a verdict table");
    };
  }

  private static void head(int kind, long id, DataOutput out) throws IOException {
    out.writeByte(kind);
    out.writeLong(id);
  }
}
