/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.config;

import io.ringward.agent.text.SizeText;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Settings of where incidents go; all of {@link SettingTable}. */
final class OutletSettings {
  private static final List<String> FACILITIES =
      List.of(
          "kern",
          "user",
          "mail",
          "daemon",
          "auth",
          "syslog",
          "lpr",
          "news",
          "uucp",
          "cron",
          "authpriv",
          "ftp",
          "ntp",
          "audit",
          "console",
          "cron2",
          "local0",
          "local1",
          "local2",
          "local3",
          "local4",
          "local5",
          "local6",
          "local7");
  private static final long SMALLEST_FILE = 64L << 10;
  private static final long LARGEST_FILE = 16L << 30;

  static final Setting<OutletFormat> FORMAT =
      of(
          "incidents.format",
          "Form of JSON lines on standard output: json (the default) or falco.",
          "json",
          (text, base) -> SettingTable.oneOf(OutletFormat.class, text));

  static final Setting<Path> FILE =
      of(
          "incidents.file",
          "A file that incidents are appended to, one JSON object a line.",
          "/var/log/ringward/incidents.jsonl",
          SettingTable::path);

  static final Setting<OutletFormat> FILE_FORMAT =
      of(
          "incidents.file_format",
          "Form of the lines in the file: json (the default) or falco.",
          "json",
          (text, base) -> SettingTable.oneOf(OutletFormat.class, text));

  static final Setting<Long> FILE_SIZE =
      of(
          "incidents.file_size",
          "The file is rotated before it grows over this size, 0 for never (default: 64MiB).",
          "64MiB",
          (text, base) -> fileSize(text));

  static final Setting<Integer> FILE_COUNT =
      of(
          "incidents.file_count",
          "How many rotated files are kept (default: 4).",
          "4",
          (text, base) -> SettingTable.wholeNumber(text, 1, 100));

  static final Setting<URI> WEBHOOK =
      of(
          "incidents.webhook",
          "A URL that each incident is posted to.",
          "https://hooks.example.org/ringward",
          (text, base) -> url(text));

  static final Setting<OutletFormat> WEBHOOK_FORMAT =
      of(
          "incidents.webhook_format",
          "Form of what is posted: json (the default) or falco, for falcosidekick.",
          "json",
          (text, base) -> SettingTable.oneOf(OutletFormat.class, text));

  static final Setting<Path> WEBHOOK_SECRET_FILE =
      of(
          "incidents.webhook_secret_file",
          "A file with the key that posts are signed with (HMAC-SHA256).",
          "/etc/ringward/webhook.secret",
          SettingTable::path);

  static final Setting<URI> ALERTMANAGER =
      of(
          "incidents.alertmanager",
          "The URL of an Alertmanager (API v2).",
          "http://127.0.0.1:9093",
          (text, base) -> url(text));

  static final Setting<Path> CA_FILE =
      of(
          "incidents.ca_file",
          "Certificates (PEM) that webhook and Alertmanager are trusted by, not the system's.",
          "/etc/ringward/ca.pem",
          SettingTable::path);

  static final Setting<Path> CERTIFICATE_FILE =
      of(
          "incidents.certificate_file",
          "This client's certificate (PEM) for webhook and Alertmanager.",
          "/etc/ringward/client.pem",
          SettingTable::path);

  static final Setting<Path> KEY_FILE =
      of(
          "incidents.key_file",
          "The certificate's key (PEM, PKCS #8, without a password).",
          "/etc/ringward/client.key",
          SettingTable::path);

  static final Setting<SyslogAddress> SYSLOG =
      of(
          "incidents.syslog",
          "Syslog (RFC 5424): /dev/log, udp://HOST:PORT or tcp://HOST:PORT.",
          "/dev/log",
          (text, base) -> SyslogAddress.parse(text));

  static final Setting<Integer> SYSLOG_FACILITY =
      of(
          "incidents.syslog_facility",
          "The facility of syslog messages (default: authpriv).",
          "authpriv",
          (text, base) -> facility(text));

