/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/**
 * Which file stands at each of some paths, by what stat(2) says: not what the hooks read, but it
 * changes when that does. Immutable; two are equal when the same files stand there.
 *
 * @param keys by path; a path at which nothing stands has none
 */
record FileKeys(Map<Path, Object> keys) {
  static final FileKeys NONE = new FileKeys(Map.of());

  /** Looks now. */
  static FileKeys of(Collection<Path> paths) {
    Map<Path, Object> keys = new HashMap<>();
    for (Path path : paths) {
      try {
        keys.put(path, Files.readAttributes(path, BasicFileAttributes.class).fileKey());
      } catch (IOException e) {
        keys.remove(path); // nothing stands there
      }
    }
    return new FileKeys(Map.copyOf(keys));
  }
}
