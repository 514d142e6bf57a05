/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.control;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.ringward.agent.control.ControlException.Code;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens for operators. At most {@value #MOST_CONNECTIONS} are served at once, each by a thread;
 * who is silent is hung up on.
 */
public final class ControlServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ControlServer.class);
  private static final int MOST_CONNECTIONS = 8;

  private final Path socket;
  private final RequestHandler handler;
  private final Duration patience;
  private final ServerSocketChannel listener;
  private final Semaphore places = new Semaphore(MOST_CONNECTIONS);
  private final Set<SocketChannel> open = ConcurrentHashMap.newKeySet();
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("control-clock").factory());

  /**
   * Makes the socket and listens.
   *
   * @param directory holds the socket; made with mode 0700 when it is not there
   * @param patience how long a connection may be silent
   * @throws IOException when the socket cannot be made; says why
   */
  public ControlServer(Path directory, ControlService service, Duration patience)
      throws IOException {
    this.socket = directory.resolve(Wire.SOCKET_NAME);
    this.handler = new RequestHandler(service);
    this.patience = patience;
    PrivateDirectory.prepare(directory);
    // Whoever starts an agent holds the lock of the machine, so a socket that is there is a dead
    // one's.
    Files.deleteIfExists(socket);
    this.listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      listener.bind(UnixDomainSocketAddress.of(socket), MOST_CONNECTIONS);
      Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
    } catch (IOException e) {
      listener.close();
      throw new IOException("cannot listen at " + socket + ": " + e.getMessage(), e);
    }
    Thread.ofPlatform().daemon().name("control-accept").start(this::accept);
  }

  /** Where it listens. */
  public Path socket() {
    return socket;
  }

  private void accept() {
    while (listener.isOpen()) {
      try {
        SocketChannel connection = listener.accept();
        open.add(connection);
        Thread.ofPlatform().daemon().name("control").start(() -> serve(connection));
      } catch (ClosedChannelException e) {
        return;
      } catch (IOException e) {
        LOG.warn("a control connection could not be accepted: {}", e.getMessage());
      }
    }
  }

  private void serve(SocketChannel connection) {
    boolean hasPlace = places.tryAcquire();
    try (connection) {
      Wire wire = new Wire(connection, Wire.LONGEST_REQUEST_BYTES);
      if (!PeerCredentials.isRoot(connection)) {
        LOG.warn("user {} was refused at the control socket", PeerCredentials.describe(connection));
        refuse(wire, Code.NOT_PERMITTED, "only root may control the agent");
      } else if (!hasPlace) {
        refuse(wire, Code.BUSY, "too many are asking at once: try again");
      } else {
        converse(connection, wire);
      }
    } catch (IOException | RejectedExecutionException e) {
      // The other side went away, or this server is closing.
      LOG.debug("a control connection ended: {}", e.toString());
    } finally {
      open.remove(connection);
      if (hasPlace) {
        places.release();
      }
    }
  }

  private void converse(SocketChannel connection, Wire wire) throws IOException {
    while (true) {
      JsonNode request;
      ScheduledFuture<?> hangUp =
          clock.schedule(() -> close(connection), patience.toNanos(), TimeUnit.NANOSECONDS);
      try {
        request = wire.read();
      } catch (Wire.LineTooLongException e) {
        refuse(wire, Code.BAD_REQUEST, e.getMessage());
        return;
      } catch (JsonProcessingException e) {
        refuse(wire, Code.BAD_REQUEST, "this is not JSON: " + e.getOriginalMessage());
        return;
      } finally {
        hangUp.cancel(false);
      }
      if (request == null) {
        return;
      }
      if (RequestHandler.asksForStream(request)) {
        stream(connection, wire, request);
        return;
      }
      wire.write(handler.answer(request));
    }
  }

  // A listener that stopped reading is hung up on: it must not keep its place for ever.
  private void stream(SocketChannel connection, Wire wire, JsonNode request) throws IOException {
    try (EventStream events = handler.open(request)) {
      EventBatch batch = new EventBatch(List.of(), 0);
      while (listener.isOpen()) {
        ScheduledFuture<?> hangUp =
            clock.schedule(() -> close(connection), patience.toNanos(), TimeUnit.NANOSECONDS);
        try {
          wire.write(RequestHandler.done(batch));
        } finally {
          hangUp.cancel(false);
        }
        batch = events.next();
      }
    } catch (ControlException e) {
      refuse(wire, e.code(), e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void refuse(Wire wire, Code code, String message) throws IOException {
    wire.write(RequestHandler.refused(code, message));
  }

  private static void close(SocketChannel connection) {
    try {
      connection.close();
    } catch (IOException e) {
      LOG.debug("closing a control connection: {}", e.toString());
    }
  }

  /** Hangs up on all, and removes the socket. Idempotent. */
  @Override
  public void close() {
    try {
      if (listener.isOpen()) {
        listener.close();
        Files.deleteIfExists(socket);
      }
    } catch (IOException e) {
      LOG.warn("the control socket {} could not be removed: {}", socket, e.getMessage());
    }
    open.forEach(ControlServer::close);
    clock.shutdownNow();
  }
}
