/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringward.kernel.ContractCodec.Reader;
import io.ringward.kernel.ContractCodec.Writer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.StreamCorruptedException;
import java.util.Arrays;
import java.util.Random;
import java.util.function.Consumer;

/** What every state's codec has to hold. */
public final class StateBytes {
  private StateBytes() {}

  public static <T> byte[] of(T state, Writer<T> writer) throws IOException {
    ByteArrayOutputStream buffer = new ByteArrayOutputStream();
    writer.write(state, new DataOutputStream(buffer));
    return buffer.toByteArray();
  }

  public static <T> T read(byte[] bytes, Reader<T> reader) throws IOException {
    return reader.read(new DataInputStream(new ByteArrayInputStream(bytes)));
  }

  /** Written, read and written again it is the same bytes, all of them read. */
  public static <T> T roundTrip(T state, Writer<T> writer, Reader<T> reader) throws IOException {
    byte[] bytes = of(state, writer);
    ByteArrayInputStream in = new ByteArrayInputStream(bytes);
    T read = reader.read(new DataInputStream(in));
    assertEquals(0, in.available(), "bytes were left over");
    assertArrayEquals(bytes, of(read, writer));
    return read;
  }

  /** Another version is refused by name. */
  public static <T> void refusesOtherVersions(T state, Writer<T> writer, Reader<T> reader)
      throws IOException {
    byte[] bytes = of(state, writer);
    bytes[0] = 77;
    IOException refused = assertThrows(StreamCorruptedException.class, () -> read(bytes, reader));
    assertTrue(refused.getMessage().contains("version 77"), refused.getMessage());
  }

  /**
   * Damaged bytes are refused with an IOException that says something, or are another valid state,
   * which is then used; nothing else may happen.
   *
   * @param use works with what was read
   */
  public static <T> void survivesDamage(
      T state, Writer<T> writer, Reader<T> reader, Consumer<T> use, int rounds) throws IOException {
    byte[] good = of(state, writer);
    Random random = new Random(42);
    int refused = 0;
    for (int i = 0; i < rounds; i++) {
      byte[] bad = good.clone();
      for (int k = random.nextInt(4); k >= 0; k--) {
        int at = random.nextInt(random.nextBoolean() ? bad.length : Math.min(bad.length, 64));
        bad[at] = (byte) random.nextInt();
      }
      if (random.nextInt(4) == 0) {
        bad = Arrays.copyOf(bad, random.nextInt(bad.length));
      }
      T read;
      try {
        read = read(bad, reader);
      } catch (StreamCorruptedException e) {
        assertFalse(e.getMessage().isBlank());
        refused++;
        continue;
      } catch (IOException e) {
        refused++;
        continue;
      }
      use.accept(read);
    }
    assertTrue(refused > 0, "no damage was seen in " + rounds + " rounds");
  }
}
