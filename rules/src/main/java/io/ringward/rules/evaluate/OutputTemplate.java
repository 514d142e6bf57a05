/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules.evaluate;

import io.ringward.rules.event.EventContext;
import io.ringward.rules.predicate.FieldUse;
import java.util.List;

/**
 * What an alert says, ready to be filled in. Immutable and thread-safe.
 *
 * @param segments fixed texts and fields, in order
 */
public record OutputTemplate(List<Segment> segments) {
  public OutputTemplate {
    segments = List.copyOf(segments);
  }

  /** A part of a template. */
  public sealed interface Segment {
    /** Text that stays as it is. */
    record Literal(String text) implements Segment {}

    /** A field's value. */
    record Value(FieldUse field) implements Segment {}
  }

  /**
   * Appends the text for an event. A value that is not known is {@code <NA>}; control characters in
   * values are escaped, and long values are cut.
   */
  public void render(EventContext event, StringBuilder out) {
    for (Segment segment : segments) {
      switch (segment) {
        case Segment.Literal(String text) -> out.append(text);
        case Segment.Value(FieldUse field) -> FieldPrinter.print(field, event, out);
      }
    }
  }

  /** The text for an event, see {@link #render(EventContext, StringBuilder)}. */
  public String render(EventContext event) {
    StringBuilder out = new StringBuilder();
    render(event, out);
    return out.toString();
  }
}
