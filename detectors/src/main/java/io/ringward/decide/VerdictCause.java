/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.decide;

import io.ringward.kernel.ContractCodec;
import io.ringward.kernel.FileIdentity;
import io.ringward.kernel.Finding;
import io.ringward.kernel.ProcessInfo;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Objects;

/**
 * What a verdict came of, as far as easing it and learning from its release need that. Immutable.
 *
 * @param executable the program that the finding was about
 * @param program its path, for people
 * @param firmUntilNanos before this the verdict is not eased: a rule's author said for how long
 * @param lastHitNanos when the kernel last reported a hit; 0 before the first
 */
public record VerdictCause(
    FileIdentity executable, String program, long firmUntilNanos, long lastHitNanos) {
  static final VerdictCause NONE = new VerdictCause(new FileIdentity(0, 0), "", 0, 0);

  public VerdictCause {
    Objects.requireNonNull(executable);
    Objects.requireNonNull(program);
  }

  static VerdictCause of(Finding finding, long nowNanos) {
    ProcessInfo process = finding.process();
    long firm =
        switch (finding.source()) {
          case RULE ->
              nowNanos + finding.proposal().map(Finding.Proposal::durationNanos).orElse(0L);
          case MODEL -> 0;
        };
    return new VerdictCause(
        process.executable(), process.path().isEmpty() ? process.comm() : process.path(), firm, 0);
  }

  VerdictCause hit(long nowNanos) {
    return new VerdictCause(executable, program, firmUntilNanos, Math.max(lastHitNanos, nowNanos));
  }

  void write(DataOutput out) throws IOException {
    ContractCodec.writeFile(executable, out);
    ContractCodec.writeText(program, out);
    out.writeLong(firmUntilNanos);
    out.writeLong(lastHitNanos);
  }

  static VerdictCause read(DataInput in) throws IOException {
    return new VerdictCause(
        ContractCodec.readFile(in), ContractCodec.readText(in), in.readLong(), in.readLong());
  }
}
