/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.cli;

import io.ringward.agent.config.AgentConfiguration;
import io.ringward.agent.config.Mode;
import io.ringward.agent.config.SocketAddressText;
import io.ringward.agent.control.ControlException;
import io.ringward.agent.rule.RuleFiles;
import io.ringward.agent.run.Guardian;
import io.ringward.agent.text.Printable;
import io.ringward.agent.text.Style;
import io.ringward.loader.CapabilityRung;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What {@code up} says of itself on standard error: what is attached, on which rungs, in which
 * mode, where the metrics are and how to stop it.
 */
final class Banner {
  private static final Duration FIRST_BEAT = Duration.ofSeconds(30);
  private static final long SAY_AGAIN_NANOS = Duration.ofSeconds(30).toNanos();

  private final Screen screen;
  private final Style style;
  private final AgentConfiguration configuration;
  private final long startedNanos = System.nanoTime();
  private int modelsSaid;
  private long modelsSaidNanos = System.nanoTime() - SAY_AGAIN_NANOS;

  Banner(Screen screen, AgentConfiguration configuration) {
    this.screen = screen;
    this.style = screen.errStyle();
    this.configuration = configuration;
  }

  void starting() {
    say(style.dim("ringward " + Version.current() + " starts: kernel programs, then the loop …"));
  }

  /** Everything runs: says what, and waits for the first tick through the loop. */
  void up(Guardian guardian, RuleFiles.Checked rules) throws InterruptedException {
    boolean beats = guardian.awaitFirstBeat(FIRST_BEAT);
    boolean enforce = configuration.mode() == Mode.ENFORCE;
    String mode =
        enforce
            ? style.red("enforce") + ": the kernel throttles, blocks and kills as verdicts say"
            : style.green("shadow") + ": everything is computed and reported, nothing is refused";
    say(style.bold("Ringward guards this machine."));
    line("mode", mode);
    line("kernel", observed(guardian.rungs()));
    line("enforces", enforced(guardian.rungs()));
    absent(guardian.rungs());
    line("rules", rules.compilation().rules().rules().size() + " in force");
    String address = SocketAddressText.of(guardian.metricsAddress());
    line("metrics", "http://" + address + "/metrics");
    if (!guardian.metricsAddress().getAddress().isLoopbackAddress()) {
      line(
          "WARNING",
          style.red("the metrics page is open to whoever reaches this machine at " + address));
    }
    guardian.outlets().stream()
        .skip(1)
        .forEach(outlet -> line("incidents", outlet.outlet() + ": " + outlet.target()));
    double seconds = (System.nanoTime() - startedNanos) / 1e9;
    line(
        "loop",
        beats
            ? String.format(Locale.ROOT, "runs since %.1f s after the start", seconds)
            : style.red("no tick has passed through it yet: 'ringward doctor' may say why"));
    line("stop", "Ctrl-C, or kill " + ProcessHandle.current().pid());
    say(style.dim("Learning what is usual: each program gets a model of its own from its past."));
  }

  /** Programs that have a model now: a line of progress, and not too often. */
  void learned(int models) {
    long now = System.nanoTime();
    if (models != modelsSaid && now - modelsSaidNanos >= SAY_AGAIN_NANOS) {
      modelsSaid = models;
      modelsSaidNanos = now;
      say(
          style.dim(
              "learned: "
                  + models
                  + (models == 1 ? " program has" : " programs have")
                  + " a model; the rest are judged by rules and bursts so far"));
    }
  }

  /** SIGHUP. */
  void reloaded(Guardian guardian) {
    try {
      say("rules reloaded: " + guardian.reloadRules());
    } catch (ControlException e) {
      say(style.red("rules not reloaded: ") + Printable.lines(e.getMessage()));
    }
  }

  void stopping(String why) {
    say(style.dim("stopping (" + why + "): saving models, detaching; Ctrl-C again ends at once"));
  }

  void stopped() {
    say(style.dim("stopped: nothing is attached, nothing is enforced."));
  }

  // "exec, fork, exit by tp_btf; connect, bind by cgroup_hook"
  private static String observed(List<CapabilityRung> rungs) {
    return "sees "
        + byRung(
            rungs.stream()
                .filter(rung -> rung.inForce() && rung.capability().startsWith("observe_"))
                .toList(),
            "observe_");
  }

  private static String enforced(List<CapabilityRung> rungs) {
    return byRung(
        rungs.stream().filter(CapabilityRung::inForce).filter(Banner::isEnforcement).toList(), "");
  }

  private void absent(List<CapabilityRung> rungs) {
    String missing =
        rungs.stream()
            .filter(rung -> !rung.inForce())
            .map(rung -> readable(rung.capability()))
            .collect(Collectors.joining(", "));
    if (!missing.isEmpty()) {
      line("cannot", missing + style.dim(" ('ringward doctor' says why)"));
    }
  }

  private static boolean isEnforcement(CapabilityRung rung) {
    return !rung.capability().startsWith("observe_") && !rung.capability().startsWith("account_");
  }

  private static String byRung(List<CapabilityRung> rungs, String prefix) {
    Map<String, List<String>> capabilities = new LinkedHashMap<>();
    for (CapabilityRung rung : rungs) {
      capabilities
          .computeIfAbsent(rung.rung(), name -> new java.util.ArrayList<>())
          .add(readable(rung.capability().substring(prefix.length())));
    }
    return capabilities.entrySet().stream()
        .map(entry -> String.join(", ", entry.getValue()) + " by " + entry.getKey())
        .collect(Collectors.joining("; "));
  }

  private static String readable(String capability) {
    return capability.replace('_', ' ');
  }

  private void line(String label, String text) {
    say("  " + style.dim(String.format(Locale.ROOT, "%-9s", label)) + " " + text);
  }

  private void say(String line) {
    screen.err().println(line);
    screen.err().flush();
  }
}
