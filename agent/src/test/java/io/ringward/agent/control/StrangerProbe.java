/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.control;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * What another user can do at the socket; run by {@link ControlSocketTest} in a JVM of its own with
 * another user id. Needs nothing but the JDK. Prints one line: what happened.
 */
final class StrangerProbe {
  private StrangerProbe() {}

  public static void main(String[] arguments) {
    UnixDomainSocketAddress address = UnixDomainSocketAddress.of(Path.of(arguments[0]));
    try (SocketChannel channel = SocketChannel.open(address)) {
      ByteBuffer request =
          ByteBuffer.wrap(
              "{\"version\":1,\"command\":\"verdicts.release_all\"}\n"
                  .getBytes(StandardCharsets.UTF_8));
      try {
        channel.write(request);
      } catch (IOException e) {
        // Turned away already: what counts is what was answered.
      }
      ByteBuffer answer = ByteBuffer.allocate(65536);
      int read = channel.read(answer);
      System.out.println(
          read < 0
              ? "hung up"
              : new String(answer.array(), 0, read, StandardCharsets.UTF_8).strip());
    } catch (IOException e) {
      System.out.println("could not connect: " + e.getMessage());
    }
  }
}
