/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.control;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import jdk.net.ExtendedSocketOptions;
import jdk.net.UnixDomainPrincipal;

/**
 * Who is at the other end of a unix socket, as the kernel recorded it at connect(2) ({@code
 * SO_PEERCRED}).
 */
final class PeerCredentials {
  private PeerCredentials() {}

  /** Whether the peer's user id is 0. A name is not trusted: what is compared is the id. */
  static boolean isRoot(SocketChannel channel) throws IOException {
    UnixDomainPrincipal peer = channel.getOption(ExtendedSocketOptions.SO_PEERCRED);
    return peer.user().equals(root());
  }

  /** For the log. */
  static String describe(SocketChannel channel) throws IOException {
    return channel.getOption(ExtendedSocketOptions.SO_PEERCRED).user().getName();
  }

  // Principals of the JDK's Unix file systems are equal when their ids are. The root folder of the
  // process file system always belongs to user id 0.
  private static UserPrincipal root() throws IOException {
    Path ofRoot = Path.of("/proc");
    if (!Files.getAttribute(ofRoot, "unix:uid").equals(0)) {
      throw new IOException("/proc does not belong to root: is this a user namespace?");
    }
    return Files.getOwner(ofRoot);
  }
}
