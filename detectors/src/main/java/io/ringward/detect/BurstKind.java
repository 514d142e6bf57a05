/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.detect;

import io.ringward.kernel.Operation;
import java.util.EnumSet;
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
  FORK_STORM("fork-storm", Feature.FORKS, 128, 512, "forks"),
  EXEC_STORM("exec-storm", Feature.EXECS, 128, 512, "programs started"),
  CONNECT_SCAN("connect-scan", Feature.DESTINATIONS, 32, 96, "destinations"),
  PORT_SCAN("port-scan", Feature.DESTINATION_PORTS, 32, 96, "destination ports"),
  CONNECT_FLOOD("connect-flood", Feature.CONNECTS, 256, 1024, "connects");

  static final int COUNT = values().length;

  private final String detector;
  private final Feature feature;
  private final int floor;
  private final int coldFloor;
  private final String noun;

  BurstKind(String detector, Feature feature, int floor, int coldFloor, String noun) {
    this.detector = detector;
    this.feature = feature;
    this.floor = floor;
    this.coldFloor = coldFloor;
    this.noun = noun;
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

  /** Its place among the kinds. */
  @SuppressWarnings("EnumOrdinal") // The order is the contract.
  int index() {
    return ordinal();
  }

  /** What a throttle covers. A storm of processes is starved of all that its members could do. */
  Set<Operation> operations() {
    return switch (this) {
      case FORK_STORM, EXEC_STORM -> Operation.unlessNamed();
      case CONNECT_SCAN, PORT_SCAN, CONNECT_FLOOD -> EnumSet.of(Operation.CONNECT);
    };
  }

  /** MITRE ATT&amp;CK. */
  List<String> tags() {
    return switch (this) {
      case FORK_STORM, EXEC_STORM -> List.of("T1499.001", "mitre_impact");
      case CONNECT_SCAN -> List.of("T1018", "T1046", "mitre_discovery");
      case PORT_SCAN -> List.of("T1046", "mitre_discovery");
      case CONNECT_FLOOD -> List.of("T1498", "mitre_impact");
    };
  }
}
