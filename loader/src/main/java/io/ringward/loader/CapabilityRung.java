/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import java.util.Objects;

/**
 * On which rung of the ladder one kind of observation or enforcement stands.
 *
 * @param capability what is wished: {@code observe_exec}, {@code block_connect}, …
 * @param rung what does it here: {@code tp_btf}, {@code cgroup_hook}, … or {@code none}
 * @param inForce whether it was loaded, attached and seen to fire
 * @param best whether there is no better rung on any kernel
 * @param why how that was found out, one line
 * @param whatWouldLiftIt what would put it on a better rung; empty when it is on the best
 */
public record CapabilityRung(
    String capability,
    String rung,
    boolean inForce,
    boolean best,
    String why,
    String whatWouldLiftIt) {
  public CapabilityRung {
    Objects.requireNonNull(capability);
    Objects.requireNonNull(rung);
    Objects.requireNonNull(why);
    Objects.requireNonNull(whatWouldLiftIt);
  }
}
