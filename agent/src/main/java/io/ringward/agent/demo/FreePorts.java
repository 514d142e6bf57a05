/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;

/** Loopback ports where nobody listens, so that the demo knocks at nobody's door. */
final class FreePorts {
  private static final String LISTEN = "0A";
  private static final int FIRST = 1000;
  private static final int LAST = 60_000;

  private FreePorts() {}

  /** The first of so many ports in a row that nobody listens on, by proc_net_tcp(5). */
  static int below(int count) throws DemoException {
    BitSet taken = new BitSet(65_536);
    for (Path table : List.of(Path.of("/proc/net/tcp"), Path.of("/proc/net/tcp6"))) {
      try {
        Files.readAllLines(table).stream()
            .skip(1)
            .map(line -> line.strip().split("\\s+"))
            .filter(fields -> fields[3].equals(LISTEN))
            .forEach(fields ->
                taken.set(Integer.parseInt(fields[1].substring(fields[1].indexOf(':') + 1), 16)));
      } catch (IOException e) {
        // No such protocol here.
      }
    }
    for (int port = FIRST; port < LAST; port += 100) {
      if (taken.get(port, port + count).isEmpty()) {
        return port;
      }
    }
    throw new DemoException("no " + count + " loopback ports in a row are free");
  }
}
