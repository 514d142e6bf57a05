/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.run;

import io.ringward.kernel.ContractCodec;
import io.ringward.kernel.Verdict;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.StreamCorruptedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The verdicts in force, in a file of the state directory, so that the next start can put them back
 * before the loop is up. The loop's own checkpoint stays the one that counts: it goes on from there
 * and finds these in force already.
 *
 * <p>Version 1: version byte, boot id, count, verdicts, and a CRC-32C over all of that. Written to
 * a second file that takes the first one's place, so that a reader finds the old or the new. Not
 * thread-safe.
 */
final class VerdictArchive {
  private static final Logger LOG = LoggerFactory.getLogger(VerdictArchive.class);
  private static final int VERSION = 1;
  private static final int MOST_VERDICTS = 1 << 16;
  private static final int MOST_BYTES = 64 << 20;

  private final Path file;
  private final String bootId;
  private List<Verdict> written = List.of();

  /**
   * @param bootId of this boot: in another one the subjects do not exist
   */
  VerdictArchive(Path stateDirectory, String bootId) {
    this.file = stateDirectory.resolve("verdicts-in-force");
    this.bootId = bootId;
  }

  /** Writes them if they have changed; a failure is said, and tried again at the next call. */
  void save(List<Verdict> inForce) {
    if (inForce.equals(written)) {
      return;
    }
    try {
      Path next = file.resolveSibling(file.getFileName() + ".new");
      Files.deleteIfExists(next);
      Files.createFile(
          next, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.write(next, encode(inForce));
      Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
      written = List.copyOf(inForce);
    } catch (IOException e) {
      LOG.warn("the verdicts in force could not be written to {}: {}", file, e.toString());
    }
  }

  /** Those of the last run that belong to this boot and have not expired; none when unreadable. */
  List<Verdict> read(long nowNanos) {
    if (Files.notExists(file)) {
      return List.of();
    }
    try {
      if (Files.size(file) > MOST_BYTES) {
        throw new StreamCorruptedException("it is too long");
      }
      return decode(Files.readAllBytes(file)).stream()
          .filter(verdict -> verdict.expiryNanos() > nowNanos)
          .toList();
    } catch (IOException e) {
      LOG.warn(
          "{} cannot be read ({}): verdicts of before come back when the loop is up",
          file,
          e.getMessage());
      return List.of();
    }
  }

  private byte[] encode(List<Verdict> verdicts) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeByte(VERSION);
    ContractCodec.writeText(bootId, out);
    out.writeInt(verdicts.size());
    for (Verdict verdict : verdicts) {
      ContractCodec.writeVerdict(verdict, out);
    }
    out.writeInt(sum(bytes.toByteArray(), bytes.size()));
    return bytes.toByteArray();
  }

  private List<Verdict> decode(byte[] bytes) throws IOException {
    int end = bytes.length - Integer.BYTES;
    if (end < 1 || sum(bytes, end) != tail(bytes, end)) {
      throw new StreamCorruptedException("its checksum is wrong");
    }
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes, 0, end));
    int version = in.readUnsignedByte();
    if (version != VERSION) {
      throw new StreamCorruptedException("it is of version " + version);
    }
    if (!ContractCodec.readText(in).equals(bootId)) {
      return List.of();
    }
    int count = in.readInt();
    if (count < 0 || count > MOST_VERDICTS) {
      throw new StreamCorruptedException(count + " verdicts");
    }
    List<Verdict> verdicts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      verdicts.add(ContractCodec.readVerdict(in));
    }
    return verdicts;
  }

  private static int tail(byte[] bytes, int end) throws IOException {
    return new DataInputStream(new ByteArrayInputStream(bytes, end, Integer.BYTES)).readInt();
  }

  private static int sum(byte[] bytes, int length) {
    CRC32C sum = new CRC32C();
    sum.update(bytes, 0, length);
    return (int) sum.getValue();
  }
}
