/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/** Something that rules are read from. */
public sealed interface RuleSource {
  /** What error messages call it. */
  String name();

  /** Its bytes, UTF-8; at most so many of them are read. */
  byte[] read(int most) throws IOException;

  /** A file, read each time it is compiled: what a hot reload needs. */
  static RuleSource file(Path path) {
    return new File(path);
  }

  /** A text. */
  static RuleSource text(String name, String text) {
    return new Text(name, text);
  }

  /** A file. */
  record File(Path path) implements RuleSource {
    public File {
      Objects.requireNonNull(path);
    }

    @Override
    public String name() {
      return path.toString();
    }

    @Override
    public byte[] read(int most) throws IOException {
      if (Files.isDirectory(path)) {
        throw new IOException("it is a folder, name the files in it");
      }
      try (InputStream in = Files.newInputStream(path)) {
        return in.readNBytes(most);
      }
    }
  }

  /** A text that is at hand. */
  record Text(String name, String text) implements RuleSource {
    public Text {
      Objects.requireNonNull(name);
      Objects.requireNonNull(text);
    }

    @Override
    public byte[] read(int most) {
      // A character is at least one byte, so no more than this many are of interest.
      String part = text.length() > most ? text.substring(0, most) : text;
      return part.getBytes(StandardCharsets.UTF_8);
    }
  }
}
