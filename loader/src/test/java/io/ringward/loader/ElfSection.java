/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Reads one section of a 64-bit ELF object (elf(5)), for tests. */
final class ElfSection {
  private ElfSection() {}

  static byte[] read(byte[] elf, String wanted) {
    ByteBuffer file = ByteBuffer.wrap(elf).order(ByteOrder.nativeOrder());
    int table = Math.toIntExact(file.getLong(40));
    int entrySize = file.getShort(58);
    int count = file.getShort(60);
    int names = offset(file, table + file.getShort(62) * entrySize);
    for (int i = 0; i < count; i++) {
      int entry = table + i * entrySize;
      if (text(elf, names + file.getInt(entry)).equals(wanted)) {
        int from = offset(file, entry);
        return Arrays.copyOfRange(elf, from, from + Math.toIntExact(file.getLong(entry + 32)));
      }
    }
    throw new IllegalArgumentException("the object has no section " + wanted);
  }

  private static int offset(ByteBuffer file, int entry) {
    return Math.toIntExact(file.getLong(entry + 24));
  }

  private static String text(byte[] bytes, int from) {
    int to = from;
    while (bytes[to] != 0) {
      to++;
    }
    return new String(bytes, from, to - from, StandardCharsets.UTF_8);
  }
}
