/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.cli;

import io.ringward.agent.control.VerdictRequest;
import io.ringward.agent.control.VerdictRow;
import io.ringward.agent.text.DurationText;
import io.ringward.kernel.Action;
import io.ringward.kernel.Operation;
import io.ringward.kernel.Operation.Unit;
import io.ringward.kernel.RateText;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** An operator's own verdict. */
@Command(
    name = "add",
    header = "Put a verdict of your own in force.",
    description = {
      "",
      "It covers the process with all its descendants, or the cgroup with all below it, also those",
      "that come later. It goes through the same loop as every verdict and ends by itself. Protected",
      "processes (init, the agent and its ancestors, sshd, …) are refused."
    },
    optionListHeading = "%nOptions:%n",
    footerHeading = "%nExamples:%n",
    footer = {
      "  ringward verdicts add --process 4711 --action throttle --operations connect --rate 10/s",
      "  ringward verdicts add --process 4711 --action throttle --operations send --rate 100kB/s",
      "  ringward verdicts add --cgroup /user.slice --action block --operations connect,bind \\",
      "      --for 10m --reason \"incident 42\"",
      "  ringward verdicts add --process 4711 --action watch --for 2m",
      "  ringward verdicts add --process 4711@90123456789 --action kill --for 1m"
    })
final class AddVerdictCommand implements Callable<Integer> {
  private final Screen screen;

  @Spec private CommandSpec spec;
  @Mixin private RuntimeDirectoryOption agent;

  @ArgGroup(exclusive = true, multiplicity = "1")
  private Target target;

  static final class Target {
    @Option(
        names = "--process",
        paramLabel = "PID|KEY",
        description = "A process id, or a process key as incidents show it (4711@90123456789).")
    private String process = "";

    @Option(
        names = "--cgroup",
        paramLabel = "PATH|ID",
        description = "A cgroup of the version 2 hierarchy: a path below its root, or its id.")
    private String cgroup = "";
  }

  @Option(
      names = "--action",
      required = true,
      paramLabel = "ACTION",
      description = "watch, throttle, block or kill.")
  private String action;

  @Option(
      names = "--operations",
      split = ",",
      paramLabel = "OPERATION",
      description =
          "What it covers: connect, bind, exec, fork (default: these); open, unlink, rename;"
              + " memory_exec, module_load, ptrace, bpf, mount, setuid; send (bytes that leave);"
              + " cpu, memory, io (by the controllers of a cgroup that the process has to itself)."
              + " Where 'ringward doctor' shows the rung 'signal', a block kills.")
  private List<String> operations = List.of();

  @Option(
      names = "--rate",
      paramLabel = "RATE",
      description =
          "What a throttle lets through: 10/s, 30/m; of send and io 100kB/s, 2MB/s; of cpu 0.2 or"
              + " 20%% of a processor; memory has none.")
  private String rate = "";

  @Option(
      names = "--for",
      paramLabel = "DURATION",
      description = "How long: 30s, 5m, 2h; at most 1d (default: 5m).")
  private String duration = "5m";

  @Option(names = "--reason", paramLabel = "TEXT", description = "One line, kept with it.")
  private String reason = "asked for by an operator";

  @Option(
      names = "--persist",
      description = "Stay in force until it expires, also when the agent stops or dies.")
  private boolean persist;

  @Option(names = "--json", description = "One JSON object.")
  private boolean json;

  AddVerdictCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public Integer call() {
    long durationNanos = checked("--for", () -> DurationText.parse(duration).toNanos());
    checked("--action", () -> word(Action.class, action));
    EnumSet<Operation> covered = EnumSet.noneOf(Operation.class);
    operations.forEach(
        word -> covered.add(checked("--operations", () -> word(Operation.class, word))));
    checkRate(covered.isEmpty() ? Operation.unlessNamed() : covered);
    String cgroup = target.cgroup;
    if (!cgroup.isEmpty() && !cgroup.matches("\\d+") && !cgroup.startsWith("/")) {
      cgroup = Path.of(cgroup).toAbsolutePath().normalize().toString();
    }
    VerdictRequest request =
        new VerdictRequest(
            target.process, cgroup, action, operations, rate, durationNanos, reason, persist);
    VerdictRow row = agent.ask(client -> client.add(request));
    if (json) {
      JsonLines.print(screen, List.of(row));
    } else {
      screen.print(VerdictsCommand.table(List.of(row), screen.outStyle()));
      screen.print(
          List.of(row.outcome() + "; undo it with: ringward verdicts release " + row.id()));
    }
    return ExitCode.DONE;
  }

  private void checkRate(Set<Operation> covered) {
    if (!action.equalsIgnoreCase("throttle")) {
      if (!rate.isEmpty()) {
        throw new ParameterException(spec.commandLine(), "only a throttle has a --rate");
      }
      return;
    }
    Unit unit = checked("--operations", () -> Unit.of(covered));
    if (!rate.isEmpty()) {
      checked("--rate", () -> RateText.parse(rate, unit));
    } else if (unit == Unit.OPERATIONS) {
      throw new ParameterException(spec.commandLine(), "a throttle needs a --rate, as in 10/s");
    }
  }

  private static <E extends Enum<E>> E word(Class<E> type, String word) {
    for (E constant : type.getEnumConstants()) {
      if (constant.name().equalsIgnoreCase(word)) {
        return constant;
      }
    }
    throw new IllegalArgumentException("there is no '" + word + "'");
  }

  private <T> T checked(String option, java.util.function.Supplier<T> value) {
    try {
      return value.get();
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), option + ": " + e.getMessage());
    }
  }
}
