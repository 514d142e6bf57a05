/* SPDX-License-Identifier: Apache-2.0 */

/**
 * bpf-jvm: eBPF from Java through libbpf (1.0 and later) and the C library, by the Foreign Function
 * and Memory API alone. It depends on nothing else of this project.
 *
 * <p>A complete use: load an object built by clang, size its ring buffer, set a constant, attach,
 * and read records until closed.
 *
 * <pre>{@code
 * BpfObjectSpec spec =
 *     BpfObjectSpec.ofResource(Main.class, "/bpf/execs.bpf.o")
 *         .withMaxEntries("events", 1 << 20)
 *         .withVariable("own_tgid", ProcessHandle.current().pid());
 * try (BpfObject object = spec.load();
 *     RingBufferReader events = RingBufferReader.open(object.map("events"));
 *     BpfLink link = object.program("on_exec").attach()) {
 *   BpfMap<Integer, Long> limits = object.map("limits", MapCodec.u32(), MapCodec.u64());
 *   limits.put(0, 1000L);
 *   RecordHandler handler =
 *       (data, offset, length) -> print(data.get(ValueLayout.JAVA_INT, offset));
 *   while (!Thread.currentThread().isInterrupted()) {
 *     boolean ready = events.await(100_000_000L);
 *     events.drain(handler, 10_000);
 *   }
 * }
 * }</pre>
 *
 * <p>The JVM needs {@code --enable-native-access}, the machine {@code libbpf.so.1}, the process
 * CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN, or root. What a kernel can do is found out by {@link
 * io.ringward.bpf.FeatureProbe}.
 *
 * <p>Two kinds of failure: {@link io.ringward.bpf.BpfUnavailableException} when nothing can work
 * here, {@link io.ringward.bpf.BpfException} when one operation was refused. Both say what to do.
 * Everything that is held is {@link AutoCloseable}; everything that is described is a record.
 */
package io.ringward.bpf;
