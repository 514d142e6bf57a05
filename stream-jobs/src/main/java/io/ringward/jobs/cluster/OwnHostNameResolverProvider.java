/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.cluster;

import java.net.spi.InetAddressResolver;
import java.net.spi.InetAddressResolverProvider;

/**
 * Lets Flink start on a machine whose host name stands neither in /etc/hosts nor in the DNS.
 *
 * <p>{@code MiniCluster.start} asks {@code InetAddress.getLocalHost()} whatever the configuration
 * says, and such a machine has no answer. Java finds this provider by its service file (JEP 418)
 * and asks it for all names; it hands them on to the system's resolver, see {@link
 * OwnHostNameResolver}.
 */
public final class OwnHostNameResolverProvider extends InetAddressResolverProvider {
  /** For the service loader. */
  public OwnHostNameResolverProvider() {}

  @Override
  public InetAddressResolver get(Configuration configuration) {
    return new OwnHostNameResolver(
        configuration.builtinResolver(), configuration::lookupLocalHostName);
  }

  @Override
  public String name() {
    return "the system's resolver, with the own host name as loopback when it has none";
  }
}
