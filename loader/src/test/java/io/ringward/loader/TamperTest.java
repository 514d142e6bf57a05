/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import static io.ringward.loader.HostKernelFixture.block;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringward.kernel.ProcessKey;
import io.ringward.kernel.Verdict;
import io.ringward.loader.Actor.Tally;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What another process of root's does to our hooks and maps, here by bpftool, is found and undone.
 */
final class TamperTest {
  private HostKernelFixture fixture;
  private Actor actor;
  private final List<Tampering> found = new ArrayList<>();

  @BeforeEach
  void open() throws IOException {
    fixture = HostKernelFixture.enforcing();
    actor = fixture.stage().start();
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
  }

  @Test
  void aDetachedHookIsAttachedAgain() throws IOException, InterruptedException {
    fixture.apply(block(fixture.tree(actor)));
    assertEquals(Tally.refused(1), connect());
    int program = fixture.kernel().programs().get("network_connect4").id();
    Matcher link =
        Pattern.compile("\"id\":(\\d+),\"type\":\"cgroup\",\"prog_id\":" + program + ",")
            .matcher(bpftool("-j", "link", "show"));
    assertTrue(link.find(), "the link is there");
    bpftool("link", "detach", "id", link.group(1));
    awaitFound(Tampering.Kind.HOOK_DETACHED);
    assertEquals(Tally.refused(1), connect());
    assertFalse(
        bpftool("-j", "link", "show").contains("\"id\":" + link.group(1) + ","),
        "the detached link is closed");
  }

  @Test
  void aDeletedVerdictIsPutBack() throws IOException, InterruptedException {
    Verdict verdict = block(fixture.tree(actor));
    fixture.apply(verdict);
    assertEquals(Tally.refused(1), connect());
    delete("verdict", longs(verdict.id()));
    awaitFound(Tampering.Kind.VERDICT_DELETED);
    assertEquals(Tally.refused(1), connect());
    assertEquals(1, fixture.kernel().verdicts().inForce().size());
  }

  @Test
  void aSubjectThatWasTakenOutIsMarkedAgain() throws IOException, InterruptedException {
    fixture.apply(block(fixture.tree(actor)));
    ProcessKey key = fixture.key(actor);
    delete("process_verdict", longs(key.startBoottimeNanos(), key.tgid()));
    awaitFound(Tampering.Kind.SUBJECT_UNMARKED);
    assertEquals(Tally.refused(1), connect());
  }

  @Test
  void whatEndsByItselfIsNoTampering() throws InterruptedException {
    Verdict verdict = block(fixture.tree(actor));
    fixture.apply(verdict);
    assertTrue(fixture.kernel().verdicts().release(verdict.id()));
    fixture.apply(block(fixture.tree(actor)));
    actor.ask("exit 0");
    ActorStage.await(
        "the end of the verdict", () -> fixture.kernel().verdicts().inForce().isEmpty());
    assertEquals(List.of(), fixture.kernel().tampered().take());
  }

  private Tally connect() {
    fixture.kernel().verdicts().beat();
    return actor.connect(1);
  }

  private void awaitFound(Tampering.Kind kind) throws InterruptedException {
    ActorStage.await(
        "a report of " + kind.label(),
        () -> {
          found.addAll(fixture.kernel().tampered().take());
          return found.stream().anyMatch(one -> one.kind() == kind && one.restored());
        });
    assertEquals(1, found.size(), found::toString);
  }

  private static void delete(String map, byte[] key) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("map", "delete", "id", idOf(map), "key", "hex"));
    for (byte part : key) {
      command.add(HexFormat.of().toHexDigits(part));
    }
    bpftool(command.toArray(String[]::new));
  }

  /** Of the map of that name which this JVM holds; others may hold one too. */
  private static String idOf(String map) throws IOException, InterruptedException {
    Set<String> own = new HashSet<>();
    try (var descriptors = Files.newDirectoryStream(Path.of("/proc/self/fdinfo"))) {
      for (Path descriptor : descriptors) {
        try {
          Files.readAllLines(descriptor).stream()
              .filter(line -> line.startsWith("map_id:"))
              .forEach(line -> own.add(line.substring(7).strip()));
        } catch (NoSuchFileException e) {
          continue; // closed since
        }
      }
    }
    for (String one : bpftool("-j", "map", "show").split("\\{\"id\":")) {
      String id = one.substring(0, Math.max(0, one.indexOf(',')));
      if (own.contains(id) && one.contains("\"name\":\"" + map + "\"")) {
        return id;
      }
    }
    throw new AssertionError("no map " + map + " of this process");
  }

  private static byte[] longs(long... values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Long.BYTES).order(ByteOrder.nativeOrder());
    for (long value : values) {
      bytes.putLong(value);
    }
    return bytes.array();
  }

  private static String bpftool(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("bpftool"));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().merge("PATH", "/usr/sbin:/sbin", (path, more) -> path + ":" + more);
    Process process = builder.start();
    String out = new String(process.getInputStream().readAllBytes());
    assertEquals(0, process.waitFor(), () -> String.join(" ", command) + ": " + out);
    return out;
  }
}
