/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bpf;

import java.util.List;

/**
 * What was found out about a kernel.
 *
 * @param kernelRelease as {@code uname -r} says
 * @param libbpfVersion such as {@code v1.1}
 * @param features one for each {@link KernelFeature}, in its order
 */
public record FeatureReport(String kernelRelease, String libbpfVersion, List<Feature> features) {
  public FeatureReport {
    features = List.copyOf(features);
  }

  /** What was found out about one feature. */
  public Feature feature(KernelFeature name) {
    return features.stream().filter(feature -> feature.name() == name).findFirst().orElseThrow();
  }

  /** Whether it is available. */
  public boolean has(KernelFeature name) {
    return feature(name).available();
  }
}
