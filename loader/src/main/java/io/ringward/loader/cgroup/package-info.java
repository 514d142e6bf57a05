/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Throttles and freezes by the controllers of control groups, version 1 and 2: what no hook can
 * refuse can still be starved. Only ever in a group that the subject has to itself, and always with
 * a way back: every knob that is turned is written down with what it held, put back when its
 * verdict ends, by a guard process when the agent dies, and by the next start when both do.
 */
package io.ringward.loader.cgroup;
