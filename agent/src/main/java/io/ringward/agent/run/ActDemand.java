/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.run;

import io.ringward.kernel.Act;
import io.ringward.rules.Rule;
import io.ringward.rules.RuleSet;
import io.ringward.rules.event.EventType;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Which acts are wanted, by the rules in force and by whoever listens to events, so that the
 * sensors of all others can stay off. A condition that could hold for an event of any type asks for
 * none: it takes what comes.
 *
 * <p>Thread-safe. The sensors are told while a lock is held, so that they follow in order.
 */
final class ActDemand {
  private final Consumer<Set<Act>> sensors;
  private final List<Set<Act>> listeners = new ArrayList<>();
  private Set<Act> rules = Set.of();

  ActDemand(Consumer<Set<Act>> sensors) {
    this.sensors = sensors;
  }

  /** Other rules are in force. */
  synchronized void rulesAre(RuleSet inForce) {
    Set<Act> acts = EnumSet.noneOf(Act.class);
    for (Rule rule : inForce.rules()) {
      acts.addAll(acts(rule.eventTypes()));
    }
    rules = acts;
    tell();
  }

  /** Somebody listens to some types of events, until what is returned is run. */
  synchronized Runnable listen(Set<EventType> types) {
    Set<Act> acts = acts(types);
    listeners.add(acts);
    tell();
    return () -> forget(acts);
  }

  private synchronized void forget(Set<Act> acts) {
    // By identity: another listener may want the same.
    listeners.removeIf(each -> each == acts);
    tell();
  }

  private void tell() {
    Set<Act> wanted = EnumSet.noneOf(Act.class);
    wanted.addAll(rules);
    listeners.forEach(wanted::addAll);
    sensors.accept(wanted);
  }

  private static Set<Act> acts(Set<EventType> types) {
    Set<Act> acts = EnumSet.noneOf(Act.class);
    if (types.size() < EventType.values().length) {
      for (Act act : Act.values()) {
        if (types.contains(EventType.of(act))) {
          acts.add(act);
        }
      }
    }
    return acts;
  }
}
