/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.incident;

/** Texts that processes chose, cut to what a message has room for. */
final class BoundedText {
  private BoundedText() {}

  /** The text, or its beginning and an ellipsis; never half a character. */
  static String cut(String text, int most) {
    if (text.length() <= most) {
      return text;
    }
    int end = Math.max(0, most - 1);
    if (end > 0 && Character.isHighSurrogate(text.charAt(end - 1))) {
      end--;
    }
    return text.substring(0, end) + "…";
  }
}
