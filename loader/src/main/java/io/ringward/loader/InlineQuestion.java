/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import io.ringward.kernel.Operation;

/**
 * An operation that user space asks the kernel's tables about.
 *
 * @param addressHigh the upper half of the address; IPv4 is {@code ::ffff:a.b.c.d}
 * @param port of the peer, or the local one
 * @param protocol IPPROTO number
 * @param name of the program; empty: nothing is known of it
 * @param path of the program
 * @param inode of the program's file
 * @param flags a mask of {@link io.ringward.kernel.ExecFlag}
 * @param object path of the file that is acted on; empty when there is none
 * @param target the new path of a rename; empty when there is none
 * @param intent what a file is opened for: a mask of {@link io.ringward.kernel.FileFlag}
 */
public record InlineQuestion(
    Operation operation,
    int uid,
    long cgroupId,
    long addressHigh,
    long addressLow,
    int port,
    int protocol,
    String name,
    String path,
    long inode,
    int flags,
    String object,
    String target,
    int intent) {}
