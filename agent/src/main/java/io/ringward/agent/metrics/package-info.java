/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What Prometheus sees: the loop's own counters ({@link io.ringward.agent.metrics.LoopMetrics}),
 * the kernel's ({@link io.ringward.agent.metrics.KernelMetrics}), run-queue waits by cgroup ({@link
 * io.ringward.agent.metrics.ControlGroupMetrics}), and the page itself ({@link
 * io.ringward.agent.metrics.MetricsServer}).
 *
 * <p>Every label set is bounded: hooks, causes, actions and rungs are enumerations, detectors are
 * as many as there are rules and models and are cut at {@value
 * io.ringward.agent.metrics.BoundedLabel#OTHER} beyond a limit, cgroups are the top N and the rest
 * as {@value io.ringward.agent.metrics.BoundedLabel#OTHER}. Nothing is ever labelled by process.
 */
package io.ringward.agent.metrics;
