/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.memory;

import io.ringward.decide.Decider;
import io.ringward.decide.IncidentBook;
import io.ringward.detect.ProcessWindows;

/**
 * The bounds of a job's state. What does not fit is given up, least recently used first, and
 * counted.
 *
 * @param processes entries of the process table, living and dead; 16 at least
 * @param windows open feature windows, 16 at least
 * @param programs programs with a profile
 * @param forests profiles with a fitted forest, at most half a MiB each; not more than programs
 * @param subjects subjects on the ladder, 64 at least
 * @param incidents open incidents
 */
public record Capacities(
    int processes, int windows, int programs, int forests, int subjects, int incidents) {
  private static final int STANDARD_PROGRAMS = 512;
  private static final int STANDARD_FORESTS = 64;

  /** For a host: some 60 MB when all of it is full. */
  public static final Capacities STANDARD =
      new Capacities(
          32_768,
          ProcessWindows.DEFAULT_CAPACITY,
          STANDARD_PROGRAMS,
          STANDARD_FORESTS,
          Decider.DEFAULT_SUBJECTS,
          IncidentBook.DEFAULT_CAPACITY);

  public Capacities {
    if (processes < 16 || windows < 16) {
      throw new IllegalArgumentException(
          "at least 16 processes and windows, not " + processes + " and " + windows);
    }
    if (forests < 1 || forests > programs) {
      throw new IllegalArgumentException(
          "1 to " + programs + " forests for " + programs + " programs, not " + forests);
    }
    if (subjects < 64 || incidents < 1) {
      throw new IllegalArgumentException(
          "at least 64 subjects and an incident, not " + subjects + " and " + incidents);
    }
  }
}
