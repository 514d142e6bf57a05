/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.types;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringward.detect.Feature;
import io.ringward.detect.FeatureVector;
import io.ringward.detect.Observation;
import io.ringward.detect.ProgramKey;
import io.ringward.detect.ProgramModel;
import io.ringward.detect.ProgramProfile;
import io.ringward.detect.Scope;
import io.ringward.jobs.testing.WireEvents;
import io.ringward.jobs.testing.WireEvents.Actor;
import io.ringward.kernel.Action;
import io.ringward.kernel.ContractCodec;
import io.ringward.kernel.ControlItem;
import io.ringward.kernel.Decision;
import io.ringward.kernel.Event;
import io.ringward.kernel.EventView;
import io.ringward.kernel.FeedItem;
import io.ringward.kernel.Feedback;
import io.ringward.kernel.FileIdentity;
import io.ringward.kernel.Finding;
import io.ringward.kernel.Hook;
import io.ringward.kernel.Incident;
import io.ringward.kernel.KernelSample;
import io.ringward.kernel.Operation;
import io.ringward.kernel.Priority;
import io.ringward.kernel.ProcessInfo;
import io.ringward.kernel.ProcessKey;
import io.ringward.kernel.Subject;
import io.ringward.kernel.TokenRate;
import io.ringward.kernel.Verdict;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

final class StateTypeTest {
  private static final ProcessKey KEY = new ProcessKey(123_456_789L, 4711);
  private static final ProcessInfo PROCESS =
      new ProcessInfo(
          KEY, ProcessKey.NONE, 1000, 7, new FileIdentity(3, 4), 1, "x", "/x", List.of("x"));
  private static final Verdict VERDICT =
      new Verdict(
          17,
          new Subject.ProcessTree(KEY),
          Action.THROTTLE,
          Set.of(Operation.CONNECT),
          Optional.of(new TokenRate(5, 10)),
          1,
          2,
          0,
          false,
          "rule",
          "why");
  private static final Finding FINDING =
      new Finding(
          Finding.Source.RULE,
          "rule",
          Priority.ALERT,
          5,
          PROCESS,
          List.of(PROCESS),
          "summary",
          1,
          List.of(),
          Optional.empty(),
          List.of("T1"));
  private static final ProgramKey PROGRAM = new ProgramKey(new FileIdentity(3, 4), Scope.TREE);

  private static Observation observation(int connects) {
    double[] values = new double[Feature.COUNT];
    values[Feature.CONNECTS.ordinal()] = connects;
    FeatureVector vector =
        new FeatureVector(PROGRAM, KEY, connects, connects + 1_000_000_000L, Set.of(), values);
    return new Observation(vector, PROCESS, List.of());
  }

  private static Event.Enforcement enforcement() {
    return new Event.Enforcement(
        new Event.Header(Hook.ENFORCEMENT, 1, KEY, ProcessKey.NONE, 2, 3, 4),
        17,
        5,
        Action.KILL,
        Operation.EXEC,
        1,
        true,
        Hook.EXEC);
  }

  private static KernelSample sample() {
    KernelSample.CpuAccount account = new KernelSample.CpuAccount(1, 2, 3, List.of(4L, 5L));
    return new KernelSample(
        9,
        List.of(new KernelSample.HookCounters(Hook.FORK, 1, List.of(2L), List.of(3L), 4, 5)),
        Collections.nCopies(10_000, new KernelSample.ProcessAccount(KEY, account)),
        List.of(new KernelSample.ControlGroupAccount(6, account)));
  }

  record Value(StateType type, Object value) {}

