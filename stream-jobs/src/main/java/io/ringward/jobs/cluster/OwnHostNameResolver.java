/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.cluster;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.spi.InetAddressResolver;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The system's resolver, and loopback for this host's own name when the system does not know it.
 * Thread-safe.
 *
 * @param system asked first, for all
 * @param hostName this host's own name
 */
record OwnHostNameResolver(InetAddressResolver system, Supplier<String> hostName)
    implements InetAddressResolver {
  private static final byte[] LOOPBACK_4 = {127, 0, 0, 1};
  private static final byte[] LOOPBACK_6 = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};

  @Override
  public Stream<InetAddress> lookupByName(String host, LookupPolicy policy)
      throws UnknownHostException {
    try {
      return system.lookupByName(host, policy);
    } catch (UnknownHostException unknown) {
      if (!host.equals(hostName.get())) {
        throw unknown;
      }
      boolean version4 = (policy.characteristics() & LookupPolicy.IPV4) != 0;
      return Stream.of(InetAddress.getByAddress(host, version4 ? LOOPBACK_4 : LOOPBACK_6));
    }
  }

  @Override
  public String lookupByAddress(byte[] address) throws UnknownHostException {
    return system.lookupByAddress(address);
  }
}
