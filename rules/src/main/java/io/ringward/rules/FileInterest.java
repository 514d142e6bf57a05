/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules;

import io.ringward.kernel.FileWish;
import io.ringward.kernel.FileWish.Kind;
import io.ringward.kernel.FileWish.Place;
import io.ringward.rules.event.EventType;
import io.ringward.rules.event.Fact;
import io.ringward.rules.event.FileEvents;
import io.ringward.rules.predicate.FieldUse;
import io.ringward.rules.predicate.Predicate;
import io.ringward.rules.predicate.Specialiser;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Which operations on files a condition may match, and where: what the kernel has to tell, and so
 * what it need not. Never too little: a condition that names no place wishes for every place. But
 * one that says nothing of files, neither by {@code evt.type} nor by a field of theirs, wishes for
 * none of them, although it could match them all: that nobody means who does not say it.
 *
 * <p>Stateless.
 */
public final class FileInterest {
  private static final Set<Place> ANYWHERE = Set.of(new Place.Everywhere());

  private FileInterest() {}

  /** What all rules of a set wish for. */
  public static List<FileWish> of(RuleSet rules) {
    Set<FileWish> wishes = new LinkedHashSet<>();
    rules.rules().forEach(rule -> wishes.addAll(of(rule.condition())));
    return List.copyOf(wishes);
  }

  /** What one condition wishes for. */
  static List<FileWish> of(Predicate condition) {
    if (!mentionsFiles(condition)) {
      return List.of();
    }
    List<FileWish> wishes = new ArrayList<>();
    for (EventType type : FileEvents.ALL) {
      new Specialiser(type)
          .specialise(condition)
          .ifPresent(left -> {
            for (Place place : places(left, type)) {
              wishes.add(new FileWish(place, kinds(left, type)));
            }
          });
    }
    return wishes;
  }

  /** Whether a condition speaks of files at all. */
  static boolean mentionsFiles(Predicate predicate) {
    return switch (predicate) {
      case Predicate.AllOf(List<Predicate> operands) ->
          operands.stream().anyMatch(FileInterest::mentionsFiles);
      case Predicate.AnyOf(List<Predicate> operands) ->
          operands.stream().anyMatch(FileInterest::mentionsFiles);
      case Predicate.Not(Predicate operand) -> mentionsFiles(operand);
      case Predicate.EventTypeTest(Set<EventType> types) ->
          !Collections.disjoint(types, FileEvents.ALL);
      case Predicate.Exists(FieldUse field) -> isOfFiles(field);
      case Predicate.FlagTest test -> isOfFiles(test.field());
      case Predicate.TextTest test -> isOfFiles(test.field());
      case Predicate.NumberTest test -> isOfFiles(test.field());
      case Predicate.AddressTest _, Predicate.Constant _ -> false;
    };
  }

  /** Whether only files have it, or of others it cannot be tested. */
  private static boolean isOfFiles(FieldUse use) {
    return use.field().eventTypes().stream()
        .allMatch(type ->
            FileEvents.ALL.contains(type)
                || use.field().label().equals("fd.name") /* of a socket: printed only */);
  }

  private static Set<Kind> kinds(Predicate left, EventType type) {
    return switch (type) {
      case OPEN -> {
        if (demands(left, EnumSet.of(Fact.OPEN_READ))) {
          yield EnumSet.of(Kind.READ);
        }
        yield demands(left, EnumSet.of(Fact.OPEN_WRITE, Fact.OPEN_CREATE, Fact.OPEN_TRUNCATE))
            ? EnumSet.of(Kind.WRITE)
            : EnumSet.of(Kind.READ, Kind.WRITE);
      }
      case UNLINK, RENAME, LINK, SYMLINK -> EnumSet.of(Kind.NAME);
      case CHMOD, CHOWN, SETXATTR -> EnumSet.of(Kind.ATTRIBUTE);
      default -> EnumSet.of(Kind.MOUNT);
    };
  }

