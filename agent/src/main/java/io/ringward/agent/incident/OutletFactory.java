/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.incident;

import io.ringward.agent.config.Mode;
import io.ringward.agent.config.OutletConfiguration;
import io.ringward.agent.config.OutletFormat;
import io.ringward.agent.config.SyslogAddress;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.crypto.spec.SecretKeySpec;
import javax.net.ssl.SSLContext;

/** Makes the outlets that the configuration names. */
public final class OutletFactory {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration RESEND = Duration.ofMinutes(1);

  private final OutletConfiguration configuration;
  private final Mode mode;
  private final BootClock clock;
  private final ControlGroupNames controlGroups;
  private final String host;
  private final String version;

  /**
   * @param host the name of this machine
   * @param version of Ringward
   */
  public OutletFactory(
      OutletConfiguration configuration,
      Mode mode,
      BootClock clock,
      ControlGroupNames controlGroups,
      String host,
      String version) {
    this.configuration = configuration;
    this.mode = mode;
    this.clock = clock;
    this.controlGroups = controlGroups;
    this.host = host;
    this.version = version;
  }

  /** The form of standard output where it is no terminal. */
  public IncidentFormat standardFormat() {
    return format(configuration.format());
  }

  /**
   * Opens all of them.
   *
   * @param standardOutput the outlet that is always there, and comes first
   * @throws IOException when one cannot be opened; says which setting to look at. Nothing is left
   *     open then
   */
  public IncidentOutlets open(IncidentOutlet standardOutput) throws IOException {
    List<IncidentOutlet> outlets = new ArrayList<>();
    try {
      outlets.add(standardOutput);
      OutletConfiguration.LogFile file = configuration.file();
      if (file.path().isPresent()) {
        outlets.add(file(file.path().get(), file));
      }
      if (configuration.webhook().uri().isPresent()) {
        outlets.add(elsewhere(webhook(configuration.webhook().uri().get())));
      }
      if (configuration.alertmanager().isPresent()) {
        outlets.add(elsewhere(alertmanager(configuration.alertmanager().get())));
      }
      if (configuration.syslog().isPresent()) {
        outlets.add(elsewhere(syslog(configuration.syslog().get())));
      }
    } catch (IOException | RuntimeException e) {
      for (IncidentOutlet outlet : outlets) {
        outlet.close();
      }
      throw e;
    }
    return new IncidentOutlets(
        outlets,
        configuration.queue(),
        RetryPolicy.STANDARD.withAttempts(configuration.attempts()));
  }

  private IncidentOutlet file(Path path, OutletConfiguration.LogFile file) throws IOException {
    try {
      return new RotatingFileOutlet(path, format(file.format()), file.mostBytes(), file.kept());
    } catch (IOException e) {
      throw new IOException(
          "the incidents file " + path + " cannot be opened: " + e.getMessage(), e);
    }
  }

  private IncidentOutlet webhook(URI uri) throws IOException {
    Optional<SecretKeySpec> secret = Optional.empty();
    if (configuration.webhook().secretFile().isPresent()) {
      try {
        secret = Optional.of(WebhookOutlet.secret(configuration.webhook().secretFile().get()));
      } catch (IOException e) {
        throw new IOException("incidents.webhook_secret_file: " + said(e), e);
      }
    }
    return new WebhookOutlet(
        uri, format(configuration.webhook().format()), sender(uri), secret, Clock.systemUTC());
  }

  private IncidentOutlet alertmanager(URI uri) throws IOException {
    return new AlertmanagerOutlet(uri, sender(uri), mode, clock, host, RESEND);
  }

  private IncidentOutlet syslog(SyslogAddress address) {
    SyslogTransport transport =
        switch (address) {
          case SyslogAddress.Local(Path socket) -> new SyslogLocal(socket);
          case SyslogAddress.Udp(String receiver, int port) -> new SyslogUdp(receiver, port);
          case SyslogAddress.Tcp(String receiver, int port) ->
              new SyslogTcp(receiver, port, PATIENCE);
        };
    return new SyslogOutlet(
        transport,
        address,
        configuration.syslogFacility(),
        clock,
        host,
        ProcessHandle.current().pid());
  }

  private HttpSender sender(URI uri) throws IOException {
    Optional<SSLContext> tls = Optional.empty();
    if (uri.getScheme().equalsIgnoreCase("https")) {
      OutletConfiguration.Tls files = configuration.tls();
      try {
        tls =
            Optional.of(
                new TlsFiles(files.authorities(), files.certificate(), files.key()).context());
      } catch (IOException | IllegalArgumentException e) {
        throw new IOException("TLS of " + Targets.of(uri) + ": " + said(e), e);
      }
    }
    return new HttpSender(tls, PATIENCE, "ringward/" + version);
  }

  /** A missing file's exception has its name for a message. */
  private static String said(Exception e) {
    return e instanceof java.nio.file.NoSuchFileException
        ? e.getMessage() + " does not exist"
        : e.getMessage();
  }

  private IncidentOutlet elsewhere(IncidentOutlet outlet) {
    return configuration.redact() ? new RedactingOutlet(outlet) : outlet;
  }

  private IncidentFormat format(OutletFormat format) {
    return switch (format) {
      case JSON -> new IncidentJson(mode, clock, controlGroups, host);
      case FALCO -> new FalcoJson(mode, clock, controlGroups, host);
    };
  }
}
