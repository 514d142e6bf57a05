/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.config;

import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where incidents go beside standard output, and how.
 *
 * @param format of standard output when it is no terminal
 * @param redact whether secrets are taken out of what leaves the host
 * @param queue how many incidents may wait for one outlet
 * @param attempts how often delivery is tried
 */
public record OutletConfiguration(
    OutletFormat format,
    boolean redact,
    int queue,
    int attempts,
    LogFile file,
    Webhook webhook,
    Optional<URI> alertmanager,
    Tls tls,
    Optional<SyslogAddress> syslog,
    int syslogFacility) {

  /**
   * A file with rotation.
   *
   * @param mostBytes the size at which it is rotated; 0 for never
   * @param kept how many rotated files are kept
   */
  public record LogFile(Optional<Path> path, OutletFormat format, long mostBytes, int kept) {}

  /**
   * A receiver of posted JSON.
   *
   * @param secretFile holds the key of the signature
   */
  public record Webhook(Optional<URI> uri, OutletFormat format, Optional<Path> secretFile) {}

  /** Files for TLS, of the webhook and the Alertmanager alike. */
  public record Tls(Optional<Path> authorities, Optional<Path> certificate, Optional<Path> key) {}
}
