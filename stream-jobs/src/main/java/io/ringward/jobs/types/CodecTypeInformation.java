/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.types;

import java.util.Objects;
import org.apache.flink.api.common.serialization.SerializerConfig;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;

/** Tells Flink to use the {@link CodecSerializer} of a type. */
final class CodecTypeInformation<T> extends TypeInformation<T> {
  private static final long serialVersionUID = 1;

  private final StateType type;

  CodecTypeInformation(StateType type) {
    this.type = Objects.requireNonNull(type);
  }

  @Override
  public boolean isBasicType() {
    return false;
  }

  @Override
  public boolean isTupleType() {
    return false;
  }

  @Override
  public int getArity() {
    return 1;
  }

  @Override
  public int getTotalFields() {
    return 1;
  }

  @Override
  @SuppressWarnings("unchecked")
  public Class<T> getTypeClass() {
    return (Class<T>) type.javaType();
  }

  /** All types here are hashed by value. */
  @Override
  public boolean isKeyType() {
    return true;
  }

  @Override
  public TypeSerializer<T> createSerializer(SerializerConfig config) {
    return new CodecSerializer<>(type, type.version());
  }

  @Override
  public String toString() {
    return type.label();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof CodecTypeInformation<?> that && that.type == type;
  }

  @Override
  public int hashCode() {
    return type.hashCode();
  }

  @Override
  public boolean canEqual(Object other) {
    return other instanceof CodecTypeInformation<?>;
  }
}
