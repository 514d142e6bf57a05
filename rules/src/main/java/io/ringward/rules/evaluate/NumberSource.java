/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules.evaluate;

import io.ringward.rules.event.EventContext;
import io.ringward.rules.event.Extraction;
import io.ringward.rules.event.Fact;
import io.ringward.rules.event.Field;

/** What a field makes of the number that its fact is. */
@FunctionalInterface
interface NumberSource {
  /** The number; the fact is known to be there. */
  long read(EventContext event, Fact fact, int generation);

  /** The source of a field. */
  static NumberSource of(Field field) {
    Extraction extraction = field.extraction();
    return switch (extraction) {
      case PLAIN -> EventContext::number;
      // The macros WEXITSTATUS and WTERMSIG of wait(2).
      case EXIT_CODE -> (event, fact, _) -> (event.number(fact, 0) >> 8) & 0xff;
      case EXIT_SIGNAL -> (event, fact, _) -> event.number(fact, 0) & 0x7f;
      case ADDRESS_FAMILY,
          ADDRESS_FAMILY_CHARACTER,
          PROTOCOL_NAME,
          EVENT_TYPE,
          FILE_OR_ENDPOINT_NAME,
          TIME_OF_DAY,
          TIME_ISO8601 ->
          throw new IllegalStateException(field.label() + " is not a number");
    };
  }
}
