/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.detect;

/** Whose events a window gathers. */
public enum Scope {
  /** One process that has lived for a second or more, or is too busy to wait for that. */
  PROCESS,
  /** The young descendants (under one second old) of one older process, without itself. */
  TREE,
  /** All young processes of one program, on the whole host. */
  PROGRAM;

  /** A number for hashes and state. */
  @SuppressWarnings("EnumOrdinal") // The order is the contract.
  int code() {
    return ordinal();
  }

  /** The word for people. */
  public String label() {
    return switch (this) {
      case PROCESS -> "process";
      case TREE -> "tree";
      case PROGRAM -> "program";
    };
  }
}
