/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.decide;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringward.decide.Policy.Mode;
import io.ringward.kernel.Action;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A policy that makes no sense is refused, with the reason. */
final class PolicyTest {
  private static final Policy STANDARD = Policy.standard(Mode.SHADOW);

  @Test
  void modelsNeverFreezeOrKill() {
    for (Action action : List.of(Action.FREEZE, Action.KILL)) {
      String why =
          assertThrows(IllegalArgumentException.class, () -> STANDARD.withCaps(Action.KILL, action))
              .getMessage();
      assertTrue(why.contains("a model may block at most"), why);
    }
  }

  @Test
  void growthAndDurationsAreChecked() {
    assertRefused(List.of(), 1000, "growth");
    assertRefused(List.of(0), 1000, "growth");
    assertRefused(List.of(5, 1), 1000, "never falls");
    assertRefused(List.of(1), 0, "longest duration");
    assertRefused(List.of(1), 1_000_000, "longest duration");
  }

  @Test
  void longDurationsDoNotOverflow() {
    assertEquals(STANDARD.longestNanos(), STANDARD.durationNanos(Long.MAX_VALUE, 5));
    assertEquals(1, STANDARD.durationNanos(1, 0));
    assertEquals(15, STANDARD.durationNanos(1, 1000));
    assertEquals(24 * 3600 * 1_000_000_000L, STANDARD.muteNanos(1000));
  }

  @Test
  void theLadderGoesUpAndDownStepByStep() {
    for (Action action : Action.values()) {
      assertTrue(Policy.above(action).compareTo(action) >= 0);
      assertTrue(Policy.below(action).compareTo(action) <= 0);
    }
    assertEquals(Action.KILL, Policy.above(Action.FREEZE));
    assertEquals(Action.OBSERVE, Policy.below(Action.WATCH));
  }

  private static void assertRefused(List<Integer> growth, long longestSeconds, String why) {
    String message =
        assertThrows(
                IllegalArgumentException.class,
                () ->
                    new Policy(
                        Mode.SHADOW,
                        Action.KILL,
                        Action.BLOCK,
                        growth,
                        longestSeconds * 1_000_000_000L,
                        3,
                        1,
                        1_000_000_000L,
                        1,
                        3,
                        STANDARD.escalationRate(),
                        STANDARD.enforceable(),
                        STANDARD.recoveryNanos(),
                        STANDARD.disarm()))
            .getMessage();
    assertTrue(message.contains(why), message);
  }
}
