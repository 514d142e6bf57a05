/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.incident;

import io.ringward.kernel.Finding;
import io.ringward.kernel.Incident;
import io.ringward.kernel.ProcessInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Takes secrets out of an incident before it leaves the host: the value after a word such as {@code
 * password}, {@code token} or {@code secret} in arguments and in the summary, and user and password
 * in URLs. It knows what programs usually call their secrets, not every secret. Thread-safe.
 */
final class Redaction {
  private static final String HIDDEN = "[redacted]";
  private static final String WORD =
      "[\\w-]*(?:passw(?:or)?d|passphrase|secret|token|api[-_]?key|access[-_]?key|credential)[\\w-]*";
  private static final Pattern OPTION = Pattern.compile("--?" + WORD, Pattern.CASE_INSENSITIVE);
  private static final Pattern ASSIGNED =
      Pattern.compile("(" + WORD + "\\s*[=:]\\s*)(\\S+)", Pattern.CASE_INSENSITIVE);
  private static final Pattern FOLLOWED =
      Pattern.compile("((?:^|\\s)--?" + WORD + "\\s+)([^-\\s]\\S*)", Pattern.CASE_INSENSITIVE);
  private static final Pattern BEARER =
      Pattern.compile("((?:bearer|basic)\\s+)([\\w+/=.~-]{8,})", Pattern.CASE_INSENSITIVE);
  private static final Pattern USER_INFO = Pattern.compile("(\\w+://)([^/@\\s]+)@");

  private Redaction() {}

  static Incident of(Incident incident) {
    Finding finding = incident.finding();
    Finding clean =
        new Finding(
            finding.source(),
            finding.detector(),
            finding.priority(),
            finding.kernelTimeNanos(),
            of(finding.process()),
            finding.ancestry().stream().map(Redaction::of).toList(),
            of(finding.summary()),
            finding.score(),
            finding.drivers(),
            finding.proposal(),
            finding.tags());
    return new Incident(
        incident.id(),
        incident.firstNanos(),
        incident.lastNanos(),
        incident.count(),
        clean,
        incident.verdict(),
        incident.outcome(),
        incident.over());
  }

  static String of(String text) {
    String clean = ASSIGNED.matcher(text).replaceAll("$1" + Matcher.quoteReplacement(HIDDEN));
    clean = FOLLOWED.matcher(clean).replaceAll("$1" + Matcher.quoteReplacement(HIDDEN));
    clean = BEARER.matcher(clean).replaceAll("$1" + Matcher.quoteReplacement(HIDDEN));
    return USER_INFO.matcher(clean).replaceAll("$1" + Matcher.quoteReplacement(HIDDEN) + "@");
  }

  private static ProcessInfo of(ProcessInfo process) {
    List<String> arguments = new ArrayList<>(process.arguments().size());
    boolean hide = false;
    for (String argument : process.arguments()) {
      arguments.add(hide ? HIDDEN : of(argument));
      hide = OPTION.matcher(argument).matches();
    }
    return new ProcessInfo(
        process.key(),
        process.parent(),
        process.uid(),
        process.cgroupId(),
        process.executable(),
        process.execFlags(),
        process.comm(),
        process.path(),
        arguments);
  }
}
