/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.detect;

import io.ringward.kernel.Operation;
import java.util.List;
import java.util.Set;

/**
 * The storms that are known by shape. A count must reach a floor before it can be one at all, so
 * that a quiet past does not make a storm of three forks; while nothing is known of a program yet,
 * a higher one. The floors are per window of a second:
 *
 * <table>
 * <caption>Floors</caption>
 * <tr><th>storm</th><th>with a baseline</th><th>without</th><th>for comparison</th></tr>
 * <tr><td>forks</td><td>128</td><td>512</td><td>a parallel build makes 50 to 300</td></tr>
 * <tr><td>execs</td><td>128</td><td>512</td><td>a configure script makes 100 to 400</td></tr>
 * <tr><td>distinct addresses</td><td>32</td><td>96</td><td>a browser opening a page: 10 to 40</td></tr>
 * <tr><td>distinct ports</td><td>32</td><td>96</td><td>a browser opening a page: 1 or 2</td></tr>
 * <tr><td>connects</td><td>256</td><td>1024</td><td>a busy proxy: thousands, in its baseline</td></tr>
 * </table>
 */
public enum BurstKind {
  FORK_STORM(
      "fork-storm",
      Feature.FORKS,
      128,
      512,
      "forks",
      Set.of(Operation.FORK, Operation.EXEC, Operation.CONNECT, Operation.BIND),
      List.of("T1499.001", "mitre_impact")),
  EXEC_STORM(
      "exec-storm",
      Feature.EXECS,
      128,
      512,
      "programs started",
      Set.of(Operation.FORK, Operation.EXEC, Operation.CONNECT, Operation.BIND),
      List.of("T1499.001", "mitre_impact")),
  CONNECT_SCAN(
      "connect-scan",
      Feature.DESTINATIONS,
      32,
      96,
      "destinations",
      Set.of(Operation.CONNECT),
      List.of("T1018", "T1046", "mitre_discovery")),
  PORT_SCAN(
      "port-scan",
      Feature.DESTINATION_PORTS,
      32,
      96,
      "destination ports",
      Set.of(Operation.CONNECT),
      List.of("T1046", "mitre_discovery")),
  CONNECT_FLOOD(
      "connect-flood",
      Feature.CONNECTS,
      256,
      1024,
      "connects",
      Set.of(Operation.CONNECT),
      List.of("T1498", "mitre_impact"));

  static final int COUNT = values().length;

  private final String detector;
  private final Feature feature;
  private final int floor;
  private final int coldFloor;
  private final String noun;
  private final Set<Operation> operations;
  private final List<String> tags;

  BurstKind(
      String detector,
      Feature feature,
      int floor,
      int coldFloor,
      String noun,
      Set<Operation> operations,
      List<String> tags) {
    this.detector = detector;
    this.feature = feature;
    this.floor = floor;
    this.coldFloor = coldFloor;
    this.noun = noun;
    this.operations = operations;
    this.tags = tags;
  }

  /** The name in findings. */
  public String detector() {
    return detector;
  }

  /** What is counted. */
  public Feature feature() {
    return feature;
  }

  /** The least count in a window that is a storm, of a program with a baseline. */
  public int floor() {
    return floor;
  }

  /** The least count in a window that is a storm, of a program without. */
  public int coldFloor() {
    return coldFloor;
  }

  /** What is counted, in words. */
  String noun() {
    return noun;
  }

  /** What a throttle covers. */
  Set<Operation> operations() {
    return operations;
  }

  /** MITRE ATT&amp;CK and others. */
  List<String> tags() {
    return tags;
  }
}
