/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules;

import io.ringward.rules.event.EventType;
import io.ringward.rules.event.Fact;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Makes random conditions whose meaning is known, and events on which they differ. */
final class ConditionGenerator {
  private static final List<String> NAMES = List.of("a", "ab", "b", "ba", "aba", "");
  private static final List<String> ADDRESSES =
      List.of("10.0.0.1", "10.0.0.2", "10.1.0.1", "2001:db8::1", "2001:db8::2");
  private static final long[] NUMBERS = {0, 1, 2, 3};

  /** A condition: how it is written, and what it means. */
  record Node(String text, Meaning meaning) {}

  @FunctionalInterface
  interface Meaning {
    boolean of(SampleEvent event);
  }

  private final StringBuilder definitions = new StringBuilder();
  private final Random random;
  private int defined;

  ConditionGenerator(long seed) {
    random = new Random(seed);
  }

  /** The macros and lists that the conditions made so far name. */
  String definitions() {
    return definitions.toString();
  }

  /** A condition of a depth; its macros and lists are among the {@link #definitions()}. */
  Node node(int depth) {
    if (depth == 0) {
      return test();
    }
    return switch (random.nextInt(4)) {
      case 0 -> {
        Node inner = node(depth - 1);
        yield new Node("not (" + inner.text + ")", event -> !inner.meaning.of(event));
      }
      case 1 -> {
        Node inner = node(depth - 1);
        String name = "m" + defined++;
        definitions.append("- macro: %s\n  condition: |\n    %s\n".formatted(name, inner.text));
        yield new Node(name, inner.meaning);
      }
      case 2 -> {
        List<Node> nodes = nodes(depth);
        yield new Node(
            joined(nodes, " and "), event -> nodes.stream().allMatch(n -> n.meaning.of(event)));
      }
      default -> {
        List<Node> nodes = nodes(depth);
        yield new Node(
            joined(nodes, " or "), event -> nodes.stream().anyMatch(n -> n.meaning.of(event)));
      }
    };
  }

  /** A few tests that all have to hold, as most rules are. */
  Node conjunction() {
    List<Node> nodes = nodes(1);
    return new Node(
        joined(nodes, " and "), event -> nodes.stream().allMatch(n -> n.meaning.of(event)));
  }

  private List<Node> nodes(int depth) {
    List<Node> nodes = new ArrayList<>();
    int count = 2 + random.nextInt(2);
    for (int i = 0; i < count; i++) {
      nodes.add(node(depth - 1));
    }
    return nodes;
  }

  private static String joined(List<Node> nodes, String word) {
    return "(" + String.join(")" + word + "(", nodes.stream().map(Node::text).toList()) + ")";
  }

  private Node test() {
    return switch (random.nextInt(6)) {
      case 0 -> textTest("proc.name", Fact.PROCESS_NAME, 0);
      case 1 -> textTest("proc.aname[2]", Fact.PROCESS_NAME, 2);
      case 2 -> anyAncestorTest();
      case 3 -> numberTest();
      case 4 -> addressTest();
      default -> typeTest();
    };
  }

  private Node textTest(String field, Fact fact, int generation) {
    String value = pick(NAMES);
    String operator =
        pick(
            List.of(
                "=",
                "!=",
                "contains",
                "icontains",
                "startswith",
                "endswith",
                "glob",
                "in",
                "exists"));
    if (operator.equals("exists")) {
      return new Node(field + " exists", event -> event.text(fact, generation) != null);
    }
    if (operator.equals("in")) {
      String other = pick(NAMES);
      return new Node(
          field + " in (" + listOf(value) + ", '" + other + "')",
          event -> {
            String found = event.text(fact, generation);
            return found != null && (found.equals(value) || found.equals(other));
          });
    }
    return new Node(
        "%s %s '%s'".formatted(field, operator, operator.equals("glob") ? "?*" + value : value),
        event -> {
          String found = event.text(fact, generation);
          return found != null && compare(operator, found, value);
        });
  }

