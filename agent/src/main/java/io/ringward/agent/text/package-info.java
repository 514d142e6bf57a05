/* SPDX-License-Identifier: Apache-2.0 */
/**
 * How the agent speaks with people: durations and sizes as they are typed, aligned columns, colours
 * only where a terminal shows them, and text from the kernel made harmless before it is printed.
 *
 * <p>Nothing here knows what Ringward does.
 */
package io.ringward.agent.text;
