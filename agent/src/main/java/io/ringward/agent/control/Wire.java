/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.control;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** Lines of JSON on a socket, with bounds. One side of one connection; not thread-safe. */
final class Wire {
  /** Of the protocol. */
  static final int VERSION = 1;

  /** The longest request line. */
  static final int LONGEST_REQUEST_BYTES = 64 * 1024;

  /** The longest answer line. */
  static final int LONGEST_REPLY_BYTES = 16 * 1024 * 1024;

  /** The name of the socket in the runtime directory. */
  static final String SOCKET_NAME = "control.sock";

  /** Reads and writes the payloads; refuses fields it does not know and what is too deep. */
  static final ObjectMapper JSON =
      new ObjectMapper(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(16)
                          .maxStringLength(LONGEST_REPLY_BYTES)
                          .build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private final SocketChannel channel;
  private final int longestLineBytes;
  private final ByteBuffer pending = ByteBuffer.allocate(8192).flip();

  Wire(SocketChannel channel, int longestLineBytes) {
    this.channel = channel;
    this.longestLineBytes = longestLineBytes;
  }

  /**
   * The next line.
   *
   * @return null when the other side has ended between lines
   * @throws LineTooLongException when the line is over the bound: the connection cannot go on
   * @throws EOFException when the other side ended in the middle of a line
   */
  JsonNode read() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    while (true) {
      while (pending.hasRemaining()) {
        byte next = pending.get();
        if (next == '\n') {
          return JSON.readTree(line.toByteArray());
        }
        if (line.size() == longestLineBytes) {
          throw new LineTooLongException(longestLineBytes);
        }
        line.write(next);
      }
      pending.clear();
      int read = channel.read(pending);
      pending.flip();
      if (read < 0) {
        if (line.size() > 0) {
          throw new EOFException("the connection ended in the middle of a line");
        }
        return null;
      }
    }
  }

  /** Writes one line. */
  void write(JsonNode node) throws IOException {
    byte[] text = JSON.writeValueAsBytes(node);
    ByteBuffer line = ByteBuffer.allocate(text.length + 1).put(text).put((byte) '\n').flip();
    while (line.hasRemaining()) {
      channel.write(line);
    }
  }

  /** A line is longer than the protocol allows. */
  static final class LineTooLongException extends IOException {
    private static final long serialVersionUID = 1L;

    LineTooLongException(int bound) {
      super("a line may have " + bound + " bytes, this one has more");
    }
  }
}