  static Stream<Value> values() {
    return Stream.of(
        new Value(StateType.FEED_ITEM, new ControlItem.Tick(5, 6)),
        new Value(StateType.FEED_ITEM, new ControlItem.RecordingMark(5, 6, true)),
        new Value(StateType.FEED_ITEM, new ControlItem.Bootstrap(5, PROCESS)),
        new Value(StateType.FEED_ITEM, new ControlItem.Sampled(sample())),
        new Value(StateType.FEED_ITEM, new ControlItem.AddVerdict(5, VERDICT)),
        new Value(
            StateType.FEED_ITEM,
            new ControlItem.ReleaseVerdict(5, 17, "root", Feedback.FALSE_POSITIVE)),
        new Value(StateType.FEED_ITEM, new ControlItem.RearmDetector(5, "a rule", "root")),
        new Value(
            StateType.FEED_ITEM,
            new ControlItem.RulesReplaced(
                5, List.of(new ControlItem.RuleText("a", "ü".repeat(100_000))))),
        new Value(StateType.SCORE_ITEM, new ScoreItem.Observed(observation(4))),
        new Value(StateType.SCORE_ITEM, new ScoreItem.Pulse(5, 6)),
        new Value(StateType.SCORE_ITEM, new ScoreItem.Mark(5, true)),
        new Value(StateType.DECIDE_ITEM, new DecideItem.Found(FINDING)),
        new Value(StateType.DECIDE_ITEM, new DecideItem.Hit(enforcement())),
        new Value(StateType.DECIDE_ITEM, new DecideItem.Added(VERDICT)),
        new Value(
            StateType.DECIDE_ITEM, new DecideItem.Released(5, 17, "root", Feedback.CONFIRMED)),
        new Value(StateType.DECIDE_ITEM, new DecideItem.Rearmed(5, "a rule", "root")),
        new Value(StateType.DECIDE_ITEM, new DecideItem.RulesReplaced(5)),
        new Value(StateType.DECIDE_ITEM, new DecideItem.Losses(5, true)),
        new Value(StateType.DECIDE_ITEM, new DecideItem.Pulse(5, 6)),
        new Value(StateType.DECIDE_ITEM, new DecideItem.StagePulse(5)),
        new Value(StateType.DECIDE_ITEM, new DecideItem.Mark(5, false, true)),
        new Value(StateType.SINK_ITEM, new SinkItem.Apply(VERDICT, OptionalLong.of(16))),
        new Value(StateType.SINK_ITEM, new SinkItem.Apply(VERDICT, OptionalLong.empty())),
        new Value(StateType.SINK_ITEM, new SinkItem.Release(5, 17, "why")),
        new Value(
            StateType.SINK_ITEM,
            new SinkItem.Tell(new Incident("i-1", 1, 2, 3, FINDING, Optional.of(VERDICT), "done"))),
        new Value(StateType.SINK_ITEM, new SinkItem.Pulse(5, 6)),
        new Value(StateType.PROGRAM_KEY, PROGRAM));
  }

  @SuppressWarnings("unchecked")
  private static TypeSerializer<Object> serializer(StateType type) {
    return (TypeSerializer<Object>)
        type.information(type.javaType()).createSerializer(new SerializerConfigImpl());
  }

  private static byte[] bytes(StateType type, Object value) throws IOException {
    DataOutputSerializer out = new DataOutputSerializer(64);
    serializer(type).serialize(value, out);
    return out.getCopyOfBuffer();
  }

  private static Object read(StateType type, byte[] bytes) throws IOException {
    return serializer(type).deserialize(new DataInputDeserializer(bytes));
  }

  @ParameterizedTest
  @MethodSource("values")
  void whatIsWrittenIsReadBack(Value value) throws IOException {
    byte[] bytes = bytes(value.type(), value.value());
    assertEquals(value.value(), read(value.type(), bytes));
    DataOutputSerializer copied = new DataOutputSerializer(64);
    serializer(value.type()).copy(new DataInputDeserializer(bytes), copied);
    assertArrayEquals(bytes, copied.getCopyOfBuffer());
    assertEquals(value.value(), serializer(value.type()).copy(value.value()));
  }

  /** Wrong bytes are an exception that Flink understands, or another value; never an error. */
  @ParameterizedTest
  @MethodSource("values")
  void damagedBytesAreRefusedOrAnotherValue(Value value) throws IOException {
    byte[] good = bytes(value.type(), value.value());
    Random random = new Random(1);
    for (int i = 0; i < 200; i++) {
      byte[] bad = java.util.Arrays.copyOf(good, random.nextInt(good.length + 1));
      if (bad.length > 0) {
        bad[random.nextInt(Math.min(bad.length, 200))] = (byte) random.nextInt();
      }
      try {
        read(value.type(), bad);
      } catch (IOException expected) {
        assertTrue(expected.getMessage() == null || !expected.getMessage().isEmpty());
      }
    }
  }

