/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules.evaluate;

import io.ringward.rules.event.EventContext;
import io.ringward.rules.event.EventType;
import io.ringward.rules.event.Extraction;
import io.ringward.rules.event.Fact;
import io.ringward.rules.predicate.FieldUse;
import io.ringward.rules.predicate.Predicate;
import io.ringward.rules.predicate.Predicate.AllOf;
import io.ringward.rules.predicate.Predicate.NumberComparison;
import io.ringward.rules.predicate.Predicate.NumberTest;
import io.ringward.rules.predicate.Predicate.TextComparison;
import io.ringward.rules.predicate.Predicate.TextTest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Finds the rules worth testing with an event by bit vectors (Lakshman and Stiliadis, "High-speed
 * policy-based packet forwarding", SIGCOMM 1998), as the kernel's policy tables do. A dimension is
 * a fact that several rules need to equal one of some values: one look-up gives the mask of the
 * rules that the event's value allows. The cost grows with the dimensions, not with the rules.
 *
 * <p>Immutable, and free of allocation when it is asked.
 */
public final class CandidateIndex {
  /** The dimensions that pay: more would be looked up more often than they exclude. */
  private static final int MOST_DIMENSIONS = 3;

  /** A dimension serves at least so many rules. */
  private static final int FEWEST_RULES = 4;

  /** So many values a dimension may hold: each has a mask over all rules. */
  private static final int MOST_VALUES = 8_192;

  private final List<Predicate> residuals;
  private final MaskSource first;
  private final MaskSource second;
  private final MaskSource third;

  private CandidateIndex(
      List<Predicate> residuals, List<MaskSource> dimensions, long[] everything) {
    this.residuals = List.copyOf(residuals);
    MaskSource all = _ -> everything;
    this.first = dimensions.isEmpty() ? all : dimensions.getFirst();
    this.second = dimensions.size() < 2 ? all : dimensions.get(1);
    this.third = dimensions.size() < 3 ? all : dimensions.get(2);
  }

  /** Indexes what specialisation for a type of event has left of the rules. */
  public static CandidateIndex of(List<Predicate> predicates, EventType eventType) {
    int words = (predicates.size() + Long.SIZE - 1) / Long.SIZE;
    List<List<Predicate>> conjunctions = new ArrayList<>();
    Map<Dimension, Integer> uses = new LinkedHashMap<>();
    for (Predicate predicate : predicates) {
      List<Predicate> operands =
          predicate instanceof AllOf(List<Predicate> all) ? all : List.of(predicate);
      conjunctions.add(new ArrayList<>(operands));
      operands.stream()
          .map(operand -> dimension(operand, eventType))
          .flatMap(Optional::stream)
          .distinct()
          .forEach(dimension -> uses.merge(dimension, 1, Integer::sum));
    }
    List<MaskSource> dimensions =
        uses.entrySet().stream()
            .filter(use -> use.getValue() >= FEWEST_RULES)
            .sorted(Map.Entry.<Dimension, Integer>comparingByValue(Comparator.reverseOrder()))
            .limit(MOST_DIMENSIONS)
            .map(use -> maskSource(use.getKey(), conjunctions, words, eventType))
            .toList();
    long[] everything = new long[words];
    for (int rule = 0; rule < predicates.size(); rule++) {
      set(everything, rule);
    }
    List<Predicate> residuals =
        conjunctions.stream().<Predicate>map(CandidateIndex::conjunction).toList();
    return new CandidateIndex(residuals, dimensions, everything);
  }

  /** What a candidate still has to be tested for. */
  public List<Predicate> residuals() {
    return residuals;
  }

  /**
   * Masks of the rules that each dimension allows, bit by bit in the order of the rules: a rule is
   * a candidate when all three have its bit. They are shared, and only to be read.
   */
  public long[] firstMask(EventContext event) {
    return first.mask(event);
  }

  /** See {@link #firstMask}. */
  public long[] secondMask(EventContext event) {
    return second.mask(event);
  }

  /** See {@link #firstMask}. */
  public long[] thirdMask(EventContext event) {
    return third.mask(event);
  }

  @FunctionalInterface
  private interface MaskSource {
    long[] mask(EventContext event);
  }

  /** A fact that can be looked up. */
  private record Dimension(Fact fact, int generation) {}

  private static Optional<Dimension> dimension(Predicate predicate, EventType eventType) {
    return values(predicate)
        .filter(values -> values.size() <= MOST_VALUES)
        .flatMap(_ -> field(predicate))
        .filter(use -> !use.anyAncestor() && use.field().extraction() == Extraction.PLAIN)
        .flatMap(use ->
            use.field().factOn(eventType).map(fact -> new Dimension(fact, use.generation())));
  }

  private static Optional<FieldUse> field(Predicate predicate) {
    return switch (predicate) {
      case TextTest test -> Optional.of(test.field());
      case NumberTest test -> Optional.of(test.field());
      default -> Optional.empty();
    };
  }

  /** The values one of which a test requires; empty when it is another kind of test. */
  private static Optional<Set<?>> values(Predicate predicate) {
    return switch (predicate) {
      case TextTest test when test.comparison() == TextComparison.EQUAL ->
          Optional.of(test.values());
      case NumberTest test when test.comparison() == NumberComparison.EQUAL ->
          Optional.of(test.values());
      default -> Optional.empty();
    };
  }

  /** Makes a dimension's look-up, and takes the tests that it stands for out of the rules. */
  private static MaskSource maskSource(
      Dimension dimension, List<List<Predicate>> conjunctions, int words, EventType eventType) {
    Map<Object, long[]> masks = new HashMap<>();
    long[] unconstrained = new long[words];
    for (int rule = 0; rule < conjunctions.size(); rule++) {
      List<Predicate> operands = conjunctions.get(rule);
      Optional<Predicate> key =
          operands.stream()
              .filter(operand -> dimension(operand, eventType).equals(Optional.of(dimension)))
              .findFirst();
      Set<?> values = key.flatMap(CandidateIndex::values).orElse(Set.of());
      if (values.isEmpty() || masks.size() + values.size() > MOST_VALUES) {
        set(unconstrained, rule);
        continue;
      }
      operands.remove(key.get());
      for (Object value : values) {
        set(masks.computeIfAbsent(value, _ -> new long[words]), rule);
      }
    }
    for (long[] mask : masks.values()) {
      for (int word = 0; word < words; word++) {
        mask[word] |= unconstrained[word];
      }
    }
    return dimension.fact.kind() == Fact.Kind.TEXT
        ? textMasks(dimension, masks, unconstrained)
        : numberMasks(dimension, masks, unconstrained);
  }

  private static MaskSource textMasks(
      Dimension dimension, Map<Object, long[]> masks, long[] unconstrained) {
    Fact fact = dimension.fact;
    int generation = dimension.generation;
    return event -> {
      String text = event.text(fact, generation);
      long[] mask = text == null ? null : masks.get(text);
      return mask == null ? unconstrained : mask;
    };
  }

  private static MaskSource numberMasks(
      Dimension dimension, Map<Object, long[]> masks, long[] unconstrained) {
    Fact fact = dimension.fact;
    int generation = dimension.generation;
    long[] numbers = masks.keySet().stream().mapToLong(number -> (Long) number).sorted().toArray();
    long[][] sorted = new long[numbers.length][];
    for (int index = 0; index < numbers.length; index++) {
      sorted[index] = masks.get(numbers[index]);
    }
    return event -> {
      if (!event.has(fact, generation)) {
        return unconstrained;
      }
      int index = Arrays.binarySearch(numbers, event.number(fact, generation));
      return index < 0 ? unconstrained : sorted[index];
    };
  }

  private static Predicate conjunction(List<Predicate> operands) {
    return operands.size() == 1 ? operands.getFirst() : new AllOf(operands);
  }

  private static void set(long[] mask, int rule) {
    mask[rule / Long.SIZE] |= 1L << (rule % Long.SIZE);
  }
}
