/* SPDX-License-Identifier: Apache-2.0 */
/** What the agent asks of the machine by files alone: control groups, users, the root check. */
package io.ringward.agent.host;
