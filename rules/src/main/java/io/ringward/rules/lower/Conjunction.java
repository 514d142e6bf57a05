/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules.lower;

import io.ringward.kernel.InlineDimension;
import io.ringward.kernel.InlineTest;
import io.ringward.kernel.InlineValue;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Tests that all have to hold, at most one for each dimension: what becomes a row. Immutable.
 *
 * @param tests by dimension; none: always true
 */
public record Conjunction(Map<InlineDimension, InlineTest> tests) {
  /** Always true. */
  static final Conjunction TRUE = new Conjunction(Map.of());

  private static final int PORT_WIDTH = 16;
  private static final int ADDRESS_WIDTH = 128;

  public Conjunction {
    tests = Map.copyOf(tests);
  }

  static Conjunction of(InlineTest test) {
    return new Conjunction(Map.of(test.dimension(), test));
  }

  /** Both; empty when no event can satisfy both. */
  Optional<Conjunction> and(Conjunction other) {
    Map<InlineDimension, InlineTest> both = new EnumMap<>(InlineDimension.class);
    both.putAll(tests);
    for (InlineTest test : other.tests.values()) {
      InlineTest here = both.get(test.dimension());
      both.put(test.dimension(), here == null ? test : both(here, test));
    }
    boolean possible =
        both.values().stream().noneMatch(test -> test.among().filter(Set::isEmpty).isPresent());
    return possible ? Optional.of(new Conjunction(both)) : Optional.empty();
  }

  private static InlineTest both(InlineTest one, InlineTest other) {
    Set<InlineValue> except = new HashSet<>(one.except());
    except.addAll(other.except());
    Optional<Set<InlineValue>> among =
        one.among().isEmpty()
            ? other.among()
            : Optional.of(
                other.among().map(values -> common(one, values)).orElse(one.among().get()));
    return new InlineTest(one.dimension(), among, except);
  }

  private static Set<InlineValue> common(InlineTest one, Set<InlineValue> others) {
    Set<InlineValue> common = new HashSet<>();
    for (InlineValue value : one.among().orElseThrow()) {
      for (InlineValue other : others) {
        if (covers(value, other, one.dimension())) {
          common.add(other);
        } else if (covers(other, value, one.dimension())) {
          common.add(value);
        }
      }
    }
    return common;
  }

  /** Whether everything that one value stands for is within the other. */
  private static boolean covers(InlineValue wide, InlineValue narrow, InlineDimension dimension) {
    return switch (wide) {
      case InlineValue.Number _, InlineValue.Text _ -> wide.equals(narrow);
      case InlineValue.Folder(String prefix) ->
          switch (narrow) {
            case InlineValue.Text(String text) -> text.startsWith(prefix);
            case InlineValue.Folder(String inner) -> inner.startsWith(prefix);
            case InlineValue.Number _, InlineValue.Prefix _ -> false;
          };
      case InlineValue.Prefix outer ->
          narrow instanceof InlineValue.Prefix inner
              && inner.bits() >= outer.bits()
              && agree(outer, inner, dimension);
    };
  }

  private static boolean agree(
      InlineValue.Prefix outer, InlineValue.Prefix inner, InlineDimension dimension) {
    int width = dimension == InlineDimension.PORT ? PORT_WIDTH : ADDRESS_WIDTH;
    int free = width - outer.bits();
    long high = free >= Long.SIZE ? mask(free - Long.SIZE) : -1L;
    long low = mask(Math.min(free, Long.SIZE));
    return ((outer.high() ^ inner.high()) & high) == 0 && ((outer.low() ^ inner.low()) & low) == 0;
  }

  /** All bits but the lowest. */
  private static long mask(int free) {
    return free == Long.SIZE ? 0 : -1L << free;
  }

  /** In the order of their dimensions. */
  public List<InlineTest> asList() {
    return tests.values().stream()
        .sorted((a, b) -> a.dimension().compareTo(b.dimension()))
        .toList();
  }
}
