/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * One process of the test's own (src/test/c/actor), told by its Unix socket what to do.
 *
 * @param directory where its socket is
 */
record Actor(int pid, Path directory, ActorStage stage) {
  /** How often a socket operation came out in which way. */
  record Tally(long ok, long eagain, long eperm, long other) {
    static Tally allowed(long count) {
      return new Tally(count, 0, 0, 0);
    }

    static Tally refused(long count) {
      return new Tally(0, 0, count, 0);
    }
  }

  /** Sends one command and waits for its answer; "" when the actor ends instead. */
  String ask(String command) {
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      if (!channel.connect(UnixDomainSocketAddress.of(directory.resolve(pid + ".sock")))) {
        throw new IllegalStateException("actor " + pid + " does not answer");
      }
      ByteBuffer line = ByteBuffer.wrap((command + "\n").getBytes(StandardCharsets.UTF_8));
      while (line.hasRemaining()) {
        channel.write(line);
      }
      ByteBuffer answer = ByteBuffer.allocate(512);
      while (answer.hasRemaining() && channel.read(answer) >= 0) {}
      return new String(answer.array(), 0, answer.position(), StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      throw new UncheckedIOException("actor " + pid + ": " + command, e);
    }
  }

  /** Connects to loopback so many times; {@code how} as the actor's own usage text names it. */
  Tally connect(String how, int port, int times) {
    return tally(ask(how + " " + port + " " + times));
  }

  /** Connects by IPv4, where nobody has to listen. */
  Tally connect(int times) {
    return connect("udp4", ActorStage.PORT, times);
  }

  /** Binds to loopback so many times. */
  Tally bind(String how, int times) {
    return tally(ask(how + " " + times));
  }

  /** Forks so many times; the children exit at once. */
  Tally forks(int times) {
    return tally(ask("tryforks " + times));
  }

  /** Execs so many times, each in a child; one that is killed by a signal counts as other. */
  Tally execs(String path, int times) {
    return tally(ask("tryexecs " + path + " " + times));
  }

  /** Sends so many bytes so many times to where "open" has connected. */
  Tally push(int bytes, int times) {
    return tally(ask("push " + bytes + " " + times));
  }

  /** A child, with a socket of its own. */
  Actor fork() {
    return stage.adopt(Integer.parseInt(ask("fork")));
  }

  private static Tally tally(String answer) {
    String[] counts = answer.split(" ", -1);
    return new Tally(
        Long.parseLong(counts[0]),
        Long.parseLong(counts[1]),
        Long.parseLong(counts[2]),
        Long.parseLong(counts[3]));
  }

  /** A command that changes nothing: whether somebody serves at its socket. */
  boolean answers() {
    try {
      return ask("spin 0").equals("spun");
    } catch (UncheckedIOException e) {
      return false;
    }
  }

  /** Whether any thread runs: a zombie is dead, also when its parent does not care. */
  boolean isAlive() {
    try (Stream<Path> threads = Files.list(Path.of("/proc/" + pid + "/task"))) {
      return threads.anyMatch(Actor::runs);
    } catch (IOException | UncheckedIOException e) {
      return false;
    }
  }

  private static boolean runs(Path thread) {
    try {
      String status = Files.readString(thread.resolve("stat"));
      // PID (COMM) STATE …: proc(5)
      char state = status.charAt(status.lastIndexOf(')') + 2);
      return state != 'Z' && state != 'X';
    } catch (IOException e) {
      return false;
    }
  }
}
