/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.rule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringward.kernel.ControlItem.RuleText;
import io.ringward.rules.Rule;
import io.ringward.rules.problem.RuleException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RuleFilesTest {
  private static final String MINE =
      """
      - rule: Mine
        desc: A rule of mine.
        condition: evt.type = execve and proc.name = zürich
        output: "%proc.name ran"
        priority: NOTICE
      """;

  @Test
  void textsAreThoseThatWereCompiled(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("mine.yaml"), MINE);
    RuleFiles.Checked alone = new RuleFiles(false, List.of(file)).read();
    assertEquals(List.of(new RuleText(file.toString(), MINE)), alone.texts());
    assertEquals(
        List.of("Mine"), alone.compilation().rules().rules().stream().map(Rule::name).toList());
    RuleFiles.Checked both = new RuleFiles(true, List.of(file)).read();
    assertEquals(2, both.texts().size());
    assertEquals("starter-rules.yaml", both.texts().getFirst().name());
    assertTrue(both.compilation().rules().rules().size() > 1);
  }

  @Test
  void badFileIsSaidWithItsPosition(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("bad.yaml"), MINE.replace("proc.name =", "x.y ="));
    RuleException e =
        assertThrows(RuleException.class, () -> new RuleFiles(true, List.of(file)).read());
    assertTrue(e.getMessage().startsWith(file + ":3:"), e::getMessage);
    Path missing = folder.resolve("missing.yaml");
    assertThrows(RuleException.class, () -> new RuleFiles(true, List.of(missing)).read());
  }
}
