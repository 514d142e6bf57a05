/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.types;

import io.ringward.kernel.ContractCodec;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.StreamCorruptedException;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

/**
 * How values of one type are written and read. Implementations hold no state and are thread-safe.
 *
 * <p>What is read may come from a damaged file, so a reader checks counts and numbers before it
 * trusts them and says so by an {@link IOException}; a value whose own constructor refuses it may
 * throw an {@link IllegalArgumentException}.
 */
interface Codec<T> {
  /** Most elements of a list that is believed. */
  int MOST_ELEMENTS = 1 << 20;

  /** Most bytes of a checked value that are believed. */
  int MOST_BYTES = 64 << 20;

  void write(T value, DataOutput out) throws IOException;

  /**
   * @param version of the {@link StateType} that the value was written with
   */
  T read(int version, DataInput in) throws IOException;

  /** A value that shares nothing mutable with the given one; itself when it is immutable. */
  default T copy(T value) {
    return value;
  }

  /** A codec of a type that versions itself, as those of {@link ContractCodec} do. */
  static <T> Codec<T> of(ContractCodec.Writer<T> writer, ContractCodec.Reader<T> reader) {
    return new Codec<>() {
      @Override
      public void write(T value, DataOutput out) throws IOException {
        writer.write(value, out);
      }

      @Override
      public T read(int version, DataInput in) throws IOException {
        return reader.read(in);
      }
    };
  }

  /** Writes a list of up to {@link #MOST_ELEMENTS}, more than the contract's codec carries. */
  static <T> void writeLongList(List<T> values, ContractCodec.Writer<T> writer, DataOutput out)
      throws IOException {
    out.writeInt(values.size());
    for (T value : values) {
      writer.write(value, out);
    }
  }

  /** Reads what {@link #writeLongList} wrote. */
  static <T> List<T> readLongList(DataInput in, ContractCodec.Reader<T> reader) throws IOException {
    int count = in.readInt();
    if (count < 0 || count > MOST_ELEMENTS) {
      throw new StreamCorruptedException("a list of " + count + " values: damaged state");
    }
    List<T> values = new ArrayList<>(Math.min(count, 1024));
    for (int i = 0; i < count; i++) {
      values.add(reader.read(in));
    }
    return values;
  }

  /**
   * The same with a length and a checksum around it (CRC-32C, RFC 3720), for what lies in files: a
   * flipped bit in a number would otherwise be read as another number.
   */
  default Codec<T> checked() {
    Codec<T> inner = this;
    return new Codec<>() {
      @Override
      public void write(T value, DataOutput out) throws IOException {
        DataOutputSerializer buffer = new DataOutputSerializer(1024);
        inner.write(value, buffer);
        out.writeInt(buffer.length());
        out.writeInt(sum(buffer.getSharedBuffer(), buffer.length()));
        out.write(buffer.getSharedBuffer(), 0, buffer.length());
      }

      @Override
      public T read(int version, DataInput in) throws IOException {
        int length = in.readInt();
        int expected = in.readInt();
        if (length < 0 || length > MOST_BYTES) {
          throw new StreamCorruptedException("a value of " + length + " bytes: damaged state");
        }
        byte[] bytes = new byte[length];
        in.readFully(bytes);
        if (sum(bytes, length) != expected) {
          throw new StreamCorruptedException("the checksum of a value is wrong: damaged state");
        }
        return inner.read(version, new DataInputDeserializer(bytes));
      }

      @Override
      public T copy(T value) {
        return inner.copy(value);
      }
    };
  }

  private static int sum(byte[] bytes, int length) {
    CRC32C sum = new CRC32C();
    sum.update(bytes, 0, length);
    return (int) sum.getValue();
  }
}
