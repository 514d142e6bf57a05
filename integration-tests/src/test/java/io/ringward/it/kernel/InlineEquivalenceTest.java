/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.it.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringward.bpf.Capabilities;
import io.ringward.bpf.Cgroup2Mount;
import io.ringward.kernel.InlineRule;
import io.ringward.kernel.Operation;
import io.ringward.loader.HostKernel;
import io.ringward.loader.HostKernelOptions;
import io.ringward.loader.InlineQuestion;
import io.ringward.rules.Placement;
import io.ringward.rules.Rule;
import io.ringward.rules.RuleCompiler;
import io.ringward.rules.RuleSet;
import io.ringward.rules.RuleSource;
import io.ringward.rules.event.IpNetwork;
import io.ringward.rules.problem.RuleException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random rules, lowered, on random operations: the kernel's own classifier over its own tables has
 * to say of each rule what the rule engine says of it.
 */
final class InlineEquivalenceTest {
  private static final List<String> NAMES = List.of("nc", "bash", "curl", "a-name-of-15-ch");
  private static final List<String> PATHS =
      List.of("/usr/bin/nc", "/tmp/x/nc", "/tmp/x", "/tmpfoo/nc", "relative", "/");
  private static final List<String> FOLDERS =
      List.of("/", "/tmp/", "/tmp/x/", "/usr/bin/", "/usr/");
  private static final List<String> ADDRESSES =
      List.of("10.0.0.1", "10.0.1.1", "127.0.0.1", "::1", "2001:db8::1", "2001:db8:1::1");
  private static final List<String> NETWORKS =
      List.of("10.0.0.0/8", "10.0.0.0/24", "127.0.0.1", "::/0", "2001:db8::/32", "::ffff:0:0/96");
  private static final List<Operation> OPERATIONS =
      List.of(
          Operation.CONNECT,
          Operation.BIND,
          Operation.EXEC,
          Operation.OPEN,
          Operation.UNLINK,
          Operation.RENAME);
  private static final int[] PORTS = {0, 1, 22, 80, 1023, 1024, 4444, 65535};
  private static final int[] PROTOCOLS = {1, 6, 17, 58, 132};

  @TempDir private Path runtime;

  @Test
  void tablesSayWhatRulesSay() throws IOException, RuleException {
    List<String> missing = Capabilities.ofThisProcess().missingForBpf();
    Assumptions.assumeTrue(missing.isEmpty(), () -> "loading BPF needs " + missing);
    Path group =
        Cgroup2Mount.find()
            .orElseThrow()
            .path()
            .resolve("ringward-test-equivalence-" + ProcessHandle.current().pid());
    Files.createDirectory(group);
    // In shadow, and in a group without processes: nothing on this machine is touched.
    try (HostKernel kernel =
        HostKernel.open(
            HostKernelOptions.defaults()
                .withRuntimeDirectory(runtime)
                .withCgroup(Optional.of(group)))) {
      int asked = 0;
      int matched = 0;
      int lowered = 0;
      for (long seed = 0; seed < 60; seed++) {
        Random random = new Random(seed);
        RuleSet rules = rules(random);
        List<InlineRule> inline = new ArrayList<>();
        for (Rule rule : rules.rules()) {
          if (rule.placement() instanceof Placement.Inline(var rows, _)) {
            inline.add(new InlineRule(rule.name(), rows, false, 0));
          }
        }
        Set<String> inForce = Set.copyOf(kernel.policy().publish(inline).inline());
        lowered += inForce.size();
        for (int i = 0; i < 150; i++) {
          InlineQuestion question = question(random);
          Set<String> expected = new HashSet<>();
          int _ =
              rules.evaluate(
                  new InlineFacts(question),
                  (rule, event) -> {
                    // A rule may be lowered for some types of events, and left in the stream on
                    // others.
                    String left = "on " + event.type().label() + " in the stream job";
                    if (!rule.placement().reason().contains(left)) {
                      expected.add(rule.name());
                    }
                  });
          expected.retainAll(inForce);
          assertEquals(
              expected, kernel.policy().matching(question), () -> question + "\n" + text(rules));
          asked += inForce.size();
          matched += expected.size();
        }
      }
      assertTrue(lowered > 600, lowered + " rules were lowered");
      assertTrue(matched > asked / 20 && matched < asked * 19 / 20, matched + " of " + asked);
    } finally {
      Files.delete(group);
    }
  }

