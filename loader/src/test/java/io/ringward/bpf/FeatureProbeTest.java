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
  void aHelperThatATypeOfProgramMayNotCallIsMissing() {
    TestObjects.ring();
    int setRetval = 187;
    int noHelper = 100_000;
    KernelFeature any = KernelFeature.BPF_LOOP;
    int connect = ProbeProgram.CGROUP_INET4_CONNECT;
    assertTrue(
        FeatureProbe.helper(any, ProgramType.CGROUP_SOCK_ADDR, connect, setRetval).available());
    for (Feature feature :
        List.of(
            FeatureProbe.helper(any, ProgramType.RAW_TRACEPOINT, 0, setRetval),
            FeatureProbe.helper(any, ProgramType.RAW_TRACEPOINT, 0, noHelper))) {
      assertFalse(feature.available(), feature::toString);
      assertTrue(feature.reason().contains("EINVAL"), feature::reason);
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
