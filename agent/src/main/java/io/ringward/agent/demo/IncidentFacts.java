/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.demo;

import com.fasterxml.jackson.databind.JsonNode;
import io.ringward.agent.text.DurationText;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What an incident's JSON says, in lines for the story. */
record IncidentFacts(JsonNode incident) {
  private static final int MOST_FEATURES = 3;

  long pid() {
    return incident.path("subject").path("pid").asLong();
  }

  /** The rule's name or the model's. */
  String detector() {
    return incident.path(incident.path("source").asText()).asText();
  }

  String summary() {
    return incident.path("summary").asText();
  }

  String outcome() {
    return incident.path("outcome").asText();
  }

  /** The verdict's action, "" when there is no verdict. */
  String action() {
    return incident.path("verdict").path("action").asText();
  }

  /** The verdict's id, "" when there is no verdict. */
  String verdictId() {
    return incident.path("verdict").path("id").asText();
  }

  double score() {
    return incident.path("evidence").path("score").asDouble();
  }

  int features() {
    return incident.path("evidence").path("features").size();
  }

  /** Score and what drove it. */
  String scored() {
    List<String> parts = new ArrayList<>();
    for (JsonNode feature : incident.path("evidence").path("features")) {
      if (parts.size() < MOST_FEATURES) {
        parts.add(
            String.format(
                Locale.ROOT,
                "%s %s (usual %s) weighs %.0f %%",
                feature.path("feature").asText(),
                number(feature.path("value").asDouble()),
                number(feature.path("usual").asDouble()),
                100 * feature.path("weight").asDouble()));
      }
    }
    String score = String.format(Locale.ROOT, "%.2f", score());
    return parts.isEmpty()
        ? score + ", a rule either matches or not"
        : score + ": " + String.join(", ", parts);
  }

  /** Action, rate, what it covers, whom, and how long. */
  String verdict() {
    JsonNode verdict = incident.path("verdict");
    List<String> operations = new ArrayList<>();
    verdict.path("operations").forEach(each -> operations.add(each.asText()));
    String rate =
        verdict.has("rate")
            ? String.format(
                Locale.ROOT,
                " to %s/s (burst %d)",
                number(verdict.path("rate").path("per_second").asDouble()),
                verdict.path("rate").path("burst").asLong())
            : "";
    Duration lasting =
        Duration.between(
            Instant.parse(verdict.path("issued").asText()),
            Instant.parse(verdict.path("expiry").asText()));
    return verdict.path("action").asText()
        + rate
        + " of "
        + String.join(", ", operations)
        + ", on "
        + verdict.path("subject").asText()
        + " and its children, expires by itself in "
        + DurationText.of(lasting);
  }

  private static String number(double value) {
    return value >= 10 || value == Math.rint(value)
        ? String.format(Locale.ROOT, "%.0f", value)
        : String.format(Locale.ROOT, "%.1f", value);
  }
}
