/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Where the loop acts: the sink that puts verdicts into the {@link
 * io.ringward.kernel.VerdictTable}, tells people through the {@link
 * io.ringward.kernel.LoopObserver}, and beats the heart.
 */
package io.ringward.jobs.sink;
