/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules.lower;

import io.ringward.kernel.ExecFlag;
import io.ringward.kernel.FileFlag;
import io.ringward.kernel.InlineDimension;
import io.ringward.kernel.InlineTest;
import io.ringward.kernel.InlineValue;
import io.ringward.kernel.WireLayouts;
import io.ringward.rules.event.EventType;
import io.ringward.rules.event.Fact;
import io.ringward.rules.event.Field;
import io.ringward.rules.event.FileEvents;
import io.ringward.rules.event.IpNetwork;
import io.ringward.rules.predicate.FieldUse;
import io.ringward.rules.predicate.Predicate;
import io.ringward.rules.predicate.Predicate.NumberComparison;
import io.ringward.rules.predicate.Predicate.TextComparison;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;

/**
 * Single tests, each as a test of one dimension or its opposite. Of a process that the kernel knows
 * nothing of, its tables let everything through, where the stream job takes a test for false: that
 * is the one difference, and it refuses less.
 */
final class TestLowering {
  private static final InlineValue IPV4 = new InlineValue.Prefix(0, 0xffff_0000_0000L, 96);
  private static final Map<String, Set<InlineValue>> PROTOCOLS =
      Map.of(
          "tcp", Set.of(new InlineValue.Number(6)),
          "udp", Set.of(new InlineValue.Number(17)),
          "icmp", Set.of(new InlineValue.Number(1), new InlineValue.Number(58)));
  private static final Map<Field, ExecFlag> FLAGS =
      Map.of(
          Field.PROC_IS_EXE_FROM_MEMFD, ExecFlag.MEMFD,
          Field.PROC_IS_EXE_UPPER_LAYER, ExecFlag.UPPER_LAYER,
          Field.PROC_IS_EXE_DELETED, ExecFlag.UNLINKED,
          Field.PROC_IS_EXE_SETID, ExecFlag.SETID);

  /** What a file is opened for. */
  private static final Map<Fact, FileFlag> INTENTS =
      Map.of(
          Fact.OPEN_READ, FileFlag.READ,
          Fact.OPEN_WRITE, FileFlag.WRITE,
          Fact.OPEN_CREATE, FileFlag.CREATE,
          Fact.OPEN_TRUNCATE, FileFlag.TRUNCATE);

  /** What is told of any file, though it stands in the place of its path. */
  private static final Set<Field> FAMILIES = Set.of(Field.FD_TYPE, Field.FD_TYPECHAR);

  private final EventType type;

  TestLowering(EventType type) {
    this.type = type;
  }

  /** A test that holds when the value is one of these; with {@code positive} false: is not. */
  private static InlineTest oneOf(
      InlineDimension dimension, Set<InlineValue> values, boolean positive) {
    return positive ? InlineTest.among(dimension, values) : InlineTest.except(dimension, values);
  }

  InlineTest text(Predicate.TextTest test, boolean positive) throws NotLowerableException {
    Field field = known(test.field());
    TextComparison comparison = test.comparison();
    if (comparison == TextComparison.NOT_EQUAL && field != Field.FD_L4PROTO) {
      return text(
          new Predicate.TextTest(test.field(), TextComparison.EQUAL, test.values()), !positive);
    }
    Optional<InlineDimension> file = fileDimension(field);
    if (file.isPresent()) {
      return oneOf(file.get(), paths(test), positive);
    }
    return switch (field) {
      case PROC_NAME -> {
        if (comparison != TextComparison.EQUAL) {
          throw no(field, "only compared with '=' and 'in'");
        }
        yield oneOf(InlineDimension.NAME, texts(test.values()), positive);
      }
      case PROC_EXEPATH -> oneOf(InlineDimension.PATH, paths(test), positive);
      case FD_L4PROTO -> protocol(test, positive);
      case FD_TYPE, FD_TYPECHAR -> family(test, positive);
      default -> throw no(field, "not known to the kernel's tables");
    };
  }