  /** Whether a condition is only true when one of these facts is. */
  private static boolean demands(Predicate predicate, Set<Fact> facts) {
    return switch (predicate) {
      case Predicate.AllOf(List<Predicate> operands) ->
          operands.stream().anyMatch(operand -> demands(operand, facts));
      case Predicate.AnyOf(List<Predicate> operands) ->
          operands.stream().allMatch(operand -> demands(operand, facts));
      case Predicate.FlagTest(FieldUse use, boolean expected) ->
          expected && use.field().factOn(EventType.OPEN).filter(facts::contains).isPresent();
      case Predicate.Not _,
          Predicate.EventTypeTest _,
          Predicate.Exists _,
          Predicate.TextTest _,
          Predicate.NumberTest _,
          Predicate.AddressTest _,
          Predicate.Constant _ ->
          false;
    };
  }

  private static Set<Place> places(Predicate left, EventType type) {
    return switch (left) {
      // Each operand has to hold: the one that names the fewest places says where.
      case Predicate.AllOf(List<Predicate> operands) ->
          operands.stream()
              .map(operand -> places(operand, type))
              .min(Comparator.comparingLong(FileInterest::extent))
              .orElse(ANYWHERE);
      case Predicate.AnyOf(List<Predicate> operands) -> {
        Set<Place> all = new LinkedHashSet<>();
        operands.forEach(operand -> all.addAll(places(operand, type)));
        yield all.containsAll(ANYWHERE) ? ANYWHERE : all;
      }
      case Predicate.TextTest test -> places(test, type);
      case Predicate.Constant(boolean value) -> value ? ANYWHERE : Set.of();
      case Predicate.Not _,
          Predicate.EventTypeTest _,
          Predicate.Exists _,
          Predicate.FlagTest _,
          Predicate.NumberTest _,
          Predicate.AddressTest _ ->
          ANYWHERE;
    };
  }

  /** How much of the machine's files some places are about: only the order counts. */
  private static long extent(Collection<Place> places) {
    return places.stream()
        .mapToLong(place ->
            switch (place) {
              case Place.Named _ -> 1;
              case Place.Below(String path) -> path.equals("/") ? 1_000_000 : 100;
              case Place.Prefixed _ -> 100;
              case Place.Everywhere _ -> 10_000_000;
            })
        .sum();
  }

  private static Set<Place> places(Predicate.TextTest test, EventType type) {
    Fact fact = test.field().field().factOn(type).orElse(Fact.EVENT_NUMBER);
    boolean path = fact == Fact.FILE_PATH || (fact == Fact.FILE_TARGET && isPath(type));
    if (!path && fact != Fact.FILE_DIRECTORY) {
      return ANYWHERE;
    }
    Set<Place> places = new LinkedHashSet<>();
    for (String value : test.values()) {
      switch (test.comparison()) {
        case EQUAL -> places.add(exactly(value, path));
        case STARTS_WITH -> places.add(startingWith(value, path));
        case GLOB -> places.add(startingWith(literalStart(value), path));
        case NOT_EQUAL, CONTAINS, CONTAINS_IGNORING_CASE, ENDS_WITH, GLOB_IGNORING_CASE ->
            places.addAll(ANYWHERE);
      }
    }
    return places.containsAll(ANYWHERE) ? ANYWHERE : places;
  }

  /** Whether the other text of an operation is a place of the machine's: not what a link says. */
  private static boolean isPath(EventType type) {
    return type == EventType.RENAME || type == EventType.LINK;
  }

  private static Place exactly(String value, boolean path) {
    if (!value.startsWith("/")) {
      return new Place.Everywhere(); // no path of the kernel's, but perhaps one of a caller's
    }
    return path ? new Place.Named(value) : new Place.Below(value);
  }

  private static Place startingWith(String value, boolean path) {
    if (!value.startsWith("/") || value.equals("/")) {
      return new Place.Everywhere();
    }
    return value.endsWith("/") && path
        ? new Place.Below(value.substring(0, value.length() - 1))
        : new Place.Prefixed(value);
  }

  private static String literalStart(String pattern) {
    int end = 0;
    while (end < pattern.length() && "*?[\\".indexOf(pattern.charAt(end)) < 0) {
      end++;
    }
    return pattern.substring(0, end);
  }
}
