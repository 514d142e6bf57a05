/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.function;

import io.ringward.detect.Observation;
import io.ringward.detect.ProgramKey;
import io.ringward.detect.ProgramProfile;
import io.ringward.detect.Scope;
import io.ringward.jobs.memory.LoopMemory;
import io.ringward.jobs.memory.LoopSettings;
import io.ringward.jobs.memory.StateExchange;
import io.ringward.jobs.memory.StateExchange.Part;
import io.ringward.jobs.tap.Standings;
import io.ringward.jobs.types.DecideItem;
import io.ringward.jobs.types.ScoreItem;
import io.ringward.jobs.types.StateType;
import io.ringward.kernel.FileIdentity;
import io.ringward.kernel.Finding;
import io.ringward.kernel.HostPorts;
import io.ringward.kernel.LoopObserver;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.StreamCorruptedException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.apache.flink.api.common.state.StateTtlConfig;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Judges observations by what is usual of their program; keyed by {@link ProgramKey}, one profile a
 * key.
 *
 * <p>An operator and not a keyed function, because profiles and forests are bounded over all keys:
 * making room means to visit another key. A profile that was not used for {@link #UNUSED} is
 * forgotten too.
 *
 * <p>Ticks pass through, under one key: at parallelism 1, which a host has, a tick that arrives
 * downstream has therefore passed the only instance.
 */
public final class ScoreOperator extends AbstractStreamOperator<DecideItem>
    implements OneInputStreamOperator<ScoreItem, DecideItem> {
  /** A profile is forgotten when its program did nothing for so long. */
  public static final Duration UNUSED = Duration.ofDays(30);

  private static final long serialVersionUID = 1;
  private static final int VERSION = 1;
  private static final int IMAGE_BYTES = 1 << 16;
  private static final long REPORT_NANOS = 60_000_000_000L;
  private static final String PROFILE = "profile";
  private static final ProgramKey TICKS = new ProgramKey(new FileIdentity(0, 0), Scope.PROCESS);

  private final URI uri;
  private transient LoopSettings settings;
  private transient Standings standings;
  private transient LoopObserver observer;
  private transient StateExchange exchange;
  private transient ValueState<ProgramProfile> profiles;
  private transient ProgramIndex index;
  private transient StreamRecord<DecideItem> outgoing;
  private transient long reportedNanos;
  private transient long forgotten;
  private transient long dropped;

  /**
   * @param uri of the ports; their {@link LoopMemory} is open
   */
  public ScoreOperator(URI uri) {
    this.uri = Objects.requireNonNull(uri);
  }

  /** What an item is keyed by. */
  public static ProgramKey keyOf(ScoreItem item) {
    return switch (item) {
      case ScoreItem.Observed(Observation observation) -> observation.vector().program();
      case ScoreItem.Pulse _, ScoreItem.Mark _, ScoreItem.Unscored _ -> TICKS;
    };
  }

  @Override
  public void open() throws Exception {
    super.open();
    LoopMemory memory = LoopMemory.at(uri);
    settings = memory.settings();
    standings = memory.stage(HostStage.class).standings();
    exchange = memory.exchange();
    observer = HostPorts.at(uri).observer();
    ValueStateDescriptor<ProgramProfile> descriptor =
        new ValueStateDescriptor<>(
            PROFILE, StateType.PROGRAM_PROFILE.information(ProgramProfile.class));
    descriptor.enableTimeToLive(
        StateTtlConfig.newBuilder(UNUSED).cleanupIncrementally(4, false).build());
    profiles = getRuntimeContext().getState(descriptor);
    outgoing = new StreamRecord<>(null);
    index = new ProgramIndex();
    reportedNanos = Long.MIN_VALUE;
    resume();
    getMetricGroup().gauge("programs", () -> index.size());
    getMetricGroup().gauge("forests", () -> index.forests());
    getMetricGroup().gauge("forgottenPrograms", () -> forgotten);
    getMetricGroup().gauge("droppedForests", () -> dropped);
  }

  /** Finds out what a checkpoint has brought. */
  private void resume() throws Exception {
    List<ProgramKey> keys;
    try (var found =
        getKeyedStateBackend().<VoidNamespace>getKeys(PROFILE, VoidNamespace.INSTANCE)) {
      keys = found.map(ProgramKey.class::cast).toList();
    }
    for (ProgramKey key : keys) {
      setCurrentKey(key);
      ProgramProfile profile = profiles.value();
      if (profile != null) {
        index.use(key, profile);
      }
    }
    while (index.size() > settings.capacities().programs()) {
      forgetOldest();
    }
    while (index.forests() > settings.capacities().forests()) {
      dropOldestForest();
    }
  }

  @Override
  public void processElement(StreamRecord<ScoreItem> record) throws Exception {
    switch (record.getValue()) {
      case ScoreItem.Observed(Observation observation) -> onObservation(observation);
      case ScoreItem.Pulse(long timeNanos, long enteredNanos) -> {
        if (timeNanos >= reportedNanos + REPORT_NANOS || reportedNanos == Long.MIN_VALUE) {
          report(timeNanos);
        }
        emit(new DecideItem.Pulse(timeNanos, enteredNanos));
      }
      case ScoreItem.Unscored(DecideItem item) -> emit(item);
      case ScoreItem.Mark(int number, boolean begins) -> {
        if (begins) {
          exchangeState(number);
        }
        emit(new DecideItem.Mark(number, begins, true));
      }
    }
  }

  private void exchangeState(int mark) throws Exception {
    Optional<DataInput> given = exchange.given(mark, Part.SCORE);
    if (given.isPresent()) {
      readProfiles(given.get());
    } else {
      DataOutputSerializer image = new DataOutputSerializer(IMAGE_BYTES);
      writeProfiles(image);
      exchange.taken(mark, Part.SCORE, image.getCopyOfBuffer());
    }
  }

  /** In the order of their last use, by which they are forgotten. */
  private void writeProfiles(DataOutput out) throws Exception {
    out.writeByte(VERSION);
    for (ProgramKey key : index.keys()) {
      setCurrentKey(key);
      ProgramProfile profile = profiles.value();
      if (profile != null) { // Else its time to live is over.
        out.writeBoolean(true);
        profile.write(out);
      }
    }
    out.writeBoolean(false);
  }

  private void readProfiles(DataInput in) throws Exception {
    int version = in.readUnsignedByte();
    if (version != VERSION) {
      throw new StreamCorruptedException(
          "profiles of version " + version + ": this Ringward reads version " + VERSION);
    }
    for (ProgramKey key : index.keys()) {
      setCurrentKey(key);
      profiles.clear();
      index.forget(key);
    }
    while (in.readBoolean()) {
      ProgramProfile profile = ProgramProfile.read(in);
      setCurrentKey(profile.key());
      profiles.update(profile);
      index.use(profile.key(), profile);
    }
  }

  private void onObservation(Observation observation) throws Exception {
    ProgramKey key = observation.vector().program();
    ProgramProfile profile = profiles.value();
    if (profile == null) {
      index.forget(key); // It was there, and its time to live is over.
      while (index.size() >= settings.capacities().programs()) {
        forgetOldest();
      }
      setCurrentKey(key);
      profile = new ProgramProfile(key, settings.seed());
    }
    long fittedNanos = profile.model().fittedNanos();
    List<Finding> findings = profile.observe(observation);
    standings.judged(observation, profile.latest());
    profiles.update(profile);
    index.use(key, profile);
    if (index.forests() > settings.capacities().forests()) {
      dropOldestForest();
      setCurrentKey(key);
    }
    for (Finding finding : findings) {
      standings.found(finding);
      emit(new DecideItem.Found(finding));
    }
    if (profile.model().fittedNanos() != fittedNanos) {
      report(observation.vector().endNanos());
    }
  }

  private void forgetOldest() {
    forgotten++;
    ProgramKey oldest = index.oldest().orElseThrow();
    setCurrentKey(oldest);
    profiles.clear();
    index.forget(oldest);
  }

  private void dropOldestForest() throws Exception {
    ProgramKey oldest = index.oldestForest().orElseThrow();
    setCurrentKey(oldest);
    ProgramProfile profile = profiles.value();
    if (profile == null) {
      index.forget(oldest);
      return;
    }
    dropped++;
    profile.model().dropForest();
    profiles.update(profile);
    index.use(oldest, profile);
  }

  private void report(long nowNanos) {
    reportedNanos = nowNanos;
    long oldest = index.oldestFitNanos();
    // A fit of an earlier boot lies on another clock: its age is not known, and not negative.
    observer.onModels(index.fitted(), oldest == 0 ? 0 : Math.max(0, nowNanos - oldest));
  }

  private void emit(DecideItem item) {
    output.collect(outgoing.replace(item));
  }
}
