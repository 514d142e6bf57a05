/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Replays a recording through the very same loop, without a kernel, and says what it found and what
 * it would have refused.
 */
package io.ringward.agent.replay;
