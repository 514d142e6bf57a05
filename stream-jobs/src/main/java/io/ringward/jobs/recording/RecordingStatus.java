/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.recording;

import java.nio.file.Path;
import java.util.Optional;

/**
 * How a recording stands.
 *
 * @param file where it is written
 * @param running whether it goes on
 * @param events of the kernel in the file
 * @param items events and all else that the loop took in
 * @param bytes of the file
 * @param stateBytes how many of them are the operators' state
 * @param gaps how often it had to begin anew, at another mark
 * @param lost items that are not in the file, because they came faster than they could be written
 * @param nanos how long it has been recording
 * @param why why it ended; empty while it runs and when somebody stopped it
 */
public record RecordingStatus(
    Path file,
    boolean running,
    long events,
    long items,
    long bytes,
    long stateBytes,
    long gaps,
    long lost,
    long nanos,
    Optional<String> why) {}
