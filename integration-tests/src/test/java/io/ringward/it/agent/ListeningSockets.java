/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.it.agent;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/** Finds out what a process listens on, from /proc (proc_pid_net(5)). */
final class ListeningSockets {
  private static final String LISTEN = "0A";

  private ListeningSockets() {}

  /** TCP sockets in state LISTEN and all UDP sockets of a process. */
  static List<InetSocketAddress> of(long pid) {
    Path process = Path.of("/proc", Long.toString(pid));
    try {
      Set<String> own = socketInodes(process);
      List<InetSocketAddress> found = new ArrayList<>();
      for (String table : List.of("tcp", "tcp6", "udp", "udp6")) {
        Path file = process.resolve("net").resolve(table);
        List<String> lines = Files.exists(file) ? Files.readAllLines(file) : List.of("");
        for (String line : lines.subList(1, lines.size())) {
          String[] fields = line.strip().split("\\s+");
          boolean open = table.startsWith("udp") || fields[3].equals(LISTEN);
          if (open && own.contains(fields[9])) {
            found.add(address(fields[1]));
          }
        }
      }
      return found;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Set<String> socketInodes(Path process) throws IOException {
    Set<String> inodes = new HashSet<>();
    try (var descriptors = Files.list(process.resolve("fd"))) {
      for (Path descriptor : descriptors.toList()) {
        try {
          String target = Files.readSymbolicLink(descriptor).toString();
          if (target.startsWith("socket:[")) {
            inodes.add(target.substring(8, target.length() - 1));
          }
        } catch (IOException e) {
          // It was closed in between.
        }
      }
    }
    return inodes;
  }

  // The address is written as 32-bit words in the machine's order, the port as it is read.
  private static InetSocketAddress address(String text) throws UnknownHostException {
    int colon = text.indexOf(':');
    byte[] words = HexFormat.of().parseHex(text.substring(0, colon));
    ByteBuffer bytes = ByteBuffer.allocate(words.length);
    ByteBuffer hex = ByteBuffer.wrap(words);
    bytes.order(ByteOrder.nativeOrder());
    while (hex.hasRemaining()) {
      bytes.putInt(hex.getInt());
    }
    return new InetSocketAddress(
        InetAddress.getByAddress(bytes.array()), Integer.parseInt(text.substring(colon + 1), 16));
  }
}
