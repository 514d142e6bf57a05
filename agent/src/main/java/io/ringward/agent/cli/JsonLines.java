/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import java.util.List;

/** Records as one JSON object a line, names in snake_case as in incidents. */
final class JsonLines {
  private static final ObjectMapper JSON =
      new ObjectMapper().setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE);

  private JsonLines() {}

  static void print(Screen screen, List<?> records) {
    for (Object each : records) {
      try {
        screen.out().println(JSON.writeValueAsString(each));
      } catch (JsonProcessingException e) {
        throw new IllegalStateException(e);
      }
    }
    screen.out().flush();
  }
}