  private static boolean compare(String operator, String found, String value) {
    return switch (operator) {
      case "=" -> found.equals(value);
      case "!=" -> !found.equals(value);
      case "contains", "icontains" -> found.contains(value);
      case "startswith" -> found.startsWith(value);
      case "endswith" -> found.endsWith(value);
      case "glob" -> found.length() > value.length() && found.endsWith(value);
      default -> throw new AssertionError(operator);
    };
  }

  /** A value as it is, or as the only item of a list, or of a list of that list. */
  private String listOf(String value) {
    String item = "'" + value + "'";
    int nesting = random.nextInt(3);
    for (int i = 0; i < nesting; i++) {
      String name = "l" + defined++;
      definitions.append("- list: %s\n  items: [%s]\n".formatted(name, item));
      item = name;
    }
    return item;
  }

  private Node anyAncestorTest() {
    String value = pick(NAMES);
    boolean equal = random.nextBoolean();
    return new Node(
        "proc.aname %s '%s'".formatted(equal ? "=" : "!=", value),
        event -> {
          boolean any = false;
          for (int generation = 1; generation <= event.ancestors(); generation++) {
            String found = event.text(Fact.PROCESS_NAME, generation);
            any |= found != null && found.equals(value) == equal;
          }
          return any;
        });
  }

  private Node numberTest() {
    boolean port = random.nextBoolean();
    Fact fact = port ? Fact.REMOTE_PORT : Fact.USER_ID;
    String operator = pick(List.of("=", "!=", "<", "<=", ">", ">="));
    long value = NUMBERS[random.nextInt(NUMBERS.length)];
    return new Node(
        "%s %s %d".formatted(port ? "fd.rport" : "user.uid", operator, value),
        event -> {
          if (!event.has(fact, 0)) {
            return false;
          }
          int order = Long.compare(event.number(fact, 0), value);
          return switch (operator) {
            case "=" -> order == 0;
            case "!=" -> order != 0;
            case "<" -> order < 0;
            case "<=" -> order <= 0;
            case ">" -> order > 0;
            default -> order >= 0;
          };
        });
  }

  private Node addressTest() {
    return switch (random.nextInt(3)) {
      case 0 -> {
        String address = pick(ADDRESSES);
        yield new Node(
            "fd.rip = " + address,
            event -> event.type() == EventType.CONNECT && address.equals(peer(event)));
      }
      case 1 ->
          new Node(
              "fd.rnet in (10.0.0.0/16)",
              event ->
                  event.type() == EventType.CONNECT
                      && peer(event) != null
                      && peer(event).startsWith("10.0."));
      default ->
          new Node(
              "fd.type != ipv4",
              event ->
                  event.type() == EventType.CONNECT
                      && peer(event) != null
                      && peer(event).contains(":"));
    };
  }

  private static String peer(SampleEvent event) {
    return event.peer;
  }

  private Node typeTest() {
    EventType type = EventType.values()[random.nextInt(EventType.values().length)];
    String name = type.names().getLast();
    return random.nextBoolean()
        ? new Node("evt.type = " + name, event -> event.type() == type)
        : new Node("evt.type != " + name, event -> event.type() != type);
  }

  /** An event with some facts. */
  SampleEvent event() {
    EventType type = EventType.values()[random.nextInt(EventType.values().length)];
    SampleEvent event = SampleEvent.of(type);
    if (random.nextInt(4) > 0) {
      event.with(Fact.PROCESS_NAME, pick(NAMES));
    }
    if (random.nextInt(4) > 0) {
      event.with(Fact.USER_ID, NUMBERS[random.nextInt(NUMBERS.length)]);
    }
    if (type == EventType.CONNECT && random.nextInt(4) > 0) {
      event.peer = pick(ADDRESSES);
      event.address(Fact.REMOTE_ADDRESS, event.peer);
      event.with(Fact.REMOTE_PORT, NUMBERS[random.nextInt(NUMBERS.length)]);
    }
    int ancestors = random.nextInt(4);
    for (int i = 0; i < ancestors; i++) {
      Map<Fact, Object> facts = new HashMap<>();
      if (random.nextInt(4) > 0) {
        facts.put(Fact.PROCESS_NAME, pick(NAMES));
      }
      event.ancestor(facts);
    }
    return event;
  }

  private String pick(List<String> values) {
    return values.get(random.nextInt(values.size()));
  }
}
