/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bpf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The probes on the kernel at hand: whatever it is, their answers must agree with each other. */
class FeatureProbeTest {
  @Test
  void everyFeatureHasAnAnswerWithItsReason() throws IOException {
    TestObjects.ring();
    FeatureReport report = FeatureProbe.run();
    assertEquals(
        List.of(KernelFeature.values()), report.features().stream().map(Feature::name).toList());
    assertEquals(
        Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip(), report.kernelRelease());
    assertTrue(report.libbpfVersion().startsWith("v1."), report::libbpfVersion);
    for (Feature feature : report.features()) {
      System.err.println(feature);
      assertFalse(feature.reason().isBlank());
      assertEquals(feature.available(), feature.whatWouldLiftIt().isEmpty(), feature::toString);
      assertFalse(feature.name().description().isBlank());
    }
  }

  @Test
  void whatTheTestsOfThisPackageUseIsAvailable() {
    TestObjects.ring();
    FeatureReport report = FeatureProbe.run();
    for (KernelFeature feature :
        List.of(
            KernelFeature.BTF,
            KernelFeature.TP_BTF,
            KernelFeature.CGROUP_SOCK_ADDR,
            KernelFeature.CGROUP_SET_RETVAL,
            KernelFeature.TASK_ITERATOR,
            KernelFeature.SYSCALL_PROGRAM,
            KernelFeature.RING_BUFFER,
            KernelFeature.TASK_STORAGE,
            KernelFeature.BPF_LOOP)) {
      assertTrue(report.has(feature), () -> report.feature(feature).toString());
    }
  }

  @Test
  void trampolinesAreAllowedForAllOrNone() {
    TestObjects.ring();
    FeatureReport report = FeatureProbe.run();
    assertEquals(
        report.has(KernelFeature.FENTRY), report.has(KernelFeature.FMOD_RET), report::toString);
    if (report.has(KernelFeature.LSM)) {
      assertTrue(report.has(KernelFeature.FENTRY), report::toString);
    }
  }
}
