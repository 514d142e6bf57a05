/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader.cgroup;

import io.ringward.loader.cgroup.Hierarchies.Group;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Which knobs of a group are turned, and how far, to hold it to a share of processors, to the
 * memory that it has, or to a rate of input and output: version 2 as in the kernel's
 * Documentation/admin-guide/cgroup-v2.rst, version 1 as in admin-guide/cgroup-v1 and
 * scheduler/sched-bwc.rst. A limit that is as strict already is left alone.
 */
final class Limits {
  /** The kernel takes no smaller quota: min_cfs_quota_period in kernel/sched/core.c. */
  private static final long LEAST_QUOTA_MICROS = 1000;

  /** Less than a process needs to go on at all. */
  private static final long LEAST_MEMORY_BYTES = 4 << 20;

  private static final Path BLOCK_DEVICES = Path.of("/sys/block");
  private static final String UNLIMITED_IO = "rbps=max wbps=max riops=max wiops=max";

  private Limits() {}

  /** Turns to a share of processors; returns what that is in words. */
  static String processor(List<Knob> knobs, Group group, double share) throws IOException {
    if (group.version() == 1) {
      long period = Long.parseLong(Knob.read(file(group, "cpu.cfs_period_us")));
      long quota = quota(period, share);
      turnDown(knobs, file(group, "cpu.cfs_quota_us"), quota, Long.toString(quota));
    } else {
      String[] held = Knob.read(file(group, "cpu.max")).split(" ");
      long period = Long.parseLong(held[1]);
      long quota = quota(period, share);
      turnDown(knobs, file(group, "cpu.max"), quota, quota + " " + period);
    }
    return group.path() + " may use " + share + " of a processor";
  }

  private static long quota(long period, double share) {
    return Math.max(LEAST_QUOTA_MICROS, (long) (period * share));
  }

  /**
   * Turns to the memory that is in use. Version 1 has no limit between one that is only looked at
   * when the machine is short of memory and one that kills: the former is taken.
   */
  static String memory(List<Knob> knobs, Group group) throws IOException {
    boolean one = group.version() == 1;
    Path used = file(group, one ? "memory.usage_in_bytes" : "memory.current");
    long limit = Math.max(LEAST_MEMORY_BYTES, Long.parseLong(Knob.read(used)));
    turnDown(
        knobs,
        file(group, one ? "memory.soft_limit_in_bytes" : "memory.high"),
        limit,
        Long.toString(limit));
    return group.path()
        + " may have "
        + (limit >> 20)
        + " MiB"
        + (one ? " when the machine is short of memory" : "");
  }

  /** Turns to so many bytes a second, of reads and of writes, at each block device. */
  static String inputOutput(List<Knob> knobs, Group group, long bytesPerSecond) throws IOException {
    List<String> devices = blockDevices();
    if (devices.isEmpty()) {
      throw new IOException("this machine has no block device");
    }
    String rate = Long.toString(Math.max(1, bytesPerSecond));
    for (String device : devices) {
      if (group.version() == 1) {
        for (String way : List.of("read", "write")) {
          Path file = file(group, "blkio.throttle." + way + "_bps_device");
          if (isLooser(Knob.read(file, device), bytesPerSecond)) {
            knobs.add(Knob.turn(file, device, rate, "0"));
          }
        }
      } else {
        Path file = file(group, "io.max");
        StringBuilder value = new StringBuilder();
        for (String limit : List.of("rbps", "wbps")) {
          if (isLooser(limitOf(Knob.read(file, device), limit), bytesPerSecond)) {
            value.append(value.isEmpty() ? "" : " ").append(limit).append('=').append(rate);
          }
        }
        if (!value.isEmpty()) {
          knobs.add(Knob.turn(file, device, value.toString(), UNLIMITED_IO));
        }
      }
    }
    return group.path()
        + " may read and write "
        + rate
        + " bytes a second at each of "
        + String.join(", ", devices);
  }

  /** One limit of a line such as {@code rbps=1000 wbps=max}; "" when it is not there. */
  private static String limitOf(String line, String limit) {
    for (String part : line.split(" ")) {
      if (part.startsWith(limit + "=")) {
        return part.substring(limit.length() + 1);
      }
    }
    return "";
  }

  private static boolean isLooser(String held, long limit) {
    return held.isEmpty()
        || held.equals("max")
        || held.startsWith("-")
        || Long.parseLong(held) > limit;
  }

  /** Whole disks with something in them; what lies in memory is none. */
  private static List<String> blockDevices() throws IOException {
    List<String> devices = new ArrayList<>();
    if (!Files.isDirectory(BLOCK_DEVICES)) {
      return devices;
    }
    try (Stream<Path> all = Files.list(BLOCK_DEVICES)) {
      for (Path device : all.sorted().toList()) {
        String name = device.getFileName().toString();
        if (!name.startsWith("ram")
            && !name.startsWith("zram")
            && !Knob.read(device.resolve("size")).equals("0")) {
          devices.add(Knob.read(device.resolve("dev")));
        }
      }
    }
    return devices;
  }

  /** Leaves a limit alone that is as strict already. */
  static void turnDown(List<Knob> knobs, Path file, long limit, String value) throws IOException {
    if (isLooser(Knob.read(file).split(" ")[0], limit)) {
      knobs.add(Knob.turn(file, value));
    }
  }

  static Path file(Group group, String name) {
    return group.directory().resolve(name);
  }
}
