/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Where a job's items come from: a Flink source over an {@link io.ringward.kernel.EventFeed},
 * looked up by URI, so that one topology reads a live kernel, a recording or a stream.
 */
package io.ringward.jobs.source;
