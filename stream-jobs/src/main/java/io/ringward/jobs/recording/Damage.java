/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.recording;

/**
 * What is wrong with a recording, from some place on. Everything before it is used.
 *
 * @param offset of the first byte that is not used
 * @param bytes that are not used
 * @param why what is wrong there
 */
public record Damage(long offset, long bytes, String why) {
  @Override
  public String toString() {
    return why + "; what stands before byte " + offset + " is used, " + bytes + " bytes are not";
  }
}
