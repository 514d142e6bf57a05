/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PreconditionsTest {
  @ParameterizedTest
  @ValueSource(strings = {"5.15.0-1-amd64", "5.16.1", "6.1.0-18-amd64", "6.18.44-fc-v657", "10.0"})
  void kernelsThatAreLateEnough(String release) {
    assertEquals(Optional.empty(), Preconditions.tooOld(release));
  }

  @ParameterizedTest
  @ValueSource(strings = {"5.14.21", "4.19.0-25-amd64", "unknown", ""})
  void otherKernelsAreNamed(String release) {
    String message = Preconditions.tooOld(release).orElseThrow();
    assertTrue(message.startsWith("the kernel is " + release + ", and Ringward needs 5.15"));
  }

  @Test
  void missingTypeInformationIsSaidWithItsRemedy(@TempDir Path folder) {
    String message = Preconditions.noTypeInformation(folder.resolve("vmlinux")).orElseThrow();
    assertTrue(message.contains("CONFIG_DEBUG_INFO_BTF=y"), message);
    assertEquals(Optional.empty(), Preconditions.noTypeInformation(folder));
  }
}
