/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bpf;

/**
 * Whether this kernel has a feature.
 *
 * @param reason how that was found out: "fired", or why not
 * @param whatWouldLiftIt what would make it available; empty when it is
 */
public record Feature(
    KernelFeature name, boolean available, String reason, String whatWouldLiftIt) {
  static Feature available(KernelFeature name, String reason) {
    return new Feature(name, true, reason, "");
  }

  static Feature missing(KernelFeature name, String reason) {
    return new Feature(name, false, reason, name.lift());
  }
}
