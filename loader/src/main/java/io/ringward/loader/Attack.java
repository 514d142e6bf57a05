/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import java.util.Locale;

/** What another process may try on this one. Mirrors {@code enum rw_attack}. */
enum Attack {
  /** A signal that ends or stops. */
  SIGNAL("send the agent signal %d"),
  /** ptrace, process_vm_writev, pidfd_getfd, writing to its memory. */
  TRACE("trace the agent, or reach into its memory or its files (mode %#x)"),
  /** Opening a map for writing. */
  MAP("open map %d of the agent for writing"),
  /** Opening a link, by which a hook can be detached. */
  LINK("open link %d of the agent, by which it can be detached"),
  /** Opening a pin, or removing one. */
  PIN("open or remove pins of the agent (inode %d)"),
  /** Giving the directories of pins another name. */
  RENAME("rename a directory of the agent's pins (inode %d)"),
  /** Taking the file system away. */
  UMOUNT("unmount the file system that holds the agent's pins (mount %d)");

  private final String deed;

  Attack(String deed) {
    this.deed = deed;
  }

  /** As its programs are named. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * What was tried, for people.
   *
   * @param detail the signal, the mode, the id
   */
  String deed(int detail) {
    return deed.formatted(detail);
  }
}
