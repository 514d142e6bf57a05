/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.kernel;

import java.net.URI;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/**
 * All ports of one host under a URI, so that a job names where it reads and acts ({@code ring:host}
 * in the agent, {@code file:…} for a recording) and never imports who implements it. The registry
 * belongs to this JVM: whoever opens the ports registers them before the job starts and closes the
 * registration after it has ended. Thread-safe.
 */
public record HostPorts(EventFeed feed, VerdictTable verdicts, LoopObserver observer) {
  private static final ConcurrentHashMap<URI, HostPorts> OPEN = new ConcurrentHashMap<>();

  public HostPorts {
    Objects.requireNonNull(feed);
    Objects.requireNonNull(verdicts);
    Objects.requireNonNull(observer);
  }

  /** Ends a registration; does not close the ports. Idempotent. */
  public interface Registration extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Makes ports known.
   *
   * @throws IllegalStateException when the URI is taken
   */
  public static Registration register(URI uri, HostPorts ports) {
    if (OPEN.putIfAbsent(uri, ports) != null) {
      throw new IllegalStateException("ports are already registered at " + uri);
    }
    return () -> OPEN.remove(uri, ports);
  }

  /**
   * The ports at a URI.
   *
   * @throws IllegalStateException when there are none
   */
  public static HostPorts at(URI uri) {
    HostPorts ports = OPEN.get(uri);
    if (ports == null) {
      throw new IllegalStateException(
          "no ports are registered at " + uri + ": open them before the job starts");
    }
    return ports;
  }
}
