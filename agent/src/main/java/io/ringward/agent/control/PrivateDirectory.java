/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.control;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** Folders that belong to this user alone. */
public final class PrivateDirectory {
  private PrivateDirectory() {}

  /**
   * Makes the folder with mode 0700, its parents as needed; one that is there is narrowed to that.
   *
   * @throws IOException when it cannot be made, is no folder, or belongs to somebody else; says
   *     what to do
   */
  public static void prepare(Path directory) throws IOException {
    var rwx = PosixFilePermissions.fromString("rwx------");
    if (Files.notExists(directory, LinkOption.NOFOLLOW_LINKS)) {
      if (directory.getParent() != null) {
        Files.createDirectories(directory.getParent());
      }
      Files.createDirectory(directory, PosixFilePermissions.asFileAttribute(rwx));
    }
    if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
      throw new IOException(directory + " is no folder: name another, or remove it");
    }
    Object owner = Files.getAttribute(directory, "unix:uid", LinkOption.NOFOLLOW_LINKS);
    Object self = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    if (!owner.equals(self)) {
      throw new IOException(
          directory + " belongs to user " + owner + ": name a folder of your own, or remove it");
    }
    Files.setPosixFilePermissions(directory, rwx);
  }
}
