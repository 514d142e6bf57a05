/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringward.bpf.BpfFileSystem;
import io.ringward.bpf.Capabilities;
import io.ringward.kernel.Action;
import io.ringward.kernel.Operation;
import io.ringward.kernel.Subject;
import io.ringward.kernel.Verdict;
import io.ringward.kernel.VerdictTable.InForce;
import io.ringward.kernel.VerdictTable.Outcome;
import io.ringward.loader.Actor.Tally;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Guardians that are killed, and those that come after: on the real kernel, with real pins. */
final class PersistenceTest {
  private ActorStage stage;
  private Path group;
  private Path runtime;
  private Actor persisting;
  private Actor plain;
  private Actor other;
  private Process agent;

  @BeforeEach
  void open() throws IOException {
    List<String> missing = Capabilities.ofThisProcess().missingForBpf();
    Assumptions.assumeTrue(missing.isEmpty(), () -> "loading BPF needs " + missing);
    stage = new ActorStage();
    group = stage.cgroup("persist");
    runtime = stage.directory().resolve("run");
    persisting = stage.start(group);
    plain = stage.start(group);
    other = stage.start(group);
  }

  @AfterEach
  void close() throws IOException, InterruptedException {
    if (agent != null) {
      int unused = agent.destroyForcibly().waitFor();
    }
    if (stage != null) {
      PinPlace place = PinPlace.of(runtime);
      for (Path instance : place.instances()) {
        PinPlace.remove(instance);
      }
      if (Files.isDirectory(runtime)) {
        place.tidy(runtime);
      }
      stage.close();
    }
  }

