/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.incident;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringward.agent.config.SyslogAddress;
import java.io.BufferedReader;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Syslog messages, as real sockets take them. */
final class SyslogOutletTest {
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final Pattern RFC5424 =
      Pattern.compile(
          "<(\\d+)>1 (\\S+) (\\S+) ringward (\\d+) (\\S+) \\[ringward@32473((?: \\w+=\"(?:[^\"\\\\\\]]|\\\\.)*\")+)] (.*)",
          Pattern.DOTALL);

  private static SyslogOutlet outlet(SyslogTransport transport) {
    return new SyslogOutlet(
        transport, new SyslogAddress.Udp("127.0.0.1", 514), 10, Samples.CLOCK, "a host", 77);
  }

  private static void check(String message, String id) {
    Matcher form = RFC5424.matcher(message);
    assertTrue(form.matches(), message);
    assertEquals(10 * 8 + 4, Integer.parseInt(form.group(1)), "authpriv, warning");
    assertEquals("a-host", form.group(3));
    assertEquals("77", form.group(4));
    assertEquals("burst", form.group(5));
    assertTrue(form.group(6).contains("id=\"" + id + "\""), form.group(6));
    assertTrue(form.group(6).contains("action=\"throttle\""), form.group(6));
    assertEquals("connect scan \"fast\" (in force)", form.group(7));
  }

  @Test
  void datagramsArrive() throws Exception {
    try (DatagramSocket receiver =
            new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        SyslogOutlet outlet = outlet(new SyslogUdp("127.0.0.1", receiver.getLocalPort()))) {
      assertEquals("sent", outlet.write(Samples.incident("u-1", 1, "in force")));
      DatagramPacket packet = new DatagramPacket(new byte[4096], 4096);
      receiver.receive(packet);
      check(new String(packet.getData(), 0, packet.getLength(), StandardCharsets.UTF_8), "u-1");
    }
  }

  @Test
  void streamsCountOctetsAndConnectAgain() throws Exception {
    try (ServerSocket listener = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
        SyslogOutlet outlet = outlet(new SyslogTcp("127.0.0.1", listener.getLocalPort(), LONG))) {
      outlet.write(Samples.incident("t-1", 1, "in force"));
      outlet.write(Samples.incident("t-2", 1, "in force"));
      try (Socket first = listener.accept()) {
        DataInputStream in = new DataInputStream(first.getInputStream());
        check(frame(in), "t-1");
        check(frame(in), "t-2");
      }
      // The end of the connection arrives some time after close().
      String again = null;
      listener.setSoTimeout(50);
      for (int i = 0; i < 200 && again == null; i++) {
        try {
          outlet.write(Samples.incident("t-3", 1, "in force"));
        } catch (DeliveryException e) {
          assertTrue(e.retryable());
        }
        try (Socket second = listener.accept()) {
          again = frame(new DataInputStream(second.getInputStream()));
        } catch (java.net.SocketTimeoutException e) {
          // Not noticed yet.
        }
      }
      check(again, "t-3");
    }
  }

  private static String frame(DataInputStream in) throws IOException {
    int length = 0;
    for (int digit = in.read(); digit != ' '; digit = in.read()) {
      assertTrue(digit >= '0' && digit <= '9', "a count: " + digit);
      length = length * 10 + digit - '0';
    }
    return new String(in.readNBytes(length), StandardCharsets.UTF_8);
  }

  @Test
  void aReceiverThatReadsNothingIsGivenUpInTime() throws Exception {
    try (ServerSocket listener = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
        SyslogTcp transport =
            new SyslogTcp("127.0.0.1", listener.getLocalPort(), Duration.ofMillis(300))) {
      byte[] message = new byte[8000];
      DeliveryException stuck =
          assertThrows(
              DeliveryException.class,
              () -> {
                for (int i = 0; i < 10_000; i++) {
                  transport.send(message);
                }
              });
      assertEquals(LossCause.TIMED_OUT, stuck.lossCause());
      assertTrue(stuck.retryable());
    }
  }

  @Test
  void theLocalDaemonsSocketTakesThem(@TempDir Path folder) throws Exception {
    Path socket = folder.resolve("log");
    SyslogLocal transport = new SyslogLocal(socket);
    try (SyslogOutlet outlet = outlet(transport)) {
      DeliveryException nobody =
          assertThrows(
              DeliveryException.class, () -> outlet.write(Samples.incident("l-0", 1, "in force")));
      assertTrue(nobody.getMessage().contains("No such file"), nobody.getMessage());
      // The JDK has no datagram sockets of the unix domain; perl is part of every Debian.
      Process daemon =
          new ProcessBuilder(
                  "perl",
                  "-MSocket",
                  "-e",
                  "socket(S,PF_UNIX,SOCK_DGRAM,0) or die; bind(S,sockaddr_un($ARGV[0])) or die;"
                      + " $|=1; print \"ready\\n\"; recv(S,$m,65536,0); print \"$m\\n\";",
                  socket.toString())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      try (BufferedReader said = daemon.inputReader(StandardCharsets.UTF_8)) {
        assertEquals("ready", said.readLine());
        assertEquals("sent", outlet.write(Samples.incident("l-1", 1, "in force")));
        check(said.readLine(), "l-1");
        assertEquals(0, daemon.waitFor());
      } finally {
        daemon.destroy();
      }
      Files.delete(socket);
      DeliveryException gone =
          assertThrows(
              DeliveryException.class, () -> outlet.write(Samples.incident("l-2", 1, "in force")));
      assertEquals(LossCause.UNREACHABLE, gone.lossCause());
    }
  }

  @Test
  void messagesAreBoundedAndNothingInThemBreaksTheirForm() throws Exception {
    try (SyslogOutlet outlet = outlet(new SyslogUdp("127.0.0.1", 1))) {
      String evil = "\"]\\ <1>1 \n" + "ü".repeat(4000);
      byte[] message = outlet.message(Samples.incident(evil, 1, evil), 2048);
      assertTrue(message.length <= 2048 && message.length > 2040, message.length + " bytes");
      String text = new String(message, StandardCharsets.UTF_8);
      assertTrue(RFC5424.matcher(text).matches(), text);
      assertTrue(text.indexOf('\n') < 0);
      assertTrue(text.indexOf('\ufffd') < 0, "cut at a character's border");
    }
  }

  @Test
  void addressesAreReadAndWrongOnesSaid() {
    assertEquals(new SyslogAddress.Local(Path.of("/dev/log")), SyslogAddress.parse("/dev/log"));
    assertEquals(new SyslogAddress.Udp("10.0.0.1", 514), SyslogAddress.parse("udp://10.0.0.1:514"));
    assertEquals(new SyslogAddress.Tcp("::1", 601), SyslogAddress.parse("tcp://[::1]:601"));
    for (String wrong :
        new String[] {"", "tls://x:1", "udp://x", "udp://x:0", "tcp://:5", "dev/log"}) {
      assertThrows(IllegalArgumentException.class, () -> SyslogAddress.parse(wrong), wrong);
    }
  }
}
