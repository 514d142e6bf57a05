/* SPDX-License-Identifier: Apache-2.0 */
/** Measures the whole job on real Flink, fed from memory. Run by hand; see the class. */
package io.ringward.jobs.bench;
