/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import io.ringward.kernel.Hook;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.ToLongFunction;

/**
 * Makes operations of this process's own and looks whether the hooks saw them: a program may load
 * and attach and yet never run. No packet is sent: connecting a datagram socket only sets its peer.
 */
final class HookFiring {
  private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final long STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  /** The discard service: nobody has to listen there. */
  private static final int PORT = 9;

  private final ToLongFunction<Hook> counter;

  /**
   * @param counter how often a hook has run so far
   */
  HookFiring(ToLongFunction<Hook> counter) {
    this.counter = counter;
  }

  /**
   * Whether a hook runs on an operation of ours.
   *
   * @throws IOException when the operation itself cannot be made here
   */
  boolean fires(Hook hook) throws IOException {
    long before = counter.applyAsLong(hook);
    switch (hook) {
      case EXEC, FORK, EXIT -> spawn();
      case CONNECT4 -> connect(StandardProtocolFamily.INET, "127.0.0.1");
      case CONNECT6 -> connect(StandardProtocolFamily.INET6, "::1");
      case BIND4 -> bind(StandardProtocolFamily.INET, "127.0.0.1");
      case BIND6 -> bind(StandardProtocolFamily.INET6, "::1");
      case SCHEDULE -> LockSupport.parkNanos(STEP_NANOS);
      case IDENTITY, INTRUSION, NAMESPACE, KERNEL, MEMORY, SOCKET, DATAGRAM, FLOW ->
          throw new IllegalArgumentException("acts are tried one by one");
      case FILE_OPEN, FILE_NAME, FILE_ATTRIBUTE, MOUNT ->
          throw new IllegalArgumentException("operations on files are tried one by one");
      case SYSCALLS, PERFORMANCE, SEND ->
          throw new IllegalArgumentException("nothing is done here for a trial of " + hook);
      case ENFORCEMENT -> throw new IllegalArgumentException("enforcement is no hook of its own");
    }
    long deadline = System.nanoTime() + LIMIT_NANOS;
    while (counter.applyAsLong(hook) == before) {
      if (System.nanoTime() - deadline > 0) {
        return false;
      }
      LockSupport.parkNanos(STEP_NANOS);
    }
    return true;
  }

  private static void spawn() throws IOException {
    Path program =
        List.of(Path.of("/bin/true"), Path.of("/usr/bin/true"), Path.of("/bin/sh")).stream()
            .filter(Files::isExecutable)
            .findFirst()
            .orElseThrow(() -> new IOException("there is no /bin/true to start"));
    Process process =
        new ProcessBuilder(program.toString())
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  private static void connect(ProtocolFamily family, String address) throws IOException {
    try (DatagramChannel channel = open(family)) {
      channel.connect(new InetSocketAddress(InetAddress.getByName(address), PORT));
    }
  }

  private static void bind(ProtocolFamily family, String address) throws IOException {
    try (DatagramChannel channel = open(family)) {
      channel.bind(new InetSocketAddress(InetAddress.getByName(address), 0));
    }
  }

  private static DatagramChannel open(ProtocolFamily family) throws IOException {
    try {
      return DatagramChannel.open(family);
    } catch (UnsupportedOperationException e) {
      throw new IOException(family + " sockets are switched off here", e);
    }
  }
}