  static final Setting<Boolean> REDACT =
      of(
          "incidents.redact",
          "Whether what looks like a secret is hidden from receivers elsewhere (default: it is).",
          "true",
          (text, base) -> SettingTable.yesOrNo(text));

  static final Setting<Integer> QUEUE =
      of(
          "incidents.queue",
          "How many incidents may wait for one outlet (default: 1024).",
          "1024",
          (text, base) -> SettingTable.wholeNumber(text, 8, 65_536));

  static final Setting<Integer> ATTEMPTS =
      of(
          "incidents.attempts",
          "How often a delivery is tried, with growing pauses (default: 8).",
          "8",
          (text, base) -> SettingTable.wholeNumber(text, 1, 100));

  static final List<Setting<?>> ALL =
      List.of(
          FORMAT,
          FILE,
          FILE_FORMAT,
          FILE_SIZE,
          FILE_COUNT,
          WEBHOOK,
          WEBHOOK_FORMAT,
          WEBHOOK_SECRET_FILE,
          ALERTMANAGER,
          CA_FILE,
          CERTIFICATE_FILE,
          KEY_FILE,
          SYSLOG,
          SYSLOG_FACILITY,
          REDACT,
          QUEUE,
          ATTEMPTS);

  private OutletSettings() {}

  /** {@code incidents.file_size} is {@code --incidents-file-size} on the command line. */
  private static <T> Setting<T> of(
      String path, String help, String example, Setting.Parser<T> parser) {
    String flag = "--" + path.replace('.', '-').replace('_', '-');
    return new Setting<>(path, flag, false, help, example, parser);
  }

  static OutletConfiguration read(Settings settings) {
    return new OutletConfiguration(
        settings.get(FORMAT).orElse(OutletFormat.JSON),
        settings.get(REDACT).orElse(true),
        settings.get(QUEUE).orElse(1024),
        settings.get(ATTEMPTS).orElse(8),
        new OutletConfiguration.LogFile(
            settings.get(FILE),
            settings.get(FILE_FORMAT).orElse(OutletFormat.JSON),
            settings.get(FILE_SIZE).orElse(64L << 20),
            settings.get(FILE_COUNT).orElse(4)),
        new OutletConfiguration.Webhook(
            settings.get(WEBHOOK),
            settings.get(WEBHOOK_FORMAT).orElse(OutletFormat.JSON),
            settings.get(WEBHOOK_SECRET_FILE)),
        settings.get(ALERTMANAGER),
        new OutletConfiguration.Tls(
            settings.get(CA_FILE), settings.get(CERTIFICATE_FILE), settings.get(KEY_FILE)),
        settings.get(SYSLOG),
        settings.get(SYSLOG_FACILITY).orElse(FACILITIES.indexOf("authpriv")));
  }

  private static URI url(String text) {
    URI uri;
    try {
      uri = new URI(text.strip());
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException("'" + text + "' is not a URL: " + e.getReason(), e);
    }
    String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
    if (!(scheme.equals("http") || scheme.equals("https")) || uri.getHost() == null) {
      throw new IllegalArgumentException("'" + text + "' is not http://HOST… or https://HOST…");
    }
    if (uri.getRawUserInfo() != null || uri.getRawFragment() != null) {
      throw new IllegalArgumentException(
          "a URL here has neither a user nor a fragment: posts are signed by"
              + " incidents.webhook_secret_file");
    }
    return uri;
  }

  private static int facility(String text) {
    int facility = FACILITIES.indexOf(text.toLowerCase(Locale.ROOT));
    if (facility < 0) {
      throw new IllegalArgumentException(
          "'" + text + "' is no facility: expected one of " + String.join(", ", FACILITIES));
    }
    return facility;
  }

  private static long fileSize(String text) {
    long bytes = SizeText.parse(text);
    if (bytes != 0 && (bytes < SMALLEST_FILE || bytes > LARGEST_FILE)) {
      throw new IllegalArgumentException(
          text
              + " is out of bounds: expected 0, or "
              + SizeText.of(SMALLEST_FILE)
              + " to "
              + SizeText.of(LARGEST_FILE));
    }
    return bytes;
  }
}
