/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.metrics;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The kernel's names of block devices ({@code vda}), from /sys/dev/block. */
public final class BlockDeviceNames {
  private static final int MINOR_BITS = 20;

  /**
   * The name of a device, {@code major:minor} when it has none any more.
   *
   * @param device the kernel's dev_t: {@code major << 20 | minor}
   */
  public String of(int device) {
    String number = (device >>> MINOR_BITS) + ":" + (device & ((1 << MINOR_BITS) - 1));
    Path link = Path.of("/sys/dev/block", number);
    try {
      return Files.readSymbolicLink(link).getFileName().toString();
    } catch (IOException e) {
      return number;
    }
  }
}
