/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ControlGroupsTest {
  @Test
  void namesAndIdsAreThoseOfTheFolders(@TempDir Path root) throws Exception {
    Path inner = Files.createDirectories(root.resolve("system.slice/ssh.service"));
    ControlGroups groups = new ControlGroups(root);
    long id = groups.idOf("/system.slice/ssh.service").orElseThrow();
    assertEquals(Files.getAttribute(inner, "unix:ino"), id);
    assertEquals(OptionalLong.of(id), groups.idOf(inner.toString()));
    assertEquals("/system.slice/ssh.service", groups.nameOf(id));
    assertEquals("/", groups.nameOf(groups.idOf("/").orElseThrow()));
    assertEquals("18446744073709551615", groups.nameOf(-1));
    Path young = Files.createDirectory(root.resolve("young"));
    long youngId = (Long) Files.getAttribute(young, "unix:ino");
    assertEquals(Optional.of("/young"), groups.find(youngId), "it looks, however short ago it did");
    Files.delete(young);
    assertEquals(Optional.empty(), groups.find(youngId));
    assertEquals(OptionalLong.empty(), groups.idOf("/nothing"));
    assertEquals(OptionalLong.empty(), groups.idOf("/../../etc"), "nothing outside of the root");
    Files.createSymbolicLink(root.resolve("link"), inner);
    assertEquals(OptionalLong.empty(), groups.idOf("/link"));
  }

  @Test
  void hierarchyOfThisMachineHasARoot() throws Exception {
    Optional<ControlGroups> host = ControlGroups.ofHost();
    Assumptions.assumeTrue(host.isPresent(), "no cgroup2 hierarchy is mounted on this machine");
    assertTrue(host.get().idOf("/").isPresent());
    assertTrue(Files.exists(host.get().root().resolve("cgroup.procs")));
  }
}
