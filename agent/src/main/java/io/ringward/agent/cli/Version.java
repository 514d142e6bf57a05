/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** The version that was built. */
final class Version {
  private Version() {}

  static String current() {
    try (InputStream in =
        Version.class.getResourceAsStream("/io/ringward/agent/version.properties")) {
      if (in == null) {
        throw new IllegalStateException("version.properties is missing from the jar");
      }
      Properties properties = new Properties();
      properties.load(in);
      return properties.getProperty("version");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