  /** Which path of an operation on files a field is, if it is one. */
  private Optional<InlineDimension> fileDimension(Field field) {
    Fact fact = field.factOn(type).orElse(Fact.EVENT_NUMBER);
    if (fact == Fact.FILE_TARGET && type == EventType.RENAME) {
      return Optional.of(InlineDimension.TARGET);
    }
    boolean path = fact == Fact.FILE_PATH && !FAMILIES.contains(field);
    return path ? Optional.of(InlineDimension.OBJECT) : Optional.empty();
  }

  private static Set<InlineValue> texts(Set<String> values) {
    return values.stream().map(InlineValue.Text::new).collect(Collectors.toSet());
  }

  private Set<InlineValue> paths(Predicate.TextTest test) throws NotLowerableException {
    Field field = test.field().field();
    Set<InlineValue> paths = new HashSet<>();
    for (String value : test.values()) {
      switch (test.comparison()) {
        case EQUAL -> paths.add(new InlineValue.Text(value));
        case STARTS_WITH -> paths.add(folder(field, value));
        case GLOB -> {
          if (!value.endsWith("/*")
              || value.substring(0, value.length() - 1).matches(".*[*?\\[\\\\].*")) {
            throw no(field, "only compared with patterns of the form /folder/*");
          }
          paths.add(folder(field, value.substring(0, value.length() - 1)));
        }
        case NOT_EQUAL, CONTAINS, CONTAINS_IGNORING_CASE, ENDS_WITH, GLOB_IGNORING_CASE ->
            throw no(field, "only compared with whole paths and with folders");
      }
    }
    return paths;
  }

  private static InlineValue folder(Field field, String prefix) throws NotLowerableException {
    try {
      return new InlineValue.Folder(prefix);
    } catch (IllegalArgumentException e) {
      throw no(field, "compared with a prefix that is no folder: " + e.getMessage());
    }
  }

  /** A protocol that has no name here makes every test false but a negated one. */
  private static InlineTest protocol(Predicate.TextTest test, boolean positive)
      throws NotLowerableException {
    Set<InlineValue> numbers = new HashSet<>();
    switch (test.comparison()) {
      case EQUAL ->
          test.values().forEach(name -> numbers.addAll(PROTOCOLS.getOrDefault(name, Set.of())));
      case NOT_EQUAL -> {
        PROTOCOLS.values().forEach(numbers::addAll);
        test.values().forEach(name -> numbers.removeAll(PROTOCOLS.getOrDefault(name, Set.of())));
      }
      case CONTAINS, CONTAINS_IGNORING_CASE, STARTS_WITH, ENDS_WITH, GLOB, GLOB_IGNORING_CASE ->
          throw no(Field.FD_L4PROTO, "only compared with '=', '!=' and 'in'");
    }
    return oneOf(InlineDimension.PROTOCOL, numbers, positive);
  }

  private InlineTest family(Predicate.TextTest test, boolean positive)
      throws NotLowerableException {
    Field field = test.field().field();
    if (test.comparison() != TextComparison.EQUAL) {
      throw no(field, "only compared with '=', '!=' and 'in'");
    }
    boolean typeName = field == Field.FD_TYPE;
    if (FileEvents.ALL.contains(type)) {
      boolean holds = test.values().contains(typeName ? "file" : "f") == positive;
      return holds
          ? InlineTest.except(InlineDimension.OBJECT, Set.of())
          : InlineTest.among(InlineDimension.OBJECT, Set.of());
    }
    boolean four = test.values().contains(typeName ? "ipv4" : "4") == positive;
    boolean six = test.values().contains(typeName ? "ipv6" : "6") == positive;
    if (four) {
      return six
          ? InlineTest.except(InlineDimension.ADDRESS, Set.of())
          : InlineTest.among(InlineDimension.ADDRESS, Set.of(IPV4));
    }
    return six
        ? InlineTest.except(InlineDimension.ADDRESS, Set.of(IPV4))
        : InlineTest.among(InlineDimension.ADDRESS, Set.of());
  }

