/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Opens Ringward's kernel programs on this machine and implements the ports over them: {@link
 * io.ringward.loader.HostKernel} loads and attaches, {@link io.ringward.loader.RingEventFeed}
 * reads, {@link io.ringward.loader.KernelSampleFeed} samples, {@link
 * io.ringward.loader.KernelVerdictTable} acts. Each kind of observation and enforcement stands on
 * the best rung that was loaded, attached and seen to fire, and {@link
 * io.ringward.loader.CapabilityRung} names it.
 */
package io.ringward.loader;
