/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bpf;

/** When a map update writes: the flags of BPF_MAP_UPDATE_ELEM. */
public enum UpdateMode {
  /** Write in any case (BPF_ANY). */
  ANY(0),
  /** Write only if the key is not there (BPF_NOEXIST). */
  IF_ABSENT(1),
  /** Write only if the key is there (BPF_EXIST). */
  IF_PRESENT(2);

  private final long flags;

  UpdateMode(long flags) {
    this.flags = flags;
  }

  long flags() {
    return flags;
  }
}