  @Test
  void anEventIsItsBytesAndOutlivesItsBuffer() throws IOException {
    byte[] event =
        WireEvents.connect(5, new Actor(KEY, ProcessKey.NONE), 0x7f000001, 80, Decision.ALLOWED);
    EventView view = new EventView().wrap(MemorySegment.ofArray(event), 0, event.length);
    Event expected = view.toEvent();
    byte[] bytes = bytes(StateType.FEED_ITEM, view);
    FeedItem copy = (FeedItem) serializer(StateType.FEED_ITEM).copy(view);
    MemorySegment.ofArray(event).fill((byte) 0x55);
    EventView read = assertInstanceOf(EventView.class, read(StateType.FEED_ITEM, bytes));
    assertEquals(expected, read.toEvent());
    assertEquals(expected, ((EventView) copy).toEvent());
  }

  @Test
  void aProfileIsCopiedAndComesBackTheSame() throws IOException {
    ProgramProfile profile = new ProgramProfile(PROGRAM, 42);
    for (int i = 0; i < ProgramModel.WARM_UP + 10; i++) {
      profile.observe(observation(i % 9));
    }
    assertTrue(profile.model().isFitted());
    ProgramProfile copy = (ProgramProfile) serializer(StateType.PROGRAM_PROFILE).copy(profile);
    assertNotSame(profile, copy);
    byte[] before = bytes(StateType.PROGRAM_PROFILE, profile);
    copy.observe(observation(4));
    assertArrayEquals(before, bytes(StateType.PROGRAM_PROFILE, profile), "a copy is one's own");
    ProgramProfile read = (ProgramProfile) read(StateType.PROGRAM_PROFILE, before);
    assertArrayEquals(before, bytes(StateType.PROGRAM_PROFILE, read));
    before[before.length / 2] ^= 1;
    IOException refused =
        assertThrows(IOException.class, () -> read(StateType.PROGRAM_PROFILE, before));
    assertTrue(refused.getMessage().contains("checksum"), refused.getMessage());
  }

  @Test
  void aDecidersImageIsChecked() throws IOException {
    byte[] bytes = bytes(StateType.DECIDER_IMAGE, new DeciderImage("boot", new byte[] {1, 2, 3}));
    DeciderImage read = (DeciderImage) read(StateType.DECIDER_IMAGE, bytes);
    assertEquals("boot", read.bootId());
    assertArrayEquals(new byte[] {1, 2, 3}, read.bytes());
    bytes[bytes.length - 1] ^= 1;
    assertThrows(IOException.class, () -> read(StateType.DECIDER_IMAGE, bytes));
  }

  @ParameterizedTest
  @EnumSource
  void aSnapshotFindsItsTypeAgain(StateType type) throws IOException {
    DataOutputSerializer out = new DataOutputSerializer(64);
    TypeSerializerSnapshot.writeVersionedSnapshot(out, serializer(type).snapshotConfiguration());
    TypeSerializerSnapshot<Object> read =
        TypeSerializerSnapshot.readVersionedSnapshot(
            new DataInputDeserializer(out.getCopyOfBuffer()), getClass().getClassLoader());
    assertEquals(serializer(type), read.restoreSerializer());
    assertTrue(
        serializer(type)
            .snapshotConfiguration()
            .resolveSchemaCompatibility(read)
            .isCompatibleAsIs());
    for (StateType other : StateType.values()) {
      if (other != type) {
        assertTrue(
            serializer(other)
                .snapshotConfiguration()
                .resolveSchemaCompatibility(read)
                .isIncompatible());
      }
    }
  }

  @Test
  void aReleaseOfBeforeFeedbackIsReadAsOneWithoutFeedback() throws IOException {
    DataOutputSerializer old = new DataOutputSerializer(64);
    old.writeByte(1); // A control item.
    old.writeByte(4); // A release.
    old.writeLong(5);
    old.writeLong(17);
    ContractCodec.writeText("root", old);
    assertEquals(
        new ControlItem.ReleaseVerdict(5, 17, "root", Feedback.NONE),
        new CodecSerializer<>(StateType.FEED_ITEM, 1)
            .deserialize(new DataInputDeserializer(old.getCopyOfBuffer())));
  }

  @Test
  void aNewerVersionIsRefusedByName() throws IOException {
    DataOutputSerializer out = new DataOutputSerializer(64);
    new CodecSerializerSnapshot<>(StateType.SINK_ITEM, 99).writeSnapshot(out);
    IOException refused =
        assertThrows(
            IOException.class,
            () ->
                new CodecSerializerSnapshot<>()
                    .readSnapshot(
                        1,
                        new DataInputDeserializer(out.getCopyOfBuffer()),
                        getClass().getClassLoader()));
    assertTrue(refused.getMessage().contains("version 99 of type sink-item"), refused.getMessage());
  }
}
