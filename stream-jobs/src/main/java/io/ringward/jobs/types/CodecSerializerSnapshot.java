/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.types;

import java.io.IOException;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSchemaCompatibility;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * What a checkpoint says about how its values were written: the type's stable label and its
 * version. A newer Ringward reads older versions and rewrites them; an older one refuses newer
 * versions.
 */
public final class CodecSerializerSnapshot<T> implements TypeSerializerSnapshot<T> {
  private static final int SNAPSHOT_VERSION = 1;

  private StateType type;
  private int version;

  /** For Flink, which fills it by {@link #readSnapshot}. */
  public CodecSerializerSnapshot() {}

  CodecSerializerSnapshot(StateType type, int version) {
    this.type = type;
    this.version = version;
  }

  @Override
  public int getCurrentVersion() {
    return SNAPSHOT_VERSION;
  }

  @Override
  public void writeSnapshot(DataOutputView out) throws IOException {
    out.writeUTF(type.label());
    out.writeInt(version);
  }

  @Override
  public void readSnapshot(int snapshotVersion, DataInputView in, ClassLoader loader)
      throws IOException {
    if (snapshotVersion != SNAPSHOT_VERSION) {
      throw new IOException(
          "a type's description of version " + snapshotVersion + " is of a newer Ringward");
    }
    String label = in.readUTF();
    type =
        StateType.labelled(label)
            .orElseThrow(() -> new IOException("'" + label + "' is no type of this Ringward"));
    version = in.readInt();
    if (version < 1 || version > type.version()) {
      throw new IOException(
          "version "
              + version
              + " of type "
              + label
              + " is of a newer Ringward: this one reads up"
              + " to "
              + type.version());
    }
  }

  @Override
  public TypeSerializer<T> restoreSerializer() {
    return new CodecSerializer<>(type, version);
  }

  @Override
  public TypeSerializerSchemaCompatibility<T> resolveSchemaCompatibility(
      TypeSerializerSnapshot<T> older) {
    if (!(older instanceof CodecSerializerSnapshot<?> that) || that.type != type) {
      return TypeSerializerSchemaCompatibility.incompatible();
    }
    if (that.version > version) {
      return TypeSerializerSchemaCompatibility.incompatible();
    }
    return that.version == version
        ? TypeSerializerSchemaCompatibility.compatibleAsIs()
        : TypeSerializerSchemaCompatibility.compatibleAfterMigration();
  }
}
