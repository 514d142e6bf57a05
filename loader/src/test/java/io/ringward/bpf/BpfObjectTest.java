/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bpf;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Specifications, loading and its failures. */
class BpfObjectTest {
  @Test
  void aSpecificationTellsWhatTheObjectHas() {
    BpfObjectSpec spec = TestObjects.ring();
    assertEquals("ring", spec.name());
    assertEquals(
        List.of(new ProgramSpec("produce", "syscall", ProgramType.SYSCALL)), spec.programs());
    assertEquals(
        List.of(
            new MapSpec("ring", MapType.RINGBUF, 0, 0, 65536, 0),
            new MapSpec("other", MapType.RINGBUF, 0, 0, 65536, 0)),
        spec.maps());
    assertEquals(131072, spec.withMaxEntries("ring", 131072).maps().getFirst().maxEntries());
    assertEquals(65536, spec.maps().getFirst().maxEntries());
  }

  @Test
  void settingsReachTheKernel() {
    try (BpfObject object = TestObjects.ring().withMaxEntries("ring", 1 << 17).load();
        RingBufferReader reader = RingBufferReader.open(object.map("ring"))) {
      assertEquals(1 << 17, object.map("ring").spec().maxEntries());
      assertEquals(1 << 17, reader.capacityBytes());
      assertEquals(65536, object.map("other").spec().maxEntries());
    }
  }

  @Test
  void variablesAreSetBeforeLoadingAndSharedAfterwards() {
    BpfObjectSpec spec =
        TestObjects.maps()
            .withVariable("answer", 42)
            .withVariable("enabled", 1)
            .withVariable("offset", -5)
            .withVariable("label", "hello".getBytes(US_ASCII))
            .withVariable("initial", 99);
    try (BpfObject object = spec.load();
        Arena arena = Arena.ofConfined()) {
      MemorySegment seen = arena.allocate(48, 8);
      assertEquals(5, object.program("report").testRun(seen));
      assertEquals(42, seen.get(JAVA_LONG, 0));
      assertEquals(-5, seen.get(JAVA_LONG, 8));
      assertEquals(1, seen.get(JAVA_INT, 16));
      assertEquals(99, seen.get(JAVA_LONG, 24));
      assertEquals("hello", seen.getString(32));
      assertEquals(1, object.variable("runs").get(JAVA_LONG, 0));
      assertEquals(42, object.variable("answer").get(JAVA_INT, 0));
      object.variable("initial").set(JAVA_LONG, 0, 100);
      object.program("report").testRun(seen);
      assertEquals(100, seen.get(JAVA_LONG, 24));
      assertEquals(2, object.variable("runs").get(JAVA_LONG, 0));
      assertThrows(
          IllegalArgumentException.class, () -> object.variable("answer").set(JAVA_INT, 0, 1));
    }
    try (BpfObject object = TestObjects.maps().load()) {
      assertEquals(41, object.variable("answer").get(JAVA_INT, 0));
      assertEquals("unset", object.variable("label").getString(0));
    }
  }

  @Test
  void settingsThatCannotBeAreRefusedAtOnce() {
    BpfObjectSpec spec = TestObjects.maps();
    var map = assertThrows(IllegalArgumentException.class, () -> spec.withMaxEntries("hush", 1));
    assertTrue(map.getMessage().contains("small_hash"), map::getMessage);
    assertThrows(IllegalArgumentException.class, () -> spec.withMaxEntries("hash", 0));
    assertThrows(IllegalArgumentException.class, () -> spec.withAutoload("no_program", false));
    assertThrows(IllegalArgumentException.class, () -> spec.withVariable("no_variable", 1));
    assertThrows(IllegalArgumentException.class, () -> spec.withVariable("enabled", 256));
    assertThrows(IllegalArgumentException.class, () -> spec.withVariable("label", 1));
    assertThrows(IllegalArgumentException.class, () -> spec.withVariable("answer", new byte[5]));
    assertThrows(
        IllegalArgumentException.class,
        () -> BpfObjectSpec.ofResource(BpfObjectTest.class, "/no-such.bpf.o"));
  }

  @Test
  void whatIsNoObjectIsRefused() {
    TestObjects.ring();
    for (byte[] bytes : List.of(new byte[0], new byte[64], "no elf".getBytes(US_ASCII))) {
      BpfException refused =
          assertThrows(BpfException.class, () -> BpfObjectSpec.of("broken", bytes));
      assertTrue(refused.getMessage().contains("broken"), refused::getMessage);
      assertTrue(refused.errno() > 0);
    }
  }

  @Test
  void theVerifiersReasonIsShown() {
    BpfException refused = assertThrows(BpfException.class, () -> TestObjects.refused().load());
    assertEquals("EACCES", refused.errnoName());
    assertEquals("Load BPF object refused", refused.operation());
    assertTrue(refused.verifierLog().contains("map_value_or_null"), refused::verifierLog);
    assertTrue(refused.verifierLog().lines().count() <= 40);
    assertTrue(refused.getMessage().contains(refused.verifierLog().lines().findFirst().get()));
    assertTrue(refused.getMessage().contains("careless"), refused::getMessage);
    assertTrue(refused.advice().contains("verifier"), refused::advice);
  }

