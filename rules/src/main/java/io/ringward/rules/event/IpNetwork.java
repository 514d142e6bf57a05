/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules.event;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * A set of IP addresses with a common prefix; a single address is the network of 128 bits. IPv4 is
 * held as {@code ::ffff:a.b.c.d} (RFC 4291, 2.5.5.2), so that both families compare the same way.
 *
 * @param high first 64 bits in network order, bits after the prefix 0
 * @param low last 64 bits in network order, bits after the prefix 0
 * @param prefixBits 0 to 128
 */
public record IpNetwork(long high, long low, int prefixBits) {
  /** What stands before an IPv4 address in {@link #low}. */
  private static final long MAPPED_PREFIX = 0xffff_0000_0000L;

  private static final int IPV4_OFFSET_BITS = 96;
  private static final int MOST_CHARACTERS = 64;

  public IpNetwork {
    if (prefixBits < 0 || prefixBits > 128) {
      throw new IllegalArgumentException("a prefix has 0 to 128 bits, not " + prefixBits);
    }
    high &= highMask(prefixBits);
    low &= lowMask(prefixBits);
  }

  /** Whether an address given by its halves lies in it. */
  public boolean contains(long addressHigh, long addressLow) {
    return ((addressHigh ^ high) & highMask(prefixBits)) == 0
        && ((addressLow ^ low) & lowMask(prefixBits)) == 0;
  }

  /** Whether halves of an address are an IPv4 address. */
  public static boolean isIpv4(long addressHigh, long addressLow) {
    return addressHigh == 0 && addressLow >>> 32 == MAPPED_PREFIX >>> 32;
  }

  /** Reads a literal address, never a name; empty when it is none. */
  public static Optional<IpNetwork> parseAddress(String text) {
    return parse(text, -1);
  }

  /**
   * Reads a network in CIDR notation (RFC 4632), or a single address; empty when it is none. Bits
   * set after the prefix are ignored.
   */
  public static Optional<IpNetwork> parseNetwork(String text) {
    int slash = text.indexOf('/');
    if (slash < 0) {
      return parseAddress(text);
    }
    String bits = text.substring(slash + 1);
    if (!bits.matches("[0-9]{1,3}")) {
      return Optional.empty();
    }
    return parse(text.substring(0, slash), Integer.parseInt(bits));
  }

  private static Optional<IpNetwork> parse(String text, int bits) {
    // The JDK also reads 127.1 and fe80::1%eth0, which no rule should mean.
    boolean dotted = text.matches("[0-9]{1,3}(\\.[0-9]{1,3}){3}");
    boolean colons = text.indexOf(':') >= 0 && text.matches("[0-9a-fA-F:.]+");
    if (text.length() > MOST_CHARACTERS || (!dotted && !colons)) {
      return Optional.empty();
    }
    InetAddress address;
    try {
      address = InetAddress.ofLiteral(text);
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
    if (address instanceof Inet4Address) {
      // A mapped literal counts its prefix in 128 bits, a dotted one in 32.
      int offset = dotted ? IPV4_OFFSET_BITS : 0;
      int most = dotted ? 32 : 128;
      if (bits > most) {
        return Optional.empty();
      }
      long value = Integer.toUnsignedLong(ByteBuffer.wrap(address.getAddress()).getInt());
      return Optional.of(new IpNetwork(0, MAPPED_PREFIX | value, bits < 0 ? 128 : bits + offset));
    }
    if (bits > 128) {
      return Optional.empty();
    }
    ByteBuffer bytes = ByteBuffer.wrap(address.getAddress());
    return Optional.of(new IpNetwork(bytes.getLong(), bytes.getLong(), bits < 0 ? 128 : bits));
  }

  /** Writes an address as people do: dotted, or as RFC 5952 says. */
  public static void formatAddress(long addressHigh, long addressLow, StringBuilder out) {
    if (isIpv4(addressHigh, addressLow)) {
      for (int shift = 24; shift >= 0; shift -= 8) {
        out.append((addressLow >>> shift) & 0xff);
        if (shift > 0) {
          out.append('.');
        }
      }
      return;
    }
    int zerosFrom = -1;
    int zerosLength = 1; // RFC 5952, 4.2.2: a single group of zeros is not shortened
    for (int from = 0; from < 8; from++) {
      int length = 0;
      while (from + length < 8 && group(addressHigh, addressLow, from + length) == 0) {
        length++;
      }
      if (length > zerosLength) {
        zerosFrom = from;
        zerosLength = length;
      }
    }
    for (int index = 0; index < 8; index++) {
      if (index == zerosFrom) {
        out.append("::");
        index += zerosLength - 1;
        continue;
      }
      if (index > 0 && out.charAt(out.length() - 1) != ':') {
        out.append(':');
      }
      out.append(Integer.toHexString(group(addressHigh, addressLow, index)));
    }
  }

  private static int group(long addressHigh, long addressLow, int index) {
    long half = index < 4 ? addressHigh : addressLow;
    return (int) (half >>> (48 - 16 * (index & 3))) & 0xffff;
  }

  private static long highMask(int prefixBits) {
    return mask(Math.min(prefixBits, 64));
  }

  private static long lowMask(int prefixBits) {
    return mask(Math.max(prefixBits - 64, 0));
  }

  private static long mask(int bits) {
    return bits == 0 ? 0 : -1L << (64 - bits);
  }

  @Override
  public String toString() {
    StringBuilder out = new StringBuilder();
    formatAddress(high, low, out);
    boolean ipv4 = isIpv4(high, low) && prefixBits >= IPV4_OFFSET_BITS;
    if (prefixBits < 128) {
      out.append('/').append(ipv4 ? prefixBits - IPV4_OFFSET_BITS : prefixBits);
    }
    return out.toString();
  }
}
