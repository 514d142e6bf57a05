/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.config;

import io.ringward.agent.text.Suggestion;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/** Reads a YAML configuration into {@link Settings}, and says all that is wrong with it at once. */
public final class ConfigurationFile {
  private static final long LARGEST_BYTES = 1 << 20;

  private final String name;
  private final Path base;
  private final List<ConfigurationProblem> problems = new ArrayList<>();
  private final Settings.Builder settings = new Settings.Builder();

  private ConfigurationFile(String name, Path base) {
    this.name = name;
    this.base = base;
  }

  /**
   * Reads a file; relative paths in it start from its folder.
   *
   * @throws ConfigurationException with all problems when there is any, also when the file cannot
   *     be read
   */
  public static Settings read(Path file) throws ConfigurationException {
    String name = file.toString();
    try {
      if (Files.size(file) > LARGEST_BYTES) {
        throw unreadable(name, "is over " + LARGEST_BYTES + " bytes: this is no configuration");
      }
      Path folder = file.toAbsolutePath().getParent();
      return parse(name, Files.readString(file), folder);
    } catch (NoSuchFileException e) {
      throw unreadable(name, "there is no such file");
    } catch (MalformedInputException e) {
      throw unreadable(name, "is not UTF-8 text");
    } catch (IOException e) {
      throw unreadable(name, "cannot be read: " + e.getMessage());
    }
  }

  /**
   * Reads a text.
   *
   * @param name what problems call it
   * @param base the folder that relative paths start from
   * @throws ConfigurationException with all problems when there is any
   */
  public static Settings parse(String name, String text, Path base) throws ConfigurationException {
    return new ConfigurationFile(name, base).parse(text);
  }

  private static ConfigurationException unreadable(String name, String reason) {
    return new ConfigurationException(List.of(new ConfigurationProblem(name, 1, 1, reason)));
  }

  private Settings parse(String text) throws ConfigurationException {
    Optional<Node> root;
    try {
      LoadSettings load =
          LoadSettings.builder().setLabel(name).setCodePointLimit((int) LARGEST_BYTES).build();
      root = new Compose(load).composeString(text);
    } catch (MarkedYamlEngineException e) {
      int line = e.getProblemMark().map(Mark::getLine).orElse(0) + 1;
      int column = e.getProblemMark().map(Mark::getColumn).orElse(0) + 1;
      String reason = "this is not YAML: " + e.getProblem();
      throw new ConfigurationException(
          List.of(new ConfigurationProblem(name, line, column, reason)));
    } catch (YamlEngineException e) {
      throw unreadable(name, "this is not YAML: " + e.getMessage());
    }
    root.ifPresent(node -> section(node, ""));
    if (!problems.isEmpty()) {
      problems.sort(
          Comparator.comparingInt(ConfigurationProblem::line)
              .thenComparingInt(ConfigurationProblem::column));
      throw new ConfigurationException(problems);
    }
    return settings.build();
  }

  // The tree of settings is of fixed depth, so a recursive alias cannot lead in circles.
  private void section(Node node, String prefix) {
    if (!(node instanceof MappingNode mapping)) {
      String what = prefix.isEmpty() ? "the file" : "'" + prefix.substring(0, prefix.length() - 1);
      problem(
          node,
          prefix.isEmpty()
              ? what + " is to hold 'key: value' lines, found " + kind(node)
              : what + "' is a section with keys of its own, found " + kind(node));
      return;
    }
    Set<String> known = keysUnder(prefix);
    Set<String> seen = new HashSet<>();
    for (NodeTuple tuple : mapping.getValue()) {
      if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
        problem(tuple.getKeyNode(), "a key is a word, found " + kind(tuple.getKeyNode()));
      } else if (!known.contains(key.getValue())) {
        problem(key, unknown(key.getValue(), prefix, known));
      } else if (!seen.add(key.getValue())) {
        problem(key, "'" + prefix + key.getValue() + "' is set twice");
      } else {
        entry(prefix + key.getValue(), tuple.getValueNode());
      }
    }
  }

  private void entry(String path, Node value) {
    for (Setting<?> setting : SettingTable.ALL) {
      if (setting.path().equals(path)) {
        value(setting, value);
        return;
      }
    }
    section(value, path + ".");
  }

  private <T> void value(Setting<T> setting, Node node) {
    if (!setting.list()) {
      scalar(setting, node).ifPresent(value -> settings.set(setting, value));
    } else if (node instanceof SequenceNode sequence) {
      List<T> values = new ArrayList<>();
      sequence.getValue().forEach(element -> scalar(setting, element).ifPresent(values::add));
      settings.setAll(setting, values);
    } else {
      problem(
          node,
          "'"
              + setting.path()
              + "' is a list, as in ["
              + setting.example()
              + "], found "
              + kind(node));
    }
  }

  private <T> Optional<T> scalar(Setting<T> setting, Node node) {
    if (!(node instanceof ScalarNode scalar) || node.getTag().equals(Tag.NULL)) {
      problem(
          node,
          "'"
              + setting.path()
              + "' takes one value, as in "
              + setting.example()
              + ", found "
              + kind(node));
      return Optional.empty();
    }
    try {
      return Optional.of(setting.parser().parse(scalar.getValue(), base));
    } catch (IllegalArgumentException e) {
      problem(node, "'" + setting.path() + "': " + e.getMessage());
      return Optional.empty();
    }
  }

  private static Set<String> keysUnder(String prefix) {
    Set<String> keys = new LinkedHashSet<>();
    for (Setting<?> setting : SettingTable.ALL) {
      if (setting.path().startsWith(prefix)) {
        keys.add(setting.path().substring(prefix.length()).split("\\.")[0]);
      }
    }
    return keys;
  }

  private static String unknown(String key, String prefix, Set<String> known) {
    String message = "there is no setting '" + prefix + key + "'";
    Optional<String> nearest = Suggestion.nearest(key, known);
    if (nearest.isPresent()) {
      return message + ": did you mean '" + prefix + nearest.get() + "'?";
    }
    for (Setting<?> setting : SettingTable.ALL) {
      if (setting.segments().getLast().equals(key)) {
        return message + ": did you mean '" + setting.path() + "'?";
      }
    }
    return message + ": expected one of " + String.join(", ", new TreeSet<>(known));
  }

  private static String kind(Node node) {
    return switch (node.getNodeType()) {
      case MAPPING -> "a section";
      case SEQUENCE -> "a list";
      case SCALAR ->
          node.getTag().equals(Tag.NULL) ? "nothing" : "'" + ((ScalarNode) node).getValue() + "'";
      case ANCHOR -> "an anchor";
    };
  }

  private void problem(Node node, String reason) {
    int line = node.getStartMark().map(Mark::getLine).orElse(0) + 1;
    int column = node.getStartMark().map(Mark::getColumn).orElse(0) + 1;
    problems.add(new ConfigurationProblem(name, line, column, reason));
  }
}