  private void startAgent(int seconds) throws IOException {
    agent =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx64m",
                "-cp",
                System.getProperty("java.class.path"),
                HoldPersisting.class.getName(),
                runtime.toString(),
                group.toString(),
                Integer.toString(persisting.pid()),
                Integer.toString(plain.pid()),
                Integer.toString(seconds))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    assertTrue(agent.inputReader().readLine().startsWith("Applied"));
    assertTrue(agent.inputReader().readLine().startsWith("Applied"));
    assertEquals("ready", agent.inputReader().readLine());
    assertEquals(Tally.refused(2), connect(persisting));
    assertEquals(Tally.refused(2), connect(plain));
    assertEquals(Tally.refused(1), other.connect("udp4", HoldPersisting.RULED_PORT, 1));
    assertEquals(Tally.allowed(2), connect(other));
  }

  private static Tally connect(Actor actor) {
    return actor.connect(2);
  }

  private HostKernelOptions options() {
    return HostKernelFixture.options()
        .withEnforce(true)
        .withRuntimeDirectory(runtime)
        .withCgroup(Optional.of(group));
  }

  private List<Path> pins() {
    try {
      return PinPlace.of(runtime).instances();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void whatPersistsOutlivesAKilledAgentUntilItsExpiryAndNothingIsLeft()
      throws IOException, InterruptedException {
    startAgent(12);
    assertEquals(128 + 9, agent.destroyForcibly().waitFor());
    ActorStage.await("the end of the kernel's patience", () -> connect(plain).ok() == 2);
    assertEquals(Tally.refused(2), connect(persisting));
    assertEquals(Tally.refused(1), other.connect("udp4", HoldPersisting.RULED_PORT, 1));
    assertEquals(Tally.allowed(2), connect(other));
    Actor child = persisting.fork();
    assertEquals(Tally.refused(2), connect(child));
    awaitLong("the expiry", () -> connect(persisting).ok() == 2 && connect(child).ok() == 2);
    awaitLong(
        "the expiry of the rule",
        () -> other.connect("udp4", HoldPersisting.RULED_PORT, 1).ok() == 1);
    Path folder = PinPlace.of(runtime).folder();
    awaitLong("the end of the pins", () -> pins().isEmpty() && !Files.exists(folder));
    awaitLong("the end of the mount", () -> !Files.exists(runtime.resolve(PinPlace.MOUNTED)));
  }

  private static void awaitLong(String what, java.util.function.BooleanSupplier condition) {
    try {
      ActorStage.await(what, condition);
    } catch (AssertionError once) {
      ActorStage.await(what, condition);
    }
  }

  @Test
  void theNextAgentAdoptsWithoutAGap() throws IOException, InterruptedException {
    startAgent(600);
    assertEquals(128 + 9, agent.destroyForcibly().waitFor());
    ActorStage.await("the end of the kernel's patience", () -> connect(plain).ok() == 2);
    AtomicLong gaps = new AtomicLong();
    AtomicBoolean stop = new AtomicBoolean();
    Thread busy =
        Thread.ofPlatform()
            .start(() -> {
              while (!stop.get()) {
                gaps.addAndGet(50 - persisting.connect(50).eperm());
              }
            });
    List<Path> before = pins();
    try (HostKernel next = HostKernel.open(options())) {
      next.verdicts().beat();
      next.takeOver();
      stop.set(true);
      busy.join();
      assertEquals(0, gaps.get());
      List<InForce> inForce = next.verdicts().inForce();
      assertEquals(List.of(1L), inForce.stream().map(one -> one.verdict().id()).toList());
      Verdict adopted = inForce.getFirst().verdict();
      assertTrue(adopted.persist());
      assertTrue(inForce.getFirst().hits() > 2);
      assertEquals(
          new Subject.ProcessTree(next.findProcess(persisting.pid()).orElseThrow()),
          adopted.subject());
      assertTrue(pins().stream().noneMatch(before::contains), "the old pins are gone");
      assertEquals(1, pins().size());
      // As the agent does it from its archive: the same verdict again is no other.
      Assertions.assertInstanceOf(Outcome.Applied.class, next.verdicts().apply(adopted));
      assertEquals(Tally.refused(2), connect(persisting));
      assertTrue(next.verdicts().release(1));
      assertEquals(Tally.allowed(2), connect(persisting));
      assertTrue(pins().isEmpty());
    }
    assertTrue(pins().isEmpty());
  }

  @Test
  void pinsOfAnotherLayoutAreCleared() throws IOException {
    try (HostKernel first = HostKernel.open(options())) {
      first.verdicts().beat();
      Verdict verdict = block(first, persisting, true);
      Assertions.assertInstanceOf(Outcome.Applied.class, first.verdicts().apply(verdict));
    }
    assertEquals(Tally.refused(2), connect(persisting));
    Path old = pins().getFirst();
    Path foreign = old.resolveSibling("0-" + old.getFileName());
    Files.createDirectory(foreign);
    try (BpfFileSystem.PinnedMap map = BpfFileSystem.openMap(old.resolve("map_verdict"))) {
      assertEquals(
          1, map.map(io.ringward.bpf.MapCodec.u64(), WireCodecs.VERDICT).snapshot().size());
    }
    PinPlace.remove(old);
    try (HostKernel next = HostKernel.open(options())) {
      next.verdicts().beat();
      assertTrue(next.verdicts().inForce().isEmpty());
      assertFalse(Files.exists(foreign));
      assertEquals(Tally.allowed(2), connect(persisting));
    }
  }

  @Test
  void sendsThatPersistAreHeldWithoutAnAgentAndByTheNext() throws IOException {
    for (Actor actor : List.of(persisting, plain)) {
      assertEquals("open", actor.ask("open udp 127.0.0.1 " + ActorStage.PORT));
    }
    Verdict held;
    try (HostKernel first = HostKernel.open(options())) {
      first.verdicts().beat();
      held = persisting(ofSends(first, persisting));
      Assertions.assertInstanceOf(Outcome.Applied.class, first.verdicts().apply(held));
      Assertions.assertInstanceOf(
          Outcome.Applied.class, first.verdicts().apply(ofSends(first, plain)));
      assertEquals(Tally.refused(3), persisting.push(100, 3));
      assertEquals(Tally.refused(3), plain.push(100, 3));
    }
    assertEquals(Tally.allowed(3), plain.push(100, 3));
    assertEquals(Tally.refused(3), persisting.push(100, 3));
    assertEquals("open", persisting.ask("open udp 127.0.0.1 " + ActorStage.PORT));
    assertEquals(Tally.refused(3), persisting.push(100, 3), "a socket of after the agent");
    try (HostKernel next = HostKernel.open(options())) {
      next.verdicts().beat();
      next.takeOver();
      assertEquals(Tally.refused(3), persisting.push(100, 3));
      assertEquals(1, pins().size());
      assertTrue(next.verdicts().release(held.id()));
      assertEquals(Tally.allowed(3), persisting.push(100, 3));
      assertTrue(pins().isEmpty());
    }
  }

  private static Verdict ofSends(HostKernel kernel, Actor actor) {
    return HostKernelFixture.verdict(
        subject(kernel, actor), Action.BLOCK, EnumSet.of(Operation.SEND));
  }

  @Test
  void nothingIsPinnedUnlessSomethingPersists() throws IOException {
    try (HostKernel kernel = HostKernel.open(options())) {
      kernel.verdicts().beat();
      Assertions.assertInstanceOf(
          Outcome.Applied.class, kernel.verdicts().apply(block(kernel, plain, false)));
      assertTrue(pins().isEmpty());
      Verdict persists = block(kernel, persisting, true);
      Assertions.assertInstanceOf(Outcome.Applied.class, kernel.verdicts().apply(persists));
      assertEquals(1, pins().size());
      assertTrue(kernel.verdicts().release(persists.id()));
      assertTrue(pins().isEmpty());
      Outcome.Refused refused =
          Assertions.assertInstanceOf(
              Outcome.Refused.class,
              kernel.verdicts().apply(persisting(HostKernelFixture.kill(subject(kernel, plain)))));
      assertTrue(refused.why().contains("can persist"), refused.why());
    }
    assertEquals(Tally.allowed(2), connect(plain));
  }

  private static Subject subject(HostKernel kernel, Actor actor) {
    return new Subject.ProcessTree(kernel.findProcess(actor.pid()).orElseThrow());
  }

  private static Verdict block(HostKernel kernel, Actor actor, boolean persist) {
    Verdict verdict =
        HostKernelFixture.verdict(
            subject(kernel, actor), Action.BLOCK, EnumSet.of(Operation.CONNECT));
    return persist ? persisting(verdict) : verdict;
  }

  private static Verdict persisting(Verdict verdict) {
    return new Verdict(
        verdict.id(),
        verdict.subject(),
        verdict.action(),
        verdict.operations(),
        verdict.rate(),
        verdict.issuedNanos(),
        verdict.expiryNanos(),
        verdict.causeNanos(),
        verdict.shadow(),
        true,
        verdict.source(),
        verdict.reason());
  }
}
