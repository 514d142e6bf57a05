/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bpf;

/**
 * A program as an object file declares it.
 *
 * @param name of its C function
 * @param section which says what it attaches to, such as {@code tp_btf/sched_process_exec}
 */
public record ProgramSpec(String name, String section, ProgramType type) {}
