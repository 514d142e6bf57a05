/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

/** A rate, and what the kernel keeps of it. */
final class TokenRateTest {
  @Test
  void isReadBackFromTheIntervalsThatTheKernelHas() {
    for (TokenRate rate :
        new TokenRate[] {
          new TokenRate(1, 1), new TokenRate(10, 25), new TokenRate(0.2, 3), new TokenRate(1000, 1)
        }) {
      assertEquals(rate, TokenRate.ofIntervals(false, rate.intervalNanos(), rate.burstNanos()));
    }
    for (TokenRate rate : new TokenRate[] {TokenRate.ofASecond(100_000), new TokenRate(1e9, 1)}) {
      TokenRate read =
          TokenRate.ofIntervals(true, rate.bytesIntervalNanos(), rate.bytesBurstNanos());
      assertEquals(rate.tokensPerSecond(), read.tokensPerSecond(), rate.tokensPerSecond() / 1000);
      assertEquals(rate.burst(), read.burst(), rate.burst() / 1000.0 + 1);
    }
  }

  @Test
  void whatIsNoRateSaysSo() {
    assertThrows(IllegalArgumentException.class, () -> new TokenRate(0, 1));
    assertThrows(IllegalArgumentException.class, () -> new TokenRate(1, 0));
  }
}
