/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The contract of the house: what the kernel programs send and obey, in Java.
 *
 * <p>Three groups of types live here, and nothing else. <b>The wire</b>: {@link
 * io.ringward.kernel.WireLayouts} mirrors {@code ringward/wire.h} field by field, and {@link
 * io.ringward.kernel.EventView} reads an event in place. <b>The vocabulary</b>: {@link
 * io.ringward.kernel.ProcessKey}, {@link io.ringward.kernel.Event}, {@link
 * io.ringward.kernel.Finding}, {@link io.ringward.kernel.Verdict}, {@link
 * io.ringward.kernel.Incident}. <b>The ports</b>: {@link io.ringward.kernel.EventFeed}, {@link
 * io.ringward.kernel.SampleFeed}, {@link io.ringward.kernel.VerdictTable} and {@link
 * io.ringward.kernel.LoopObserver}, gathered under a URI by {@link io.ringward.kernel.HostPorts},
 * so that a job runs the same on a live kernel and on a recording.
 *
 * <p>All times are nanoseconds of {@code CLOCK_BOOTTIME} unless a name says otherwise.
 */
package io.ringward.kernel;
