/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bpf;

/**
 * A map as an object file declares it.
 *
 * @param name of its C variable; of a data section, the object's name and the section's
 * @param keyBytes size of a key
 * @param valueBytes size of one value, of a single CPU if it is a per-CPU map
 * @param maxEntries its capacity, or the size in bytes of a ring buffer's data
 * @param flags BPF_F_… of {@code linux/bpf.h}
 */
public record MapSpec(
    String name, MapType type, int keyBytes, int valueBytes, int maxEntries, int flags) {}
