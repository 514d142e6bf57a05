/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.recording;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever happens to a file: what stands before the damage is used, and the place is named. */
final class DamageTest {
  @TempDir Path folder;
  private Path file;
  private byte[] whole;
  private List<String> items;

  @BeforeEach
  void record() throws IOException {
    file = folder.resolve("a.rec");
    Recorded.write(file);
    whole = Files.readAllBytes(file);
    try (Recording recording = Recording.open(file)) {
      items = Recorded.items(recording);
      assertEquals(Optional.empty(), recording.damage());
    }
    assertEquals(1 + Recorded.BLOCKS * (Recorded.EVENTS + 1), items.size());
  }

  /** Opens and reads the file; what it gives is a beginning of what was written. */
  private int use(String what) throws IOException {
    try (Recording recording = Recording.open(file)) {
      List<String> got = Recorded.items(recording);
      Damage damage =
          recording.damage().orElseThrow(() -> new AssertionError(what + " goes unnoticed"));
      assertTrue(got.size() <= items.size(), what);
      assertEquals(items.subList(0, got.size()), got, what);
      assertFalse(damage.why().isEmpty());
      assertTrue(damage.offset() <= Files.size(file), what + ": " + damage);
      assertTrue(damage.toString().contains(Long.toString(damage.offset())), damage.toString());
      return got.size();
    } catch (RecordingException e) {
      assertTrue(e.getMessage().startsWith(file.toString()), e.getMessage());
      return -1;
    }
  }

  @Test
  void aFileThatIsCutOffAnywhereIsUsedUpToThere() throws IOException {
    int before = -1;
    int used = 0;
    for (int length = 0; length < whole.length; length++) {
      Files.write(file, Arrays.copyOf(whole, length));
      int got = use("cut at " + length);
      assertTrue(got >= before, "a longer file gives no less: cut at " + length);
      before = got;
      used += got > 0 ? 1 : 0;
    }
    assertTrue(used > 100, "most lengths give something: " + used);
    assertEquals(items.size(), before, "without its end everything is still there");
  }

  @Test
  void aFlippedBitAnywhereIsNoticedAndWhatStandsBeforeItIsUsed() throws IOException {
    for (int at = 0; at < whole.length; at++) {
      byte[] damaged = whole.clone();
      damaged[at] ^= (byte) (1 << at % 8);
      Files.write(file, damaged);
      use("a bit of byte " + at);
    }
  }

  @Test
  void theBlocksBeforeADamagedOneAreUsed() throws IOException {
    byte[] damaged = whole.clone();
    damaged[whole.length - 40] ^= 1; // In the last block of items, or in the end behind it.
    Files.write(file, damaged);
    assertTrue(use("the last blocks") >= items.size() - Recorded.EVENTS - 1);
  }

  @Test
  void whatStandsBehindTheEndIsNoticed() throws IOException {
    Files.write(file, Arrays.copyOf(whole, whole.length + 10));
    assertEquals(items.size(), use("ten bytes more"));
  }

  @Test
  void whatIsNoRecordingIsRefusedByName() throws IOException {
    refused(new byte[0], "is empty");
    refused("#!/bin/sh\necho hello, world\n".getBytes(StandardCharsets.UTF_8), "no recording");
    refused(Arrays.copyOf(whole, 10), "before its header");
    refused(
        new String(whole, StandardCharsets.UTF_8).getBytes(StandardCharsets.UTF_8), "no recording");
    byte[] newer = whole.clone();
    newer[Long.BYTES] = 2;
    int sum = BlockForm.sum(newer, 12, new byte[0], 0);
    for (int i = 0; i < Integer.BYTES; i++) {
      newer[12 + i] = (byte) (sum >>> 8 * i);
    }
    refused(newer, "version 2");
    assertTrue(message(folder).contains("is a folder"));
    assertTrue(message(folder.resolve("none")).contains("there is no file"));
  }

  private void refused(byte[] bytes, String why) throws IOException {
    Files.write(file, bytes);
    String message = message(file);
    assertTrue(message.contains(why), message);
  }

  private static String message(Path path) {
    return assertThrows(RecordingException.class, () -> Recording.open(path)).getMessage();
  }
}
