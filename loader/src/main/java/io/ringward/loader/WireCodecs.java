/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.ringward.bpf.MapCodec;
import io.ringward.kernel.FileIdentity;
import io.ringward.kernel.KernelSample.CpuAccount;
import io.ringward.kernel.ProcessKey;
import io.ringward.kernel.Verdict;
import io.ringward.kernel.WireLayouts;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** How the wire's structs are read from and written into map memory. Stateless. */
final class WireCodecs {
  private static final long KEY_TGID = offset(WireLayouts.PROCESS_KEY, "tgid");
  private static final long KEY_ZERO = offset(WireLayouts.PROCESS_KEY, "zero");
  private static final long FILE_DEVICE = offset(WireLayouts.FILE_IDENTITY, "device");
  private static final long VERDICT_EXPIRY = offset(WireLayouts.VERDICT, "expiry_nanos");
  private static final long VERDICT_ACTION = offset(WireLayouts.VERDICT, "action");
  private static final long VERDICT_OPERATIONS = offset(WireLayouts.VERDICT, "operations");
  private static final long VERDICT_INTERVAL = offset(WireLayouts.VERDICT, "interval_nanos");
  private static final long VERDICT_BURST = offset(WireLayouts.VERDICT, "burst_nanos");
  private static final long VERDICT_FLAGS = offset(WireLayouts.VERDICT, "flags");
  private static final long VERDICT_HITS = offset(WireLayouts.VERDICT, "hits");
  private static final long CPU_ON = offset(WireLayouts.CPU_ACCOUNT, "on_cpu_nanos");
  private static final long CPU_WAIT = offset(WireLayouts.CPU_ACCOUNT, "wait_nanos");
  private static final long CPU_SWITCHES = offset(WireLayouts.CPU_ACCOUNT, "switches");
  private static final long CPU_HISTOGRAM = offset(WireLayouts.CPU_ACCOUNT, "wait_histogram");

  /** {@code enum rw_verdict_flag}. */
  private static final int FLAG_SHADOW = 1;

  private static final int FLAG_PERSIST = 1 << 1;

  static final MapCodec<ProcessKey> PROCESS_KEY =
      MapCodec.of(WireLayouts.PROCESS_KEY, WireCodecs::writeKey, WireCodecs::readKey);

  static final MapCodec<FileIdentity> FILE_IDENTITY =
      MapCodec.of(
          WireLayouts.FILE_IDENTITY,
          (file, memory, at) -> {
            memory.asSlice(at, WireLayouts.FILE_IDENTITY.byteSize()).fill((byte) 0);
            memory.set(JAVA_LONG, at, file.inode());
            memory.set(JAVA_INT, at + FILE_DEVICE, file.device());
          },
          (memory, at) ->
              new FileIdentity(memory.get(JAVA_INT, at + FILE_DEVICE), memory.get(JAVA_LONG, at)));

  /** The value is read back as its hits: the rest is what user space wrote itself. */
  static final MapCodec<VerdictValue> VERDICT =
      MapCodec.of(
          WireLayouts.VERDICT,
          (value, memory, at) -> writeVerdict(value.verdict(), memory, at),
          (memory, at) -> new VerdictValue(null, memory.get(JAVA_LONG, at + VERDICT_HITS)));

  static final MapCodec<List<Long>> REFERENCES =
      MapCodec.of(
          WireLayouts.VERDICT_REFERENCES,
          (ids, memory, at) -> {
            for (int slot = 0; slot < WireLayouts.VERDICT_SLOTS; slot++) {
              memory.set(JAVA_LONG, at + slot * Long.BYTES, slot < ids.size() ? ids.get(slot) : 0L);
            }
          },
          (memory, at) -> {
            List<Long> ids = new ArrayList<>();
            for (int slot = 0; slot < WireLayouts.VERDICT_SLOTS; slot++) {
              ids.add(memory.get(JAVA_LONG, at + slot * Long.BYTES));
            }
            return ids;
          });

  static final MapCodec<Byte> BYTE =
      MapCodec.of(
          JAVA_BYTE,
          (value, memory, at) -> memory.set(JAVA_BYTE, at, value),
          (memory, at) -> memory.get(JAVA_BYTE, at));

  private WireCodecs() {}

  /**
   * A verdict to write, or what was read of one.
   *
   * @param verdict null when it was read
   */
  record VerdictValue(Verdict verdict, long hits) {}

  static ProcessKey readKey(MemorySegment memory, long at) {
    return new ProcessKey(memory.get(JAVA_LONG, at), memory.get(JAVA_INT, at + KEY_TGID));
  }

  static void writeKey(ProcessKey key, MemorySegment memory, long at) {
    memory.set(JAVA_LONG, at, key.startBoottimeNanos());
    memory.set(JAVA_INT, at + KEY_TGID, key.tgid());
    memory.set(JAVA_INT, at + KEY_ZERO, 0);
  }

  static CpuAccount readAccount(MemorySegment memory, long at) {
    List<Long> histogram = new ArrayList<>(WireLayouts.WAIT_BUCKETS);
    for (int bucket = 0; bucket < WireLayouts.WAIT_BUCKETS; bucket++) {
      histogram.add(
          Integer.toUnsignedLong(
              memory.get(JAVA_INT, at + CPU_HISTOGRAM + (long) bucket * Integer.BYTES)));
    }
    return new CpuAccount(
        memory.get(JAVA_LONG, at + CPU_ON),
        memory.get(JAVA_LONG, at + CPU_WAIT),
        memory.get(JAVA_LONG, at + CPU_SWITCHES),
        histogram);
  }

  /** A NUL-terminated text in a field of fixed size. */
  static String readText(MemorySegment memory, long at, int size) {
    byte[] bytes = new byte[size];
    MemorySegment.copy(memory, JAVA_BYTE, at, bytes, 0, size);
    int length = 0;
    while (length < size && bytes[length] != 0) {
      length++;
    }
    return new String(bytes, 0, length, StandardCharsets.UTF_8);
  }

  static long offset(StructLayout layout, String field) {
    return WireLayouts.offset(layout, field);
  }

  private static void writeVerdict(Verdict verdict, MemorySegment memory, long at) {
    memory.asSlice(at, WireLayouts.VERDICT.byteSize()).fill((byte) 0);
    memory.set(JAVA_LONG, at + VERDICT_EXPIRY, verdict.expiryNanos());
    memory.set(JAVA_INT, at + VERDICT_ACTION, verdict.action().wire());
    memory.set(
        JAVA_INT, at + VERDICT_OPERATIONS, io.ringward.kernel.Operation.mask(verdict.operations()));
    verdict
        .rate()
        .ifPresent(rate -> {
          boolean bytes = verdict.operations().contains(io.ringward.kernel.Operation.SEND);
          memory.set(
              JAVA_LONG,
              at + VERDICT_INTERVAL,
              bytes ? rate.bytesIntervalNanos() : rate.intervalNanos());
          memory.set(
              JAVA_LONG, at + VERDICT_BURST, bytes ? rate.bytesBurstNanos() : rate.burstNanos());
        });
    memory.set(
        JAVA_INT,
        at + VERDICT_FLAGS,
        (verdict.shadow() ? FLAG_SHADOW : 0) | (verdict.persist() ? FLAG_PERSIST : 0));
  }
}
