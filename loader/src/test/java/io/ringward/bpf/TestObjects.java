/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bpf;

import org.junit.jupiter.api.Assumptions;

/** The BPF objects that are compiled from src/test/c, for tests that may load them. */
final class TestObjects {
  private TestObjects() {}

  static BpfObjectSpec ring() {
    return open("ring");
  }

  static BpfObjectSpec maps() {
    return open("maps");
  }

  static BpfObjectSpec programs() {
    return open("programs");
  }

  static BpfObjectSpec refused() {
    return open("refused");
  }

  private static BpfObjectSpec open(String name) {
    var missing = Capabilities.ofThisProcess().missingForBpf();
    if (!missing.isEmpty()) {
      System.err.println("skipped: loading BPF needs " + missing + "; run the tests as root");
    }
    Assumptions.assumeTrue(missing.isEmpty(), () -> "loading BPF needs " + missing);
    return BpfObjectSpec.ofResource(TestObjects.class, "/bpf-tests/" + name + ".bpf.o");
  }
}