  InlineTest number(Predicate.NumberTest test, boolean positive) throws NotLowerableException {
    Field field = known(test.field());
    return switch (field) {
      case FD_PORT, FD_SPORT, FD_RPORT, FD_LPORT -> {
        boolean except = test.comparison() == NumberComparison.NOT_EQUAL;
        NumberComparison comparison = except ? NumberComparison.EQUAL : test.comparison();
        yield oneOf(
            InlineDimension.PORT, PortRanges.of(comparison, test.values()), positive != except);
      }
      case USER_UID -> {
        if (type == EventType.EXECVE) {
          throw no(
              field,
              "not yet what it will be when the kernel decides on an exec: set-id comes later");
        }
        yield equal(InlineDimension.USER, test, positive);
      }
      case PROC_CGROUP_ID -> equal(InlineDimension.CGROUP, test, positive);
      case PROC_EXE_INO -> equal(InlineDimension.INODE, test, positive);
      default -> throw no(field, "not known to the kernel's tables");
    };
  }

  private static InlineTest equal(
      InlineDimension dimension, Predicate.NumberTest test, boolean positive)
      throws NotLowerableException {
    boolean same = test.comparison() == NumberComparison.EQUAL;
    if (!same && test.comparison() != NumberComparison.NOT_EQUAL) {
      throw no(test.field().field(), "only compared with '=', '!=' and 'in'");
    }
    Set<InlineValue> values =
        test.values().stream().map(InlineValue.Number::new).collect(Collectors.toSet());
    return oneOf(dimension, values, positive == same);
  }

  InlineTest flag(Predicate.FlagTest test, boolean positive) throws NotLowerableException {
    Field field = known(test.field());
    Optional<FileFlag> intent = field.factOn(type).map(INTENTS::get);
    if (intent.isPresent()) {
      return oneOf(
          InlineDimension.INTENT,
          combinations(
              WireLayouts.INLINE_INTENTS, bits -> intent.get().in(bits) == test.expected()),
          positive);
    }
    ExecFlag flag =
        Optional.ofNullable(FLAGS.get(field))
            .orElseThrow(() -> no(field, "not known to the kernel's tables"));
    if (flag == ExecFlag.SETID && type == EventType.EXECVE) {
      throw no(field, "not yet known when the kernel decides on an exec");
    }
    return oneOf(
        InlineDimension.FLAGS,
        combinations(WireLayouts.INLINE_PROGRAM_FLAGS, bits -> flag.in(bits) == test.expected()),
        positive);
  }

  /** All combinations of the flags of a mask for which something holds. */
  private static Set<InlineValue> combinations(int mask, IntPredicate holds) {
    Set<InlineValue> combinations = new LinkedHashSet<>();
    for (int bits = 0; bits <= mask; bits++) {
      if ((bits & ~mask) == 0 && holds.test(bits)) {
        combinations.add(new InlineValue.Number(bits));
      }
    }
    return combinations;
  }

  InlineTest address(Predicate.AddressTest test, boolean positive) throws NotLowerableException {
    known(test.field());
    Set<InlineValue> networks = new HashSet<>();
    for (IpNetwork network : test.networks()) {
      networks.add(new InlineValue.Prefix(network.high(), network.low(), network.prefixBits()));
    }
    return oneOf(InlineDimension.ADDRESS, networks, positive != test.outside());
  }

  /** The field, when it is of the process itself or of the event. */
  private static Field known(FieldUse use) throws NotLowerableException {
    if (use.generation() != 0) {
      throw new NotLowerableException(
          use.field().label() + " needs the process table, which is in the stream job");
    }
    return use.field();
  }

  static NotLowerableException no(Field field, String why) {
    return new NotLowerableException(field.label() + " is " + why);
  }
}
