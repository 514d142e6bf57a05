/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules;

import io.ringward.rules.event.EventContext;

/** Takes the rules that an event matches. */
@FunctionalInterface
public interface RuleMatchConsumer {
  /**
   * Called once for each match, in the order of the rules, before {@link RuleSet#evaluate} returns.
   *
   * @param event the reused context: to be read now, not to be kept
   */
  void matched(Rule rule, EventContext event);
}
