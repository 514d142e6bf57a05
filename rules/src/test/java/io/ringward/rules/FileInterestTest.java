/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringward.kernel.FileWish;
import io.ringward.kernel.FileWish.Kind;
import io.ringward.kernel.FileWish.Place;
import io.ringward.rules.problem.RuleException;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

final class FileInterestTest {
  private static Set<FileWish> wishes(String condition) {
    try {
      return Set.copyOf(EventFilter.compile("test", condition, List.of()).fileWishes());
    } catch (RuleException e) {
      throw new AssertionError(e);
    }
  }

  private static FileWish wish(Place place, Kind... kinds) {
    return new FileWish(place, Set.of(kinds));
  }

  @Test
  void aPathIsANameAndAPrefixIsADirectory() {
    assertEquals(
        Set.of(
            wish(new Place.Named("/etc/shadow"), Kind.READ, Kind.WRITE),
            wish(new Place.Named("/etc/gshadow"), Kind.READ, Kind.WRITE)),
        wishes("evt.type = open and fd.name in (/etc/shadow, /etc/gshadow)"));
    assertEquals(
        Set.of(wish(new Place.Below("/etc"), Kind.READ, Kind.WRITE)),
        wishes("evt.type = open and fd.name startswith /etc/"));
    assertEquals(
        Set.of(wish(new Place.Prefixed("/etc/cron"), Kind.NAME)),
        wishes("evt.type = unlink and fs.path.name startswith /etc/cron"));
    assertEquals(
        Set.of(wish(new Place.Below("/usr/bin"), Kind.ATTRIBUTE)),
        wishes("evt.type = chmod and fd.directory = /usr/bin"));
    assertEquals(
        Set.of(wish(new Place.Below("/home"), Kind.NAME)),
        wishes("evt.type = rename and fs.path.target glob \"/home/*/.ssh/*\""));
  }

  @Test
  void anIntentNarrowsWhatIsWishedFor() {
    assertEquals(
        Set.of(wish(new Place.Below("/etc"), Kind.READ)),
        wishes("evt.type = open and evt.is_open_read = true and fd.name startswith /etc/"));
    assertEquals(
        Set.of(wish(new Place.Below("/etc"), Kind.WRITE)),
        wishes(
            "evt.type = open and (evt.is_open_write = true or evt.is_open_create = true)"
                + " and fd.name startswith /etc/"));
  }

  @Test
  void whatHasToHoldTogetherIsWishedForAtTheSmallestPlace() {
    assertEquals(
        Set.of(wish(new Place.Named("/etc/shadow"), Kind.NAME)),
        wishes(
            "evt.type = unlink and fd.name startswith /etc/ and fd.name = /etc/shadow"
                + " and not proc.name = rm"));
    assertEquals(
        Set.of(wish(new Place.Below("/etc"), Kind.NAME), wish(new Place.Below("/usr"), Kind.NAME)),
        wishes("evt.type = unlink and (fd.name startswith /etc/ or fd.name startswith /usr/)"));
  }

  @Test
  void whereNoPlaceIsNamedAllAreMeant() {
    Set<FileWish> everywhere = Set.of(wish(new Place.Everywhere(), Kind.NAME));
    assertEquals(everywhere, wishes("evt.type = unlink"));
    assertEquals(everywhere, wishes("evt.type = unlink and not fd.name startswith /tmp/"));
    assertEquals(everywhere, wishes("evt.type = unlink and fd.name contains shadow"));
    assertEquals(everywhere, wishes("evt.type = unlink and (fd.name = /etc/x or proc.name = rm)"));
    assertEquals(everywhere, wishes("evt.type = unlink and fd.name != /etc/x"));
  }

  @Test
  void whoSaysNothingOfFilesWishesForNone() {
    assertEquals(Set.of(), wishes("proc.name = sh"));
    assertEquals(Set.of(), wishes("evt.type = execve"));
    assertEquals(Set.of(), wishes("evt.type = connect and fd.rport = 22"));
    assertEquals(
        Set.of(), EventFilter.everything().fileWishes().stream().collect(Collectors.toSet()));
    assertFalse(wishes("fd.name = /etc/shadow").isEmpty());
  }

  @Test
  void theStarterRulesNamePlacesForAllTheyWishFor() throws RuleException {
    List<FileWish> wishes =
        FileInterest.of(RuleCompiler.compile(List.of(StarterRules.source())).rules());
    assertFalse(wishes.isEmpty());
    assertTrue(
        wishes.stream().noneMatch(wish -> wish.place() instanceof Place.Everywhere),
        wishes::toString);
    assertTrue(wishes.contains(wish(new Place.Named("/etc/shadow"), Kind.READ)));
  }
}
