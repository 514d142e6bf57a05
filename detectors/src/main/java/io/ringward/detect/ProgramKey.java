/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.detect;

import io.ringward.kernel.ContractCodec;
import io.ringward.kernel.FileIdentity;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Objects;

/**
 * Whose past a vector is compared with: the file that runs, and at which {@link Scope} it was
 * counted, since one busy process, a tree of short ones and a whole program's short ones have
 * distributions of their own.
 *
 * <p>Path, name and argv are no part of it: whoever can choose them could choose a fresh model and
 * be in warm-up for ever. The price is that all scripts of one interpreter share its past, which
 * makes that past broader and its model duller, never wrong; and that an upgraded program, being
 * another file, warms up again.
 *
 * @param executable as the exec hook read it
 */
public record ProgramKey(FileIdentity executable, Scope scope) {
  public ProgramKey {
    Objects.requireNonNull(executable);
    Objects.requireNonNull(scope);
  }

  /** Spreads keys; equal on every machine and run, so that seeds and partitions agree. */
  public long hash64() {
    return Mixing.mix(
        Mixing.mix(executable.inode()) ^ ((long) executable.device() << 8) ^ scope.code());
  }

  @Override
  public int hashCode() {
    return Long.hashCode(hash64());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ProgramKey(FileIdentity file, Scope at)
        && executable.equals(file)
        && scope == at;
  }

  public void write(DataOutput out) throws IOException {
    ContractCodec.writeFile(executable, out);
    out.writeByte(scope.code());
  }

  public static ProgramKey read(DataInput in) throws IOException {
    return new ProgramKey(ContractCodec.readFile(in), ContractCodec.readEnum(in, Scope.values()));
  }
}
