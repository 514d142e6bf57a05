/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules.yaml;

import io.ringward.rules.problem.RuleException;
import io.ringward.rules.problem.RuleProblem;
import io.ringward.rules.problem.SourcePosition;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;

/**
 * Reads YAML into {@link YamlNode}s with bounds that no input can pass. It works on the parser's
 * events, not on snakeyaml's own composer, because that one recurses as deep as the document does:
 * here depth is counted and the stack is ours. Aliases share the node that they name, so they
 * cannot multiply it.
 */
public final class YamlReader {
  /** How deep lists and mappings may nest; rules files need five. */
  public static final int MOST_DEPTH = 32;

  /** How many values and keys a file may have. */
  public static final int MOST_NODES = 500_000;

  private final SourceText source;
  private final Deque<Open> open = new ArrayDeque<>();
  private final Map<Anchor, YamlNode> anchors = new HashMap<>();
  private final List<YamlNode> documents = new ArrayList<>();
  private int nodes;

  private YamlReader(SourceText source) {
    this.source = source;
  }

  /**
   * Reads the documents of a text.
   *
   * @param file its name in messages
   * @param content without a byte order mark; its length is for the caller to bound
   * @throws RuleException with a single problem: what is not YAML cannot be read any further
   */
  public static List<YamlNode> read(String file, String content) throws RuleException {
    return new YamlReader(new SourceText(file, content)).documents();
  }

  private List<YamlNode> documents() throws RuleException {
    LoadSettings settings =
        LoadSettings.builder()
            .setLabel(source.file())
            .setUseMarks(true)
            .setCodePointLimit(Integer.MAX_VALUE)
            .build();
    Iterator<Event> events = new Parse(settings).parseString(source.content()).iterator();
    for (Optional<Event> event = next(events); event.isPresent(); event = next(events)) {
      take(event.get());
    }
    return List.copyOf(documents);
  }

  private Optional<Event> next(Iterator<Event> events) throws RuleException {
    try {
      return events.hasNext() ? Optional.of(events.next()) : Optional.empty();
    } catch (MarkedYamlEngineException e) {
      SourcePosition where =
          e.getProblemMark()
              .or(e::getContextMark)
              .map(this::position)
              .orElse(SourcePosition.startOf(source.file()));
      String context = e.getContext() == null ? "" : e.getContext() + ", ";
      throw new RuleException(new RuleProblem.YamlSyntax(where, oneLine(context + e.getProblem())));
    } catch (ReaderException e) {
      throw new RuleException(
          new RuleProblem.YamlSyntax(
              source.position(source.charIndex(Math.max(0, e.getPosition()))),
              "the character U+%04X is not allowed".formatted(e.getCodePoint())));
    } catch (RuntimeException e) {
      // Whatever else a foreign parser does with hostile input: it is the input that is wrong.
      throw new RuleException(
          new RuleProblem.YamlSyntax(
              SourcePosition.startOf(source.file()), oneLine(String.valueOf(e.getMessage()))));
    }
  }

  private static String oneLine(String text) {
    // The parser puts what it found into its messages, which is for the input to choose.
    return text.replaceAll("[\\s\\p{Cntrl}\\p{Cf}\\p{Zl}\\p{Zp}]+", " ").strip();
  }

  private void take(Event event) throws RuleException {
    switch (event.getEventId()) {
      case Scalar -> add(scalar((ScalarEvent) event), ((NodeEvent) event).getAnchor());
      case Alias -> add(aliased((AliasEvent) event), Optional.empty());
      case SequenceStart, MappingStart -> {
        if (open.size() == MOST_DEPTH) {
          throw new RuleException(
              new RuleProblem.LimitExceeded(
                  position(event), "levels of lists and mappings in each other", MOST_DEPTH));
        }
        open.push(
            new Open(
                position(event),
                event.getEventId() == Event.ID.MappingStart,
                ((NodeEvent) event).getAnchor(),
                new ArrayList<>()));
      }
      case SequenceEnd, MappingEnd -> {
        Open closed = open.pop();
        add(closed.toNode(), closed.anchor);
      }
      case DocumentEnd -> anchors.clear();
      case StreamStart, StreamEnd, DocumentStart, Comment -> {}
    }
  }

  private void add(YamlNode node, Optional<Anchor> anchor) throws RuleException {
    if (++nodes > MOST_NODES) {
      throw new RuleException(
          new RuleProblem.LimitExceeded(node.where(), "values and keys in a file", MOST_NODES));
    }
    anchor.ifPresent(name -> anchors.put(name, node));
    if (open.isEmpty()) {
      documents.add(node);
    } else {
      open.element().children.add(node);
    }
  }

  private YamlNode scalar(ScalarEvent event) {
    LocatedText.Style style =
        switch (event.getScalarStyle()) {
          case PLAIN, JSON_SCALAR_STYLE -> LocatedText.Style.PLAIN;
          case SINGLE_QUOTED -> LocatedText.Style.SINGLE_QUOTED;
          case DOUBLE_QUOTED -> LocatedText.Style.DOUBLE_QUOTED;
          case LITERAL, FOLDED -> LocatedText.Style.BLOCK;
        };
    int start = event.getStartMark().map(Mark::getIndex).orElse(0);
    return new YamlNode.Scalar(new LocatedText(event.getValue(), source, start, style));
  }

  private YamlNode aliased(AliasEvent event) throws RuleException {
    YamlNode node = anchors.get(event.getAlias());
    if (node == null) {
      throw new RuleException(
          new RuleProblem.YamlSyntax(
              position(event), "no anchor before this alias has its name (or it is still open)"));
    }
    return node;
  }

  private SourcePosition position(Event event) {
    return event.getStartMark().map(this::position).orElse(SourcePosition.startOf(source.file()));
  }

  private SourcePosition position(Mark mark) {
    return new SourcePosition(source.file(), mark.getLine() + 1, mark.getColumn() + 1);
  }

  /** A list or mapping whose end has not been read yet. */
  private record Open(
      SourcePosition where, boolean mapping, Optional<Anchor> anchor, List<YamlNode> children) {
    YamlNode toNode() {
      if (!mapping) {
        return new YamlNode.Sequence(where, children);
      }
      List<YamlNode.Entry> entries = new ArrayList<>();
      for (int index = 0; index + 1 < children.size(); index += 2) {
        entries.add(new YamlNode.Entry(children.get(index), children.get(index + 1)));
      }
      return new YamlNode.Mapping(where, entries);
    }
  }
}
