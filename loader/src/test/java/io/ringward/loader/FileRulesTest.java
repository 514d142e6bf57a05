/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringward.kernel.Decision;
import io.ringward.kernel.Event;
import io.ringward.kernel.FileFlag;
import io.ringward.kernel.FileOperation;
import io.ringward.kernel.FileWish;
import io.ringward.kernel.FileWish.Kind;
import io.ringward.kernel.FileWish.Place;
import io.ringward.kernel.InlineDimension;
import io.ringward.kernel.InlineRow;
import io.ringward.kernel.InlineRule;
import io.ringward.kernel.InlineTest;
import io.ringward.kernel.InlineValue;
import io.ringward.kernel.Operation;
import io.ringward.kernel.PolicyTable.Publication;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Rules about files in the kernel's tables: refused where hooks allow it, in a control group of the
 * test's own and on files of its own; elsewhere said to be asked by nobody.
 */
final class FileRulesTest {
  private static final Set<Operation> FILES =
      EnumSet.of(Operation.OPEN, Operation.UNLINK, Operation.RENAME);

  private ActorStage outer;
  private Path group;
  private Path folder;
  private HostKernelFixture fixture;
  private Process shell;
  private BufferedWriter to;
  private BufferedReader from;

  @BeforeEach
  void open() throws IOException {
    outer = new ActorStage();
    group = outer.cgroup("files");
    folder = Files.createDirectory(outer.directory().resolve("files")).toRealPath();
    fixture =
        new HostKernelFixture(
            HostKernelFixture.options().withEnforce(true).withCgroup(Optional.of(group)));
    fixture
        .kernel()
        .files()
        .want(
            List.of(
                new FileWish(
                    new Place.Below(folder.toString()),
                    EnumSet.of(Kind.READ, Kind.WRITE, Kind.NAME))));
    shell =
        new ProcessBuilder(
                "/bin/bash",
                "-c",
                "while read -r line; do { eval \"$line\"; } 2>/dev/null && echo done || echo failed;"
                    + " done")
            .directory(folder.toFile())
            .start();
    to = shell.outputWriter();
    from = shell.inputReader();
    Files.writeString(group.resolve("cgroup.procs"), Long.toString(shell.pid()));
  }

  @AfterEach
  void close() throws IOException {
    if (shell != null) {
      shell.destroyForcibly();
    }
    if (fixture != null) {
      fixture.close();
    }
    outer.close();
  }

  private boolean runs(String command) throws IOException {
    fixture.beat();
    to.write(command + "\n");
    to.flush();
    return from.readLine().equals("done");
  }

  private static InlineRow row(Operation operation, InlineTest... tests) {
    return new InlineRow(Set.of(operation), List.of(tests));
  }

  private static InlineTest among(InlineDimension dimension, InlineValue... values) {
    return InlineTest.among(dimension, Set.of(values));
  }

  private InlineValue named(String name) {
    return new InlineValue.Text(folder.resolve(name).toString());
  }

  private static InlineTest opened(FileFlag intent) {
    return InlineTest.among(
        InlineDimension.INTENT,
        IntStream.range(0, 16)
            .filter(intent::in)
            .mapToObj(InlineValue.Number::new)
            .collect(Collectors.toSet()));
  }

  /** Puts one rule in force; false: no hook here asks the tables about files, and that is said. */
  private boolean publish(InlineRow... rows) {
    fixture.beat();
    Publication published =
        fixture.kernel().policy().publish(List.of(new InlineRule("rule", List.of(rows), false, 0)));
    assertEquals(List.of("rule"), published.inline());
    boolean refuses = HostKernelFixture.refusesByHook(fixture.kernel(), "block_open");
    Set<Operation> operations =
        Arrays.stream(rows).flatMap(row -> row.operations().stream()).collect(Collectors.toSet());
    assertTrue(FILES.containsAll(operations));
    assertEquals(refuses ? Map.of() : Map.of("rule", operations), published.unasked());
    return refuses;
  }

  private List<Event.FileUse> blocked(FileOperation operation) {
    return fixture.events(
        Event.FileUse.class,
        event -> event.operation() == operation && event.decision() == Decision.BLOCKED);
  }

  @Test
  void anOpenIsRefusedByItsIntentAndTheFilesName() throws IOException {
    Path secret = Files.writeString(folder.resolve("secret"), "x");
    Files.writeString(folder.resolve("other"), "x");
    Files.createSymbolicLink(folder.resolve("link"), secret);
    boolean refuses =
        publish(
            row(
                Operation.OPEN,
                among(InlineDimension.OBJECT, named("secret")),
                opened(FileFlag.WRITE)));
    assertEquals(!refuses, runs(": >> secret"));
    assertEquals(!refuses, runs(": >> ../files/link"));
    assertTrue(runs(": < secret"));
    assertTrue(runs(": >> other"));
    // Outside of the control group.
    Files.writeString(secret, "y");
    // Another file that takes the name is as much refused.
    assertTrue(runs("cp other new && mv new secret"));
    assertEquals(!refuses, runs(": >> secret"));
    if (refuses) {
      assertEquals(3, fixture.kernel().policy().hits().get("rule"));
      List<Event.FileUse> told = blocked(FileOperation.OPEN);
      assertEquals(3, told.size(), told::toString);
      told.forEach(event -> assertEquals(secret.toString(), event.path()));
      Event.Enforcement hit =
          fixture
              .events(Event.Enforcement.class, event -> event.verdictId() == InlineRule.id("rule"))
              .getFirst();
      assertEquals(Operation.OPEN, hit.operation());
    }
    assertEquals(0, fixture.kernel().policy().publish(List.of()).inline().size());
    assertTrue(runs(": >> secret"));
  }

  @Test
  void namesAreKeptFromAProgramAndARenameFromItsTarget() throws IOException {
    Path kept = Files.createDirectory(folder.resolve("kept"));
    for (String each : List.of("a", "b")) {
      Files.writeString(kept.resolve(each), "x");
      Files.writeString(folder.resolve(each), "x");
    }
    Files.createDirectory(kept.resolve("sub"));
    boolean refuses =
        publish(
            row(
                Operation.UNLINK,
                among(InlineDimension.OBJECT, new InlineValue.Folder(kept + "/")),
                among(
                    InlineDimension.NAME,
                    new InlineValue.Text("rm"),
                    new InlineValue.Text("rmdir"))),
            row(Operation.RENAME, among(InlineDimension.TARGET, named("secret"))));
    assertEquals(!refuses, runs("rm kept/a"));
    assertEquals(!refuses, runs("cd kept && rm -f a; cd .. && [ ! -e kept/a ]"));
    assertEquals(!refuses, runs("rmdir kept/sub"));
    assertTrue(runs("unlink kept/b"));
    assertTrue(runs("rm a"));
    assertEquals(!refuses, runs("mv b secret"));
    assertTrue(runs(refuses ? "mv b c" : "mv secret c"));
    if (refuses) {
      assertEquals(3, blocked(FileOperation.UNLINK).size());
      assertEquals(folder + "/secret", blocked(FileOperation.RENAME).getFirst().target());
      assertTrue(Files.exists(kept.resolve("a")));
    }
  }
}
