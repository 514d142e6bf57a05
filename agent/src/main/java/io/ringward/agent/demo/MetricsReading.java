/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.demo;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** The agent's metrics page at one moment. */
record MetricsReading(String page) {
  private static final String LATENCY = "ringward_verdict_latency_seconds";

  static MetricsReading of(String address) throws DemoException {
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(address)).timeout(Duration.ofSeconds(10)).build();
      return new MetricsReading(http.send(request, BodyHandlers.ofString()).body());
    } catch (IOException | IllegalArgumentException e) {
      throw new DemoException("the metrics page " + address + " does not answer: " + e, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DemoException("interrupted", e);
    }
  }

  /** Programs that have a learned model. */
  int models() {
    return (int) value("ringward_models");
  }

  /** Verdicts that were timed so far. */
  long verdicts() {
    return (long) value(LATENCY + "_count");
  }

  /** Seconds from the kernel's event to the verdict in the kernel's map, summed over verdicts. */
  double latencySum() {
    return value(LATENCY + "_sum");
  }

  private double value(String series) {
    return page.lines()
        .filter(line -> line.startsWith(series + " ") || line.startsWith(series + "{"))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }
}
