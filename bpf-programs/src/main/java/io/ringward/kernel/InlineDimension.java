/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.kernel;

/**
 * What a row of the inline policy can look at. Mirrors {@code enum rw_inline_dimension}; the
 * ordinal is the number on the wire.
 */
public enum InlineDimension {
  /** Id of the actor's control group. */
  CGROUP,
  /** Effective user id. */
  USER,
  /** Inode of the program's file. */
  INODE,
  /** Those flags of {@link ExecFlag} that {@link WireLayouts#INLINE_PROGRAM_FLAGS} names. */
  FLAGS,
  /** Short name of the program, as its exec told it. */
  NAME,
  /** Path of the program, as its exec told it. */
  PATH,
  /** Peer or local address; IPv4 as {@code ::ffff:a.b.c.d}. */
  ADDRESS,
  /** Port of the peer, or the local one. */
  PORT,
  /** IPPROTO number. */
  PROTOCOL,
  /** Path of the file that is acted on. */
  OBJECT,
  /** Of a rename: the new path. */
  TARGET,
  /**
   * What a file is opened for: those flags of {@link FileFlag} that {@link
   * WireLayouts#INLINE_INTENTS} names.
   */
  INTENT
}
