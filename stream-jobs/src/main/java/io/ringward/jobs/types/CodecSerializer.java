/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.types;

import java.io.IOException;
import java.util.Objects;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * Flink's side of a {@link StateType}. Writes in the newest version; reads in the version that it
 * was made for, which is an older one only while a checkpoint of an older Ringward is read.
 */
final class CodecSerializer<T> extends TypeSerializer<T> {
  private static final long serialVersionUID = 1;

  private final StateType type;
  private final int readVersion;

  CodecSerializer(StateType type, int readVersion) {
    this.type = Objects.requireNonNull(type);
    this.readVersion = readVersion;
  }

  StateType type() {
    return type;
  }

  int readVersion() {
    return readVersion;
  }

  private Codec<T> codec() {
    return type.codec();
  }

  @Override
  public boolean isImmutableType() {
    return !type.mutable();
  }

  @Override
  public TypeSerializer<T> duplicate() {
    return this;
  }

  @Override
  public T createInstance() {
    return null;
  }

  @Override
  public T copy(T from) {
    return codec().copy(from);
  }

  @Override
  public T copy(T from, T reuse) {
    return codec().copy(from);
  }

  @Override
  public int getLength() {
    return -1;
  }

  @Override
  public void serialize(T value, DataOutputView target) throws IOException {
    codec().write(value, target);
  }

  @Override
  public T deserialize(DataInputView source) throws IOException {
    try {
      return codec().read(readVersion, source);
    } catch (IllegalArgumentException | NullPointerException e) {
      // The records check themselves: a value that they refuse was not written by them.
      throw new IOException("a value of type " + type.label() + " is damaged", e);
    }
  }

  @Override
  public T deserialize(T reuse, DataInputView source) throws IOException {
    return deserialize(source);
  }

  @Override
  public void copy(DataInputView source, DataOutputView target) throws IOException {
    serialize(deserialize(source), target);
  }

  @Override
  public TypeSerializerSnapshot<T> snapshotConfiguration() {
    return new CodecSerializerSnapshot<>(type, type.version());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof CodecSerializer<?> that
        && that.type == type
        && that.readVersion == readVersion;
  }

  @Override
  public int hashCode() {
    return Objects.hash(type, readVersion);
  }

  @Override
  public String toString() {
    return type.label() + " version " + readVersion;
  }
}
