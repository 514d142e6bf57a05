/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.recording;

import java.io.IOException;

/** A file is no recording, or one that cannot be used; the message says what and where. */
public final class RecordingException extends IOException {
  private static final long serialVersionUID = 1L;

  public RecordingException(String message) {
    super(message);
  }

  public RecordingException(String message, Throwable cause) {
    super(message, cause);
  }
}
