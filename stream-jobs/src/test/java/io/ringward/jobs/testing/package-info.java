/* SPDX-License-Identifier: Apache-2.0 */
/** The ports of a host in memory: real small implementations, driven by the test. */
package io.ringward.jobs.testing;
