/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules.document;

import io.ringward.kernel.Priority;
import io.ringward.rules.yaml.LocatedText;
import java.util.List;

/** One item of a rules file, read but not understood yet: conditions and outputs are still text. */
public sealed interface RuleFileItem {
  /** Its name, with the place where it is given. */
  LocatedText name();

  /** A rule. */
  record RuleItem(
      LocatedText name,
      LocatedText condition,
      LocatedText output,
      String description,
      Priority priority,
      List<String> tags,
      boolean enabled,
      ActionRequest action,
      Leniency leniency)
      implements RuleFileItem {
    public RuleItem {
      tags = List.copyOf(tags);
    }
  }

  /** A rule item without a condition: switches a rule that was given before on or off. */
  record SwitchItem(LocatedText name, boolean enabled) implements RuleFileItem {}

  /** A named condition. */
  record MacroItem(LocatedText name, LocatedText condition) implements RuleFileItem {}

  /** A named list of values, and of names of lists. */
  record ListItem(LocatedText name, List<LocatedText> items) implements RuleFileItem {
    public ListItem {
      items = List.copyOf(items);
    }
  }

  /**
   * What a rule asks to be lenient about.
   *
   * @param manyEventTypes no note when the rule is tested with every type of event
   * @param unknownFields leave the rule out, with a note, when it uses a field that is not known
   */
  record Leniency(boolean manyEventTypes, boolean unknownFields) {}
}
