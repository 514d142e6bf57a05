/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What the operators of one embedded job share within their process, by the URI of its ports: the
 * settings that are no business of a job graph, and what must outlive an attempt of the job.
 */
package io.ringward.jobs.memory;
