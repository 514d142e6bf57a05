/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.recording;

/** What a block of a recording holds. The ordinal plus one is in the file, and never changes. */
enum BlockKind {
  /** What the loop goes by; the first block. */
  HEADER,
  /** Items of the feed. */
  ITEMS,
  /** The state of one operator at a mark. */
  STATE,
  /** In which order was decided, and what the verdict table answered. */
  DECISIONS,
  /** The recording ended as it should. */
  END,
  /** Names of cgroups. */
  NAMES;

  private static final BlockKind[] BY_CODE = values();

  @SuppressWarnings("EnumOrdinal") // The order is the contract.
  int code() {
    return ordinal() + 1;
  }

  /** The kind of a code, or null for an unknown one. */
  static BlockKind ofCode(int code) {
    return code < 1 || code > BY_CODE.length ? null : BY_CODE[code - 1];
  }
}
