/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.cli;

import io.ringward.agent.text.Columns;
import io.ringward.rules.RuleLanguage;
import io.ringward.rules.event.EventType;
import io.ringward.rules.event.Field;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;

/** Lists what conditions may test and outputs may print. */
@Command(
    name = "list-fields",
    header = "List the fields that rules may use, with type, events and operators.",
    optionListHeading = "%nOptions:%n",
    footerHeading = "%nExamples:%n",
    footer = "  ringward rules list-fields | grep fd")
final class ListFieldsCommand implements Callable<Integer> {
  private final Screen screen;

  ListFieldsCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public Integer call() {
    Columns columns = new Columns("FIELD", "TYPE", "EVENTS", "OPERATORS", "MEANING");
    for (Field field : RuleLanguage.fields()) {
      List<String> operators = RuleLanguage.operators(field);
      boolean everywhere = field.eventTypes().size() == EventType.values().length;
      columns.row(
          field.label() + (field.argument() == Field.Argument.ANCESTOR ? "[N]" : ""),
          field.type().label(),
          everywhere
              ? "all"
              : field.eventTypes().stream().map(EventType::label).collect(Collectors.joining(",")),
          operators.isEmpty() ? "(output only)" : String.join(" ", operators),
          field.description());
    }
    screen.print(columns.lines(screen.outStyle()));
    return ExitCode.DONE;
  }
}
