/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Questions are read as RFC 1035 writes them; any bytes at all are read or refused, never more. */
final class DnsQuestionTest {
  private static byte[] message(int type, String... labels) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(new byte[] {0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0});
    for (String label : labels) {
      byte[] bytes = label.getBytes(StandardCharsets.ISO_8859_1);
      out.write(bytes.length);
      out.writeBytes(bytes);
    }
    out.writeBytes(new byte[] {0, (byte) (type >> 8), (byte) type, 0, 1});
    return out.toByteArray();
  }

  @Test
  void namesAndTypes() {
    assertEquals(
        Optional.of(new DnsQuestion("www.example.org", 28)),
        DnsQuestion.parse(message(28, "WWW", "Example", "org")));
    assertEquals(Optional.of(new DnsQuestion(".", 2)), DnsQuestion.parse(message(2)));
    assertEquals("AAAA", DnsQuestion.parse(message(28, "a")).orElseThrow().typeName());
    assertEquals("TYPE4711", DnsQuestion.parse(message(4711, "a")).orElseThrow().typeName());
  }

  @Test
  void strangeOctetsAreEscaped() {
    assertEquals(
        "a\\.b.c\\\\.\\032\\000\\255",
        DnsQuestion.parse(message(1, "a.b", "c\\", " \0\u00ff")).orElseThrow().name());
  }

  @Test
  void answersAndOtherMessagesAreNoQuestions() {
    byte[] answer = message(1, "a");
    answer[2] |= (byte) 0x80;
    assertEquals(Optional.empty(), DnsQuestion.parse(answer));
    byte[] update = message(1, "a");
    update[2] |= 5 << 3;
    assertEquals(Optional.empty(), DnsQuestion.parse(update));
    byte[] nothing = message(1, "a");
    nothing[5] = 0;
    assertEquals(Optional.empty(), DnsQuestion.parse(nothing));
    byte[] compressed = message(1, "a");
    compressed[12] = (byte) 0xc0;
    assertEquals(Optional.empty(), DnsQuestion.parse(compressed));
  }

  @Test
  void cutAnywhereItIsNoQuestion() {
    byte[] whole = message(1, "www", "example", "org");
    for (int length = 0; length < whole.length - 2; length++) { // Its class is not looked at.
      assertEquals(Optional.empty(), DnsQuestion.parse(Arrays.copyOf(whole, length)), "" + length);
    }
  }

  @Test
  void namesLongerThanAllowedAreRefused() {
    String label = "x".repeat(63);
    assertTrue(DnsQuestion.parse(message(1, label, label, label, "y".repeat(61))).isPresent());
    assertEquals(
        Optional.empty(), DnsQuestion.parse(message(1, label, label, label, "y".repeat(62))));
  }

  @Test
  void anyBytesAreReadOrRefused() {
    Random random = new Random(53);
    byte[] model = message(16, "www", "example", "org");
    for (int i = 0; i < 200_000; i++) {
      byte[] bytes = new byte[random.nextInt(64)];
      random.nextBytes(bytes);
      if (i % 2 == 0) { // Closer to the truth, so that it gets further.
        bytes = model.clone();
        for (int change = random.nextInt(4); change >= 0; change--) {
          bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
        }
      }
      DnsQuestion.parse(bytes)
          .ifPresent(question -> {
            assertTrue(question.name().length() <= 4 * 255, question::name);
            assertTrue(question.name().chars().allMatch(c -> c > ' ' && c < 0x7f), question::name);
          });
    }
  }
}
