/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bpf;

/**
 * BPF cannot be used from this JVM at all: libbpf is not installed or too old, or the JVM was
 * started without {@code --enable-native-access}. The message says what to do.
 */
public final class BpfUnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  BpfUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
