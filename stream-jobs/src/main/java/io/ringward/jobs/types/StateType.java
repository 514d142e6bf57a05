/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.types;

import io.ringward.detect.ProgramKey;
import io.ringward.detect.ProgramProfile;
import io.ringward.kernel.FeedItem;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Optional;
import org.apache.flink.api.common.typeinfo.TypeInformation;

/**
 * Every type that crosses an exchange or lies in a checkpoint, with the version of its form. Labels
 * are written into checkpoints: they are never changed and never used again for something else. A
 * change of a form raises the version, and the codec goes on reading the older ones.
 */
public enum StateType {
  FEED_ITEM("feed-item", 4, FeedItem.class, FeedItemCodec.INSTANCE),
  SCORE_ITEM("score-item", 2, ScoreItem.class, ScoreItemCodec.INSTANCE),
  DECIDE_ITEM("decide-item", 3, DecideItem.class, DecideItemCodec.INSTANCE),
  SINK_ITEM("sink-item", 1, SinkItem.class, SinkItemCodec.INSTANCE),
  PROGRAM_KEY("program-key", 1, ProgramKey.class, Codec.of(ProgramKey::write, ProgramKey::read)),
  PROGRAM_PROFILE("program-profile", 1, ProgramProfile.class, new ProgramProfileCodec().checked()),
  DECIDER_IMAGE("decider-image", 1, DeciderImage.class, new DeciderImageCodec().checked());

  private final String label;
  private final int version;
  private final Class<?> javaType;
  private final Codec<?> codec;

  <T> StateType(String label, int version, Class<T> javaType, Codec<T> codec) {
    this.label = label;
    this.version = version;
    this.javaType = javaType;
    this.codec = codec;
  }

  /** The name in checkpoints. */
  public String label() {
    return label;
  }

  /** The version that is written; from 1 on. */
  public int version() {
    return version;
  }

  /** The Java type. */
  public Class<?> javaType() {
    return javaType;
  }

  /** Whether values change after they are made, so that a snapshot needs a copy. */
  public boolean mutable() {
    return this == PROGRAM_PROFILE;
  }

  /**
   * For Flink's declarations.
   *
   * @throws ClassCastException when {@code javaType} is another than this type's
   */
  public <T> TypeInformation<T> information(Class<T> javaType) {
    if (this.javaType != javaType) {
      throw new ClassCastException(label + " is not for " + javaType.getName());
    }
    return new CodecTypeInformation<>(this);
  }

  /** Writes a value outside of Flink, with its version. */
  public <T> void write(T value, DataOutput out) throws IOException {
    out.writeByte(version);
    this.<T>codec().write(value, out);
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws IOException when it is of a newer version, or no value of this type
   */
  public <T> T read(DataInput in) throws IOException {
    int written = in.readUnsignedByte();
    if (written < 1 || written > version) {
      throw new IOException(
          label + " of version " + written + ": this Ringward reads up to version " + version);
    }
    try {
      return this.<T>codec().read(written, in);
    } catch (IllegalArgumentException | NullPointerException e) {
      // The records check themselves: a value that they refuse was not written by them.
      throw new IOException("a value of type " + label + " is damaged", e);
    }
  }

  @SuppressWarnings("unchecked")
  <T> Codec<T> codec() {
    return (Codec<T>) codec;
  }

  static Optional<StateType> labelled(String label) {
    for (StateType type : values()) {
      if (type.label.equals(label)) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }
}
