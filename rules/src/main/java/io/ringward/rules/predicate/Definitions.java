/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules.predicate;

import io.ringward.rules.syntax.Condition;
import io.ringward.rules.yaml.LocatedText;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The macros and lists that conditions may name: of several with one name the last.
 *
 * @param macros by name
 * @param lists the items of each list, by name
 */
public record Definitions(Map<String, Macro> macros, Map<String, List<LocatedText>> lists) {
  public Definitions {
    macros = Collections.unmodifiableMap(new LinkedHashMap<>(macros));
    lists = Collections.unmodifiableMap(new LinkedHashMap<>(lists));
  }

  /**
   * A named condition.
   *
   * @param source the text that the condition's spans refer to
   */
  public record Macro(String name, Condition condition, LocatedText source) {}
}
