/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringward.kernel.Action;
import io.ringward.kernel.Operation;
import io.ringward.kernel.ProcessKey;
import io.ringward.kernel.Subject;
import io.ringward.kernel.TokenRate;
import io.ringward.kernel.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class VerdictArchiveTest {
  private static final Verdict ON_TREE =
      verdict(1, new Subject.ProcessTree(new ProcessKey(77, 4242)), 5_000);
  private static final Verdict ON_GROUP = verdict(2, new Subject.ControlGroup(99), 9_000);

  @TempDir private Path folder;

  private static Verdict verdict(long id, Subject subject, long expiryNanos) {
    return new Verdict(
        id,
        subject,
        Action.THROTTLE,
        EnumSet.of(Operation.CONNECT),
        Optional.of(new TokenRate(5, 10)),
        1_000,
        expiryNanos,
        900,
        false,
        "a rule",
        "a reason with ümlauts");
  }

  private VerdictArchive archive(String bootId) {
    return new VerdictArchive(folder, bootId);
  }

  private Path file() {
    return folder.resolve("verdicts-in-force");
  }

  @Test
  void givesBackWhatHasNotExpired() throws IOException {
    archive("boot").save(List.of(ON_TREE, ON_GROUP));
    assertEquals(List.of(ON_TREE, ON_GROUP), archive("boot").read(4_999));
    assertEquals(List.of(ON_GROUP), archive("boot").read(5_000));
    assertEquals(
        PosixFilePermissions.fromString("rw-------"), Files.getPosixFilePermissions(file()));
  }

  @Test
  void forgetsThoseOfAnotherBoot() {
    archive("one").save(List.of(ON_TREE));
    assertEquals(List.of(), archive("other").read(0));
  }

  @Test
  void hasNoneAtFirstAndNoneWhenAllHaveEnded() {
    assertEquals(List.of(), archive("boot").read(0));
    VerdictArchive archive = archive("boot");
    archive.save(List.of(ON_TREE));
    archive.save(List.of());
    assertEquals(List.of(), archive("boot").read(0));
  }

  @Test
  void takesNothingFromADamagedFile() throws IOException {
    archive("boot").save(List.of(ON_TREE, ON_GROUP));
    byte[] whole = Files.readAllBytes(file());
    for (int at = 0; at < whole.length; at++) {
      byte[] damaged = whole.clone();
      damaged[at] ^= 0x10;
      Files.write(file(), damaged);
      assertEquals(List.of(), archive("boot").read(0), "byte " + at);
    }
    for (int length = 0; length < whole.length; length++) {
      Files.write(file(), java.util.Arrays.copyOf(whole, length));
      assertEquals(List.of(), archive("boot").read(0), "length " + length);
    }
  }

  @Test
  void replacesAFileThatItCannotRead() throws IOException {
    Files.writeString(file(), "nothing of ours");
    VerdictArchive archive = archive("boot");
    assertTrue(archive.read(0).isEmpty());
    archive.save(List.of(ON_GROUP));
    assertEquals(List.of(ON_GROUP), archive.read(0));
  }
}
