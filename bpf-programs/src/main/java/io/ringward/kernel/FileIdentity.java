/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.kernel;

/**
 * A file as the kernel's hooks read it. stat(2) may report another device on overlay and shared
 * file systems, so this is only compared with what came from a hook.
 *
 * @param device the kernel's {@code dev_t}: {@code major << 20 | minor}
 * @param inode the inode number
 */
public record FileIdentity(int device, long inode) {}
