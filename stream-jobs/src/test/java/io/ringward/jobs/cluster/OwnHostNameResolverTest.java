/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** In a namespace where this machine has a name that nobody knows. */
final class OwnHostNameResolverTest {
  private static final String NAME = "ringward-test.invalid";

  /** Runs in a JVM of its own: what Flink asks, then a name that is unknown for good. */
  static final class Ask {
    public static void main(String[] arguments) throws Exception {
      System.out.println(InetAddress.getLocalHost());
      System.out.println(InetAddress.getByName("localhost").isLoopbackAddress());
      try {
        System.out.println(InetAddress.getByName("other." + NAME));
      } catch (UnknownHostException unknown) {
        System.out.println("unknown");
      }
    }
  }

  @Test
  void anUnknownHostNameIsLoopbackAndOthersStayUnknown() throws Exception {
    assumeTrue(System.getProperty("user.name").equals("root"), "a host name of our own needs root");
    Process process =
        new ProcessBuilder(
                "unshare",
                "--uts",
                "sh",
                "-c",
                "echo " + NAME + " >/proc/sys/kernel/hostname && exec \"$@\"",
                "sh",
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-Xshare:auto",
                "-cp",
                System.getProperty("java.class.path"),
                Ask.class.getName())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertEquals(0, process.waitFor(), said);
    assertEquals(NAME + "/127.0.0.1\ntrue\nunknown\n", said);
  }
}
