/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The TCP sockets on which this very process listens, as the kernel tells it. */
public final class ListeningSockets {
  private static final String LISTEN = "0A";

  private ListeningSockets() {}

  /** All of them, IPv4 and IPv6. */
  public static List<InetSocketAddress> now() throws IOException {
    Set<String> mine = socketInodes();
    List<InetSocketAddress> listening = new ArrayList<>();
    for (String table : List.of("/proc/self/net/tcp", "/proc/self/net/tcp6")) {
      if (!Files.exists(Path.of(table))) {
        continue;
      }
      for (String line : Files.readAllLines(Path.of(table))) {
        String[] columns = line.trim().split("\\s+");
        if (columns[3].equals(LISTEN) && mine.contains(columns[9])) {
          listening.add(address(columns[1]));
        }
      }
    }
    return listening;
  }

  private static Set<String> socketInodes() throws IOException {
    Set<String> inodes = new HashSet<>();
    try (var descriptors = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path descriptor : descriptors) {
        try {
          String target = Files.readSymbolicLink(descriptor).toString();
          if (target.startsWith("socket:[")) {
            inodes.add(target.substring("socket:[".length(), target.length() - 1));
          }
        } catch (NoSuchFileException e) {
          // Closed meanwhile: the folder's own descriptor is one of those.
        }
      }
    }
    return inodes;
  }

  /** The kernel prints an address as 32-bit words in host order, here little-endian. */
  private static InetSocketAddress address(String text) {
    int colon = text.indexOf(':');
    byte[] bytes = new byte[colon / 2];
    for (int i = 0; i < bytes.length; i++) {
      int word = i & ~3;
      int at = (word + 3 - (i & 3)) * 2;
      bytes[i] = (byte) Integer.parseInt(text.substring(at, at + 2), 16);
    }
    try {
      return new InetSocketAddress(
          InetAddress.getByAddress(bytes), Integer.parseInt(text.substring(colon + 1), 16));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
