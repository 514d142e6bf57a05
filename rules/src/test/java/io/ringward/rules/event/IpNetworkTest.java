/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IpNetworkTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "1",
        "127.1",
        "1.2.3",
        "1.2.3.4.5",
        "256.1.1.1",
        "1.2.3.-4",
        "localhost",
        "example.org",
        "fe80::1%eth0",
        "fe80::1%1",
        ":::",
        "1::2::3",
        "12345::",
        "1:2:3:4:5:6:7",
        "[::1]",
        "1.2.3.4/8",
        "0x7f.0.0.1",
        " 1.2.3.4",
        "1.2.3.4 ",
        "::1/64",
        "1.2.3.4:80"
      })
  void whatIsNoAddress(String text) {
    assertEquals(Optional.empty(), IpNetwork.parseAddress(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1.2.3.4/",
        "1.2.3.4/33",
        "1.2.3.4/-1",
        "1.2.3.4/+8",
        "::/129",
        "::/1000",
        "/8",
        "1.2.3.4/8/8",
        "1.2.3.4/255.0.0.0",
        "x/8"
      })
  void whatIsNoNetwork(String text) {
    assertEquals(Optional.empty(), IpNetwork.parseNetwork(text));
  }

  @ParameterizedTest
  @CsvSource({
    "1.2.3.4, 1.2.3.4",
    "0.0.0.0, 0.0.0.0",
    "::ffff:1.2.3.4, 1.2.3.4",
    "::, ::",
    "::1, ::1",
    "1::, 1::",
    "2001:DB8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
    "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
    "1:0:0:2:0:0:0:3, 1:0:0:2::3",
    "0:0:1:0:0:0:0:0, 0:0:1::",
    "1.2.3.4/32, 1.2.3.4",
    "1.2.3.4/8, 1.0.0.0/8",
    "0.0.0.0/0, 0.0.0.0/0",
    "2001:db8:ffff::/33, 2001:db8:8000::/33",
    "::/0, ::/0",
    "::ffff:10.0.0.0/104, 10.0.0.0/8"
  })
  void writesWhatItReads(String text, String expected) {
    IpNetwork network = IpNetwork.parseNetwork(text).orElseThrow();
    assertEquals(expected, network.toString());
    assertEquals(Optional.of(network), IpNetwork.parseNetwork(expected));
  }

  @Test
  void anySpellingOfAnyAddressIsTheSame() throws UnknownHostException {
    Random random = new Random(1);
    for (int round = 0; round < 20_000; round++) {
      byte[] bytes = new byte[16];
      random.nextBytes(bytes);
      for (int index = 0; index < 16; index++) {
        if (random.nextInt(3) > 0) {
          bytes[index] = 0;
        }
      }
      ByteBuffer halves = ByteBuffer.wrap(bytes);
      long high = halves.getLong();
      long low = halves.getLong();
      StringBuilder text = new StringBuilder();
      IpNetwork.formatAddress(high, low, text);
      assertEquals(
          InetAddress.getByAddress(bytes), InetAddress.ofLiteral(text.toString()), text.toString());
      assertEquals(
          new IpNetwork(high, low, 128), IpNetwork.parseAddress(text.toString()).orElseThrow());
    }
  }

  @Test
  void containsComparesThePrefixBitByBit() {
    Random random = new Random(2);
    for (int prefixBits = 0; prefixBits <= 128; prefixBits++) {
      long high = random.nextLong();
      long low = random.nextLong();
      IpNetwork network = new IpNetwork(high, low, prefixBits);
      assertTrue(network.contains(high, low));
      for (int bit = 0; bit < 128; bit++) {
        long flippedHigh = bit < 64 ? high ^ (1L << (63 - bit)) : high;
        long flippedLow = bit < 64 ? low : low ^ (1L << (127 - bit));
        assertEquals(
            bit >= prefixBits, network.contains(flippedHigh, flippedLow), network + " " + bit);
      }
    }
  }

  @Test
  void familiesDoNotMix() {
    IpNetwork allOfIpv4 = IpNetwork.parseNetwork("0.0.0.0/0").orElseThrow();
    IpNetwork loopback = IpNetwork.parseAddress("::1").orElseThrow();
    assertFalse(allOfIpv4.contains(loopback.high(), loopback.low()));
    assertFalse(IpNetwork.isIpv4(loopback.high(), loopback.low()));
    IpNetwork compatible = IpNetwork.parseAddress("::1.2.3.4").orElseThrow();
    assertFalse(IpNetwork.isIpv4(compatible.high(), compatible.low()), "not a mapped address");
  }
}
