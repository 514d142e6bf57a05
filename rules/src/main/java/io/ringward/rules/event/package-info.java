/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What rules see of the world: the {@linkplain io.ringward.rules.event.EventType types} of events,
 * the {@linkplain io.ringward.rules.event.Field fields} that rule authors write, the {@linkplain
 * io.ringward.rules.event.Fact facts} behind them, and the port {@link
 * io.ringward.rules.event.EventContext} that whoever has events implements.
 */
package io.ringward.rules.event;
