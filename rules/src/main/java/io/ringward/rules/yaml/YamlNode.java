/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules.yaml;

import io.ringward.rules.problem.SourcePosition;
import java.util.List;

/** A part of a YAML document, with its place. */
public sealed interface YamlNode {
  /** Where it begins. */
  SourcePosition where();

  /** What it is, for messages: {@code a list}, … */
  String shape();

  /** A single value. */
  record Scalar(LocatedText text) implements YamlNode {
    @Override
    public SourcePosition where() {
      return text.start();
    }

    @Override
    public String shape() {
      return text.value().isBlank() ? "nothing" : "a single value";
    }
  }

  /** A list. */
  record Sequence(SourcePosition where, List<YamlNode> items) implements YamlNode {
    public Sequence {
      items = List.copyOf(items);
    }

    @Override
    public String shape() {
      return "a list";
    }
  }

  /** Keys with values, in the order of the file; keys may repeat here. */
  record Mapping(SourcePosition where, List<Entry> entries) implements YamlNode {
    public Mapping {
      entries = List.copyOf(entries);
    }

    @Override
    public String shape() {
      return "a mapping of keys to values";
    }
  }

  /** One key of a mapping. */
  record Entry(YamlNode key, YamlNode value) {}
}