  @Test
  void anAttachTargetThatDoesNotExistIsNamed() {
    BpfException refused =
        assertThrows(
            BpfException.class,
            () -> TestObjects.programs().withAutoload("on_getpgid", false).load());
    assertEquals("ESRCH", refused.errnoName());
    assertTrue(refused.getMessage().contains("no_such_tracepoint_at_all"), refused::getMessage);
    assertTrue(refused.advice().contains("does not exist"), refused::advice);
  }

  @Test
  void aKernelWithoutTrampolinesIsExplained() {
    BpfObjectSpec spec = TestObjects.programs().withAutoload("on_nothing", false);
    if (FeatureProbe.run().has(KernelFeature.LSM)) {
      try (BpfObject object = spec.load();
          BpfLink link = object.program("on_getpgid").attach()) {
        assertTrue(link.fd() >= 0);
      }
    } else {
      BpfException refused = assertThrows(BpfException.class, spec::load);
      assertTrue(refused.getMessage().contains("on_getpgid"), refused::getMessage);
      if (refused.errno() == Errno.EPERM) {
        assertTrue(refused.advice().contains("trampolines"), refused::advice);
        assertTrue(refused.verifierLog().isEmpty());
      }
    }
  }

  @Test
  void wrongSizesOfARingAreExplained() {
    BpfException refused =
        assertThrows(
            BpfException.class,
            () -> TestObjects.maps().withMaxEntries("hash", Integer.MAX_VALUE).load());
    assertTrue(refused.getMessage().contains("hash"), refused::getMessage);
  }

  @Test
  void namesThatAreNotThereAreRefusedWithThoseThatAre() {
    try (BpfObject object = TestObjects.ring().load()) {
      var map = assertThrows(IllegalArgumentException.class, () -> object.map("rang"));
      assertTrue(map.getMessage().contains("other, ring"), map::getMessage);
      assertThrows(IllegalArgumentException.class, () -> object.program("rang"));
      assertThrows(IllegalArgumentException.class, () -> object.variable("rang"));
    }
  }

  @Test
  void closingLeavesNothingOpen() throws IOException {
    TestObjects.ring();
    String before = openDescriptors();
    for (int round = 0; round < 3; round++) {
      BpfObject object =
          TestObjects.programs()
              .withAutoload("on_nothing", false)
              .withAutoload("on_getpgid", false)
              .load();
      BpfLink link = object.program("on_fork").attach();
      BpfIterator tasks = object.program("dump_task").iterator(new IteratorScope.Everything());
      long _ = tasks.read(MemorySegment::byteSize);
      object.close();
      object.close();
      link.close();
      tasks.close();
      assertThrows(IllegalStateException.class, () -> object.program("on_fork").attach());
      try (BpfObject rings = TestObjects.ring().load()) {
        RingBufferReader.open(rings.map("ring")).close();
        RingBufferSet.of(RingBufferReader.open(rings.map("other"))).close();
      }
      assertThrows(BpfException.class, () -> TestObjects.refused().load());
    }
    assertEquals(before, openDescriptors());
  }

  /** What this process has open of BPF, epoll and eventfd, by kind. */
  private static String openDescriptors() throws IOException {
    try (var entries = Files.list(Path.of("/proc/self/fd"))) {
      return entries
          .map(BpfObjectTest::target)
          .flatMap(Optional::stream)
          .filter(target -> target.startsWith("anon_inode:"))
          .collect(Collectors.groupingBy(target -> target, TreeMap::new, Collectors.counting()))
          .toString();
    }
  }

  private static Optional<String> target(Path entry) {
    try {
      return Optional.of(Files.readSymbolicLink(entry).toString());
    } catch (IOException closedMeanwhile) {
      return Optional.empty();
    }
  }

  @Test
  void structLayoutsAreThoseOfTheCompiler() {
    BtfTypes types = TestObjects.maps().types();
    BtfTypes.Struct pair = types.struct("pair").orElseThrow();
    assertEquals(16, pair.byteSize());
    assertEquals(
        List.of(
            new BtfTypes.Member("left", 0, 8, 0),
            new BtfTypes.Member("right", 8, 4, 0),
            new BtfTypes.Member("zero", 12, 4, 0)),
        pair.members());
    assertEquals(
        Optional.of(new BtfTypes.Variable("answer", ".rodata", 0, 4)),
        types
            .variable("answer")
            .map(v -> new BtfTypes.Variable(v.name(), v.section(), 0, v.byteSize())));
    assertFalse(types.struct("no_such_struct").isPresent());
    assertEquals(Optional.empty(), pair.member("middle"));
  }

  @Test
  void anonymousMembersAndBitFieldsAreResolved() {
    BtfTypes.Struct sample = TestObjects.maps().types().struct("layout_sample").orElseThrow();
    assertEquals(
        List.of(
            new BtfTypes.Member("first", 0, 1, 0),
            new BtfTypes.Member("second", 4, 4, 0),
            new BtfTypes.Member("whole", 8, 8, 0),
            new BtfTypes.Member("half", 8, 4, 0),
            new BtfTypes.Member("low_bits", 16, 2, 3),
            new BtfTypes.Member("high_bits", 16, 2, 13),
            new BtfTypes.Member("nested", 24, 32, 0),
            new BtfTypes.Member("text", 56, 5, 0)),
        sample.members());
    assertEquals(64, sample.byteSize());
  }
}
