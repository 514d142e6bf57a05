/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import io.ringward.kernel.InlineValue;
import io.ringward.kernel.WireLayouts;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;

/**
 * The hashes by which the kernel's tables know names and paths: {@code rw_hash_step} of {@code
 * inline.h}. Keyed by two numbers that are drawn anew for each load, so that nobody can look for
 * texts that collide. 0 stands for what is not known.
 *
 * @param multiplier odd
 */
record TextHash(long seed, long multiplier) {
  private static final SecureRandom RANDOM = new SecureRandom();

  static TextHash draw() {
    return new TextHash(RANDOM.nextLong(), RANDOM.nextLong() | 1);
  }

  /**
   * A path's hashes.
   *
   * @param whole of all of it; 0 for an empty one
   * @param folders of what stands up to each of its first slashes, the slash included
   */
  record Path(long whole, List<Long> folders) {}

  /** Of a name: what does not fit into a process's name is cut, as the kernel does it. */
  long name(String name) {
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    return of(bytes, Math.min(bytes.length, WireLayouts.COMM_SIZE - 1));
  }

  /** Of a whole text. */
  long text(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return of(bytes, bytes.length);
  }

  Path path(String path) {
    byte[] bytes = path.getBytes(StandardCharsets.UTF_8);
    List<Long> folders = new ArrayList<>();
    for (int i = 0; i < bytes.length && folders.size() < InlineValue.Folder.MOST_FOLDERS; i++) {
      if (bytes[i] == '/') {
        folders.add(of(bytes, i + 1));
      }
    }
    return new Path(of(bytes, bytes.length), folders);
  }

  private long of(byte[] bytes, int length) {
    if (length == 0) {
      return 0;
    }
    long hash = seed;
    for (int i = 0; i < length; i++) {
      hash = (hash ^ (bytes[i] & 0xff)) * multiplier;
      hash ^= hash >>> 32;
    }
    return hash == 0 ? 1 : hash;
  }
}
