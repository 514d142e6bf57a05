/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.control;

/** A request could not be done. The message says why and what to do, and is meant for people. */
public final class ControlException extends Exception {
  private static final long serialVersionUID = 1L;

  private final Code code;

  public ControlException(Code code, String message) {
    super(message);
    this.code = code;
  }

  /** What kind of failure. */
  public Code code() {
    return code;
  }

  /** Kinds of failure, as they stand on the wire. */
  public enum Code {
    /** No agent answers at the socket. */
    NO_AGENT,
    /** The caller is not root. */
    NOT_PERMITTED,
    /** The request is not understood. */
    BAD_REQUEST,
    /** Nothing has this id, process or cgroup. */
    NOT_FOUND,
    /** The subject is protected. */
    PROTECTED,
    /** It was understood and tried, and did not work. */
    FAILED,
    /** Too many are asking at once. */
    BUSY;

    /** The word on the wire. */
    String wire() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }

    static Code ofWire(String word) {
      for (Code code : values()) {
        if (code.wire().equals(word)) {
          return code;
        }
      }
      return FAILED;
    }
  }
}
