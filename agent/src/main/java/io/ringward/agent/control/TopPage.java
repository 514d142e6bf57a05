/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.control;

import java.util.List;

/** One look at what is active: processes, control groups, and the verdicts in force. */
public record TopPage(
    AgentStatus status,
    List<ProcessRow> processes,
    List<GroupRow> cgroups,
    List<VerdictRow> verdicts) {
  public TopPage {
    processes = List.copyOf(processes);
    cgroups = List.copyOf(cgroups);
    verdicts = List.copyOf(verdicts);
  }

  /**
   * A process that was judged within the last minute.
   *
   * @param score how suspicious, 0 to 1: what its program's model says of its last second, or the
   *     score of what a rule or a detector found about it within the last minute
   * @param model {@code usual}, {@code odd}, or {@code learning 40/256}
   * @param eventsPerSecond execs, forks and exits of its children, connects and binds, with those
   *     of its short-lived descendants
   * @param cpu cores that it uses
   * @param waitMillisPerSecond time that it was runnable and did not run
   * @param finding what was found last, "" for nothing within a minute
   * @param verdict the action in force on it, "" for none
   */
  public record ProcessRow(
      int pid,
      String name,
      String executable,
      long uid,
      String cgroup,
      double score,
      String model,
      double eventsPerSecond,
      double cpu,
      double waitMillisPerSecond,
      String finding,
      String verdict) {}

  /**
   * A control group that ran, or whose processes did something, lately.
   *
   * @param score the highest of its processes
   * @param eventsPerSecond the sum of its processes'
   * @param cpu cores that it uses
   * @param waitMillisPerSecond run-queue wait of all of it
   * @param faultsPerSecond page faults
   * @param diskBytesPerSecond read from and written to block devices
   * @param reclaimMillisPerSecond time that its tasks spent on freeing memory
   * @param active how many of its processes were judged within the last seconds
   * @param verdict the action in force on the group itself, "" for none
   */
  public record GroupRow(
      String cgroup,
      String cgroupId,
      double score,
      double eventsPerSecond,
      double cpu,
      double waitMillisPerSecond,
      double faultsPerSecond,
      double diskBytesPerSecond,
      double reclaimMillisPerSecond,
      int active,
      String verdict) {}
}
