/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.detect;

/**
 * What is counted of a process, a tree or a program within a window of one second. The ordinal is
 * the place in {@link FeatureVector#value}; state holds vectors in this order, so a change of it is
 * a new version of every codec that carries vectors.
 */
public enum Feature {
  /** Programs that its children started (for a young process: its own execs). */
  EXECS("execs", "/s", Family.CHILDREN),
  /** Children that it made. */
  FORKS("forks", "/s", Family.CHILDREN),
  /** Children that ended. */
  EXITS("exits", "/s", Family.CHILDREN),
  /** Connections that it asked for, refused ones too. */
  CONNECTS("connects", "/s", Family.NETWORK),
  /** Local addresses that it bound. */
  BINDS("binds", "/s", Family.NETWORK),
  /** Distinct programs that its children started. */
  CHILD_PROGRAMS("child_programs", "", Family.CHILDREN),
  /** Distinct addresses that it asked to connect to. */
  DESTINATIONS("destinations", "", Family.NETWORK),
  /** Distinct ports that it asked to connect to. */
  DESTINATION_PORTS("destination_ports", "", Family.NETWORK),
  /** Children that ended with a status other than 0, or by a signal. */
  CHILD_FAILURES("child_failures", "/s", Family.CHILDREN),
  /** Connections and binds that a verdict refused. */
  REFUSALS("refusals", "/s", Family.NETWORK),
  /** Processor time over wall time: 1 is one core. */
  ON_CPU_SHARE("on_cpu_share", "cores", Family.PROCESSOR),
  /** Time that it was runnable and did not run. */
  RUN_QUEUE_WAIT("run_queue_wait", "ms/s", Family.PROCESSOR),
  /** Its children that are alive at the end of the window. */
  CHILDREN_ALIVE("children_alive", "", Family.CHILDREN);

  /** How many there are: the length of a vector. */
  public static final int COUNT = values().length;

  private static final Feature[] BY_INDEX = values();

  /** Features that rise together: evidence of one family is counted once. */
  enum Family {
    CHILDREN,
    NETWORK,
    PROCESSOR;

    static final int COUNT = values().length;
  }

  private final String label;
  private final String unit;
  private final Family family;

  Feature(String label, String unit, Family family) {
    this.label = label;
    this.unit = unit;
    this.family = family;
  }

  /** The feature at a place of a vector. */
  public static Feature at(int index) {
    return BY_INDEX[index];
  }

  /** Its name in findings. */
  public String label() {
    return label;
  }

  /** Its unit, "" where it is a plain number. */
  public String unit() {
    return unit;
  }

  /** Its place in a vector. */
  @SuppressWarnings("EnumOrdinal") // The order is the contract.
  public int index() {
    return ordinal();
  }

  Family family() {
    return family;
  }

  /** Name and unit as people read it: {@code run_queue_wait_ms/s}, {@code forks/s}. */
  public String title() {
    if (unit.isEmpty() || unit.startsWith("/")) {
      return label + unit;
    }
    return label + "_" + unit;
  }
}
