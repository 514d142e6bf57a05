/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The demo: an agent of its own, harmless misbehaving processes of its own in a control group of
 * its own, and the story of what becomes of them, told from what the kernel, the agent and the
 * processes say. Whatever it makes it removes, however it ends.
 */
package io.ringward.agent.demo;
