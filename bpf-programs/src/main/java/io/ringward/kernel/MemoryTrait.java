/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.kernel;

/** What is known of memory that became executable. Mirrors {@code enum rw_memory}: a bit each. */
public enum MemoryTrait {
  /** No file stands behind it. */
  ANONYMOUS,
  /** It is writable too, or has been written. */
  WRITTEN,
  /** Its file never had a name (memfd_create). */
  MEMFD,
  STACK,
  HEAP;

  /** The bit in a word of traits. */
  public int bit() {
    return 1 << ordinal();
  }

  /** Whether a word of traits has it. */
  public boolean in(long traits) {
    return (traits & bit()) != 0;
  }
}
