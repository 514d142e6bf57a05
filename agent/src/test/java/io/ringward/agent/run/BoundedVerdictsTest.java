/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringward.kernel.Action;
import io.ringward.kernel.Operation;
import io.ringward.kernel.ProcessKey;
import io.ringward.kernel.Subject;
import io.ringward.kernel.Verdict;
import io.ringward.kernel.VerdictTable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

final class BoundedVerdictsTest {
  private final List<Subject> applied = new ArrayList<>();

  private final VerdictTable table =
      new VerdictTable() {
        @Override
        public Outcome apply(Verdict verdict) {
          applied.add(verdict.subject());
          return new Outcome.Applied(1, 1);
        }

        @Override
        public boolean release(long verdictId) {
          return verdictId == 1;
        }

        @Override
        public List<InForce> inForce() {
          return List.of();
        }

        @Override
        public void beat() {}

        @Override
        public void close() {}
      };

  private static Verdict verdict(Subject subject) {
    return new Verdict(
        1,
        subject,
        Action.BLOCK,
        Set.of(Operation.FORK),
        Optional.empty(),
        1,
        2,
        1,
        false,
        "test",
        "why");
  }

  private static String name(long id) {
    return id == 7 ? "/demo/storm" : "/demolition";
  }

  @Test
  void processesOutsideOfTheGroupAreProtected() throws Exception {
    Optional<String> own =
        Files.readAllLines(Path.of("/proc/self/cgroup")).stream()
            .filter(line -> line.startsWith("0::"))
            .map(line -> line.substring(3))
            .findFirst();
    Assumptions.assumeTrue(own.isPresent(), "no cgroup2 hierarchy is mounted here");
    Subject self = new Subject.ProcessTree(new ProcessKey(1, (int) ProcessHandle.current().pid()));
    try (VerdictTable elsewhere =
            new BoundedVerdicts("/no-such-group", table, BoundedVerdictsTest::name);
        VerdictTable here = new BoundedVerdicts(own.get(), table, BoundedVerdictsTest::name)) {
      VerdictTable.Outcome.SubjectProtected refused =
          assertInstanceOf(
              VerdictTable.Outcome.SubjectProtected.class, elsewhere.apply(verdict(self)));
      assertTrue(refused.why().contains("outside of /no-such-group"), refused.why());
      assertEquals(List.of(), applied);
      assertInstanceOf(VerdictTable.Outcome.Applied.class, here.apply(verdict(self)));
      assertEquals(List.of(self), applied);
    }
  }

  @Test
  void groupsBelowAreInsideAndThoseWithALikeNameAreNot() {
    try (VerdictTable bounded = new BoundedVerdicts("/demo", table, BoundedVerdictsTest::name)) {
      Subject below = new Subject.ControlGroup(7);
      assertInstanceOf(VerdictTable.Outcome.Applied.class, bounded.apply(verdict(below)));
      assertInstanceOf(
          VerdictTable.Outcome.SubjectProtected.class,
          bounded.apply(verdict(new Subject.ControlGroup(8))));
      assertEquals(List.of(below), applied);
      assertTrue(bounded.release(1));
    }
  }

  @Test
  void withoutAGroupTheTableIsAsItIs() {
    assertEquals(table, BoundedVerdicts.of(Optional.empty(), table, BoundedVerdictsTest::name));
  }
}
