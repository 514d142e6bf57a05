/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The rules that Ringward brings along. */
public final class StarterRules {
  /** What error messages and reports call them. */
  public static final String NAME = "starter-rules.yaml";

  private StarterRules() {}

  /** The file itself, UTF-8: to be shown, copied and changed. The caller closes it. */
  public static InputStream open() {
    InputStream in = StarterRules.class.getResourceAsStream(NAME);
    if (in == null) {
      throw new IllegalStateException(NAME + " is missing from the jar");
    }
    return in;
  }

  /** The file as a source to compile. */
  public static RuleSource source() {
    try (InputStream in = open()) {
      return RuleSource.text(NAME, new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
