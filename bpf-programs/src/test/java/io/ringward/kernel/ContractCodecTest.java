/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.StreamCorruptedException;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is written is read back as it was, and damaged bytes are refused by name. */
final class ContractCodecTest {
  private static final ProcessInfo PROCESS =
      new ProcessInfo(
          new ProcessKey(123_456_789L, 4711),
          new ProcessKey(99L, 12),
          1000,
          77,
          new FileIdentity(8 << 20 | 1, 4242),
          ExecFlag.MEMFD.bit(),
          "größe",
          "/usr/bin/größe",
          List.of("größe", "", "-x"));

  private static final Finding FINDING =
      new Finding(
          Finding.Source.MODEL,
          "connect-scan",
          Priority.WARNING,
          5_000,
          PROCESS,
          List.of(PROCESS),
          "many destinations",
          0.75,
          List.of(new FeatureContribution("destinations", 398, 2, 1)),
          Optional.of(
              new Finding.Proposal(
                  Action.THROTTLE,
                  Set.of(Operation.CONNECT),
                  60_000_000_000L,
                  Optional.of(new TokenRate(2.5, 10)))),
          List.of("T1046"));

  private static final Verdict VERDICT =
      new Verdict(
          17,
          new Subject.ProcessTree(PROCESS.key()),
          Action.BLOCK,
          Set.of(Operation.CONNECT, Operation.BIND),
          Optional.empty(),
          10,
          20,
          5,
          true,
          "connect-scan",
          "because");

  private static final Incident INCIDENT =
      new Incident("i-1", 1, 2, 3, FINDING, Optional.of(VERDICT), "shadow: would block");

  @Test
  void valuesComeBackAsTheyWere() throws IOException {
    assertEquals(INCIDENT, read(bytes()));
    Verdict onGroup =
        new Verdict(
            18,
            new Subject.ControlGroup(9),
            Action.THROTTLE,
            Set.of(Operation.FORK),
            Optional.of(new TokenRate(1, 1)),
            10,
            20,
            5,
            false,
            true,
            "operator",
            "");
    ByteArrayOutputStream buffer = new ByteArrayOutputStream();
    ContractCodec.writeVerdict(onGroup, new DataOutputStream(buffer));
    assertEquals(
        onGroup,
        ContractCodec.readVerdict(
            new DataInputStream(new ByteArrayInputStream(buffer.toByteArray()))));
  }

  @Test
  void aTextThatIsTooLongIsCutAtACharacter() throws IOException {
    ByteArrayOutputStream buffer = new ByteArrayOutputStream();
    ContractCodec.writeText(
        "x" + "ü".repeat(ContractCodec.TEXT_BYTES), new DataOutputStream(buffer));
    String text =
        ContractCodec.readText(new DataInputStream(new ByteArrayInputStream(buffer.toByteArray())));
    assertEquals("x" + "ü".repeat((ContractCodec.TEXT_BYTES - 1) / 2), text);
  }

  @Test
  void aListThatIsTooLongIsRefused() {
    List<String> list = Collections.nCopies(ContractCodec.LIST_SIZE + 1, "");
    assertThrows(
        IllegalArgumentException.class,
        () ->
            ContractCodec.writeList(
                list, ContractCodec::writeText, new DataOutputStream(new ByteArrayOutputStream())));
  }

  @Test
  void anotherVersionIsRefusedByName() throws IOException {
    byte[] bytes = bytes();
    bytes[0] = 9;
    IOException refused = assertThrows(StreamCorruptedException.class, () -> read(bytes));
    assertTrue(refused.getMessage().contains("version 9"), refused.getMessage());
  }

  @Test
  void damagedBytesAreAnIoExceptionOrAnotherValue() throws IOException {
    byte[] good = bytes();
    Random random = new Random(1);
    for (int i = 0; i < 20_000; i++) {
      byte[] bad = good.clone();
      for (int k = random.nextInt(3); k >= 0; k--) {
        bad[random.nextInt(bad.length)] = (byte) random.nextInt();
      }
      byte[] cut = java.util.Arrays.copyOf(bad, random.nextInt(bad.length + 1));
      try {
        read(cut);
      } catch (IOException expected) {
        assertTrue(expected.getMessage() == null || !expected.getMessage().isEmpty());
      }
    }
  }

  private static byte[] bytes() throws IOException {
    ByteArrayOutputStream buffer = new ByteArrayOutputStream();
    ContractCodec.writeIncident(INCIDENT, new DataOutputStream(buffer));
    return buffer.toByteArray();
  }

  private static Incident read(byte[] bytes) throws IOException {
    return ContractCodec.readIncident(new DataInputStream(new ByteArrayInputStream(bytes)));
  }
}
