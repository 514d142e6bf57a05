/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

final class StopRequestTest {
  @Test
  void timeLimitAndTheLoopsOwnEndEndTheWait() throws Exception {
    StopRequest request = StopRequest.unsignalled();
    assertEquals(
        Optional.of("its time is up"),
        request.await(new CompletableFuture<>(), Optional.of(Duration.ofMillis(20)), () -> {}));
    assertEquals(
        Optional.of("the loop has ended"),
        request.await(CompletableFuture.completedFuture(null), Optional.empty(), () -> {}));
  }

  @Test
  void failedLoopIsAFailure() {
    GuardianException failure =
        assertThrows(
            GuardianException.class,
            () ->
                StopRequest.unsignalled()
                    .await(
                        CompletableFuture.failedFuture(new IllegalStateException("disk is full")),
                        Optional.empty(),
                        () -> {}));
    assertEquals("the loop has failed for good: disk is full", failure.getMessage());
  }
}
