/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import java.util.Locale;
import java.util.Objects;

/**
 * Somebody changed what is Ringward's in the kernel, or stopped the agent.
 *
 * @param kind what was done
 * @param what it says to people, and what was done about it
 * @param restored whether it is as before
 */
public record Tampering(Kind kind, String what, boolean restored) {
  /** What can be done to a guardian by who is root. */
  public enum Kind {
    /** A program was detached from its hook (BPF_LINK_DETACH). */
    HOOK_DETACHED,
    /** A verdict in force was deleted from the kernel's map. */
    VERDICT_DELETED,
    /** A process was taken out of the verdict that it is under. */
    SUBJECT_UNMARKED,
    /** The agent did not run for longer than the kernel waits for its heartbeat. */
    AGENT_STOPPED,
    /** Self-protection kept somebody from ending, tracing or reaching into the agent. */
    ATTACK_REFUSED;

    /** The metric label: {@code hook_detached}, … */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public Tampering {
    Objects.requireNonNull(kind);
    Objects.requireNonNull(what);
  }
}
