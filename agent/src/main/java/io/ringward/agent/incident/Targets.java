/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.incident;

import java.net.URI;

/** Where an outlet leads, without what may be secret in it: hooks hide tokens in paths. */
final class Targets {
  private Targets() {}

  static String of(URI uri) {
    String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
    return uri.getScheme() + "://" + uri.getHost() + port;
  }
}
