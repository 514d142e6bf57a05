/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ringward.kernel.Act;
import io.ringward.rules.RuleCompiler;
import io.ringward.rules.RuleSet;
import io.ringward.rules.RuleSource;
import io.ringward.rules.event.EventType;
import io.ringward.rules.problem.RuleException;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** The sensors follow what rules and listeners want. */
final class ActDemandTest {
  private final AtomicReference<Set<Act>> wanted = new AtomicReference<>(Set.of());
  private final ActDemand demand = new ActDemand(acts -> wanted.set(Set.copyOf(acts)));

  private static RuleSet rule(String condition) throws RuleException {
    String text =
        "- rule: r\n  condition: %s\n  desc: d\n  output: o\n  priority: INFO\n"
            .formatted(condition);
    return RuleCompiler.compile(List.of(RuleSource.text("a.yaml", text))).rules();
  }

  @Test
  void rulesWantWhatTheyName() throws RuleException {
    demand.rulesAre(rule("evt.type = dns and dns.name = x"));
    assertEquals(Set.of(Act.DNS), wanted.get());
    demand.rulesAre(rule("flow.bytes_sent > 1000000"));
    assertEquals(Set.of(Act.FLOW), wanted.get());
    demand.rulesAre(rule("proc.name = x"));
    assertEquals(Set.of(), wanted.get(), "what comes is enough");
  }

  @Test
  void listenersWantUntilTheyGo() throws RuleException {
    demand.rulesAre(rule("evt.type = dns"));
    Runnable first = demand.listen(Set.of(EventType.ACCEPT));
    Runnable second = demand.listen(Set.of(EventType.ACCEPT, EventType.EXECVE));
    assertEquals(Set.of(Act.DNS, Act.ACCEPT), wanted.get());
    first.run();
    first.run();
    assertEquals(Set.of(Act.DNS, Act.ACCEPT), wanted.get(), "the second still listens");
    second.run();
    assertEquals(Set.of(Act.DNS), wanted.get());
    demand.listen(EnumSet.allOf(EventType.class));
    assertEquals(Set.of(Act.DNS), wanted.get());
  }
}
