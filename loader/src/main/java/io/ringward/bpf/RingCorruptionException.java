/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bpf;

/**
 * The positions or a record's length in a ring buffer cannot be true: its memory was written by
 * somebody else, or read by a second consumer. Reading cannot go on.
 */
public final class RingCorruptionException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  RingCorruptionException(String message) {
    super(message);
  }
}