  private static String text(RuleSet rules) {
    StringBuilder text = new StringBuilder();
    rules
        .rules()
        .forEach(
            rule -> text.append(rule.name()).append(": ").append(rule.condition()).append('\n'));
    return text.toString();
  }

  private static RuleSet rules(Random random) throws RuleException {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 20; i++) {
      text.append(
          "- rule: r%d\n  desc: d\n  priority: NOTICE\n  output: o\n  action: block\n  for: 1m\n  operations: [connect, bind, exec, open, unlink, rename]\n  condition: |\n    %s\n"
              .formatted(i, condition(random, 1 + random.nextInt(3))));
    }
    return RuleCompiler.compile(List.of(RuleSource.text("random", text.toString()))).rules();
  }

  private static String condition(Random random, int depth) {
    if (depth == 0) {
      return test(random);
    }
    return switch (random.nextInt(4)) {
      case 0 -> "not (" + condition(random, depth - 1) + ")";
      case 1 -> "(" + condition(random, depth - 1) + " or " + condition(random, depth - 1) + ")";
      default -> "(" + condition(random, depth - 1) + " and " + condition(random, depth - 1) + ")";
    };
  }

  private static String test(Random random) {
    return switch (random.nextInt(21)) {
      case 0 ->
          "evt.type = "
              + one(random, List.of("connect", "bind", "execve", "open", "unlink", "rename"));
      case 1 -> "proc.name in (" + one(random, NAMES) + ", " + one(random, NAMES) + ")";
      case 2 -> "proc.name != " + one(random, NAMES);
      case 3 -> "proc.exepath = " + one(random, PATHS);
      case 4 -> "proc.exepath startswith " + one(random, FOLDERS);
      case 5 -> "proc.exepath glob \"" + one(random, FOLDERS) + "*\"";
      case 6 -> "fd.sip = " + one(random, ADDRESSES);
      case 7 -> "fd.snet in (" + one(random, NETWORKS) + ", " + one(random, NETWORKS) + ")";
      case 8 -> "fd.rnet != " + one(random, NETWORKS);
      case 9 ->
          "fd.sport "
              + one(random, List.of("=", "!=", "<", "<=", ">", ">="))
              + " "
              + PORTS[random.nextInt(PORTS.length)];
      case 10 ->
          "fd.l4proto " + one(random, List.of("= tcp", "!= tcp", "in (udp, icmp)", "!= icmp"));
      case 11 -> "fd.type " + one(random, List.of("= ipv4", "= ipv6", "!= ipv4"));
      case 12 -> "user.uid " + one(random, List.of("= 0", "!= 0", "in (0, 1000)"));
      case 13 -> "proc.cgroup.id " + one(random, List.of("= 7", "!= 7"));
      case 14 -> "proc.exe_ino " + one(random, List.of("= 42", "!= 42"));
      case 15 ->
          one(random, List.of("fd.name", "fs.path.name", "evt.arg.newpath", "fs.path.target"))
              + one(random, List.of(" = ", " != "))
              + one(random, PATHS);
      case 16 ->
          one(random, List.of("fd.name", "evt.arg.oldpath", "fs.path.source", "fs.path.target"))
              + " startswith "
              + one(random, FOLDERS);
      case 17 -> "fd.name in (" + one(random, PATHS) + ", " + one(random, PATHS) + ")";
      case 18 -> "evt.type in (open, unlink, rename)";
      case 19 ->
          one(random, List.of("read", "write", "create", "truncate"))
              .transform(intent -> "evt.is_open_" + intent + " = " + random.nextBoolean());
      default ->
          one(random, List.of("proc.is_exe_from_memfd", "proc.is_exe_deleted"))
              + " = "
              + random.nextBoolean();
    };
  }

  private static InlineQuestion question(Random random) {
    IpNetwork address = IpNetwork.parseAddress(one(random, ADDRESSES)).orElseThrow();
    return new InlineQuestion(
        one(random, OPERATIONS),
        one(random, List.of(0, 1000, -2)),
        one(random, List.of(7L, 8L)),
        address.high(),
        address.low(),
        PORTS[random.nextInt(PORTS.length)],
        PROTOCOLS[random.nextInt(PROTOCOLS.length)],
        one(random, NAMES),
        one(random, PATHS),
        one(random, List.of(42L, 43L)),
        one(random, List.of(0, 1, 2, 16, 17, 32, 64)),
        one(random, PATHS),
        one(random, PATHS),
        random.nextInt(16));
  }

  private static <T> T one(Random random, List<T> of) {
    return of.get(random.nextInt(of.size()));
  }
}
