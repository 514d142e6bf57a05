/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The running agent: it opens the kernel side, the job, metrics, outlets and control in order, and
 * closes them in the opposite one.
 */
package io.ringward.agent.run;
