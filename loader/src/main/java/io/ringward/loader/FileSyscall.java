/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import static io.ringward.kernel.FileOperation.CHMOD;
import static io.ringward.kernel.FileOperation.CHOWN;
import static io.ringward.kernel.FileOperation.LINK;
import static io.ringward.kernel.FileOperation.MOUNT;
import static io.ringward.kernel.FileOperation.OPEN;
import static io.ringward.kernel.FileOperation.PIVOT_ROOT;
import static io.ringward.kernel.FileOperation.RENAME;
import static io.ringward.kernel.FileOperation.SETXATTR;
import static io.ringward.kernel.FileOperation.SYMLINK;
import static io.ringward.kernel.FileOperation.UMOUNT;
import static io.ringward.kernel.FileOperation.UNLINK;

import io.ringward.kernel.FileOperation;
import java.util.List;

/**
 * A system call that operates on a file, and which of its arguments say what: 0 to 5, or {@value
 * #NONE} for none. The program gets it as a cookie, see {@code file_syscall.bpf.c}.
 *
 * @param name of its tracepoints, behind {@code sys_exit_}
 * @param directory the descriptor that the path starts from; without a path, the file
 * @param path the path
 * @param targetDirectory the descriptor that the other path starts from
 * @param target the other path, or a name
 * @param mode of chmod, or a mount's flags
 * @param owner the user id, with the group id behind it
 * @param flags of an open or an unlink; {@value #DIRECTORY}: of a directory in any case
 */
record FileSyscall(
    String name,
    FileOperation operation,
    int directory,
    int path,
    int targetDirectory,
    int target,
    int mode,
    int owner,
    int flags) {
  private static final int NONE = 15;
  private static final int DIRECTORY = 14;

  /** All of them; which of these a kernel has hangs on its version and architecture. */
  static final List<FileSyscall> ALL =
      List.of(
          open("open", 1),
          open("openat", 2),
          open("openat2", NONE),
          open("creat", NONE),
          open("open_by_handle_at", 2),
          unlink("unlink", NONE, 0, NONE),
          unlink("rmdir", NONE, 0, DIRECTORY),
          unlink("unlinkat", 0, 1, 2),
          twoPaths("rename", RENAME, NONE, 0, NONE, 1),
          twoPaths("renameat", RENAME, 0, 1, 2, 3),
          twoPaths("renameat2", RENAME, 0, 1, 2, 3),
          twoPaths("link", LINK, NONE, 0, NONE, 1),
          twoPaths("linkat", LINK, 0, 1, 2, 3),
          // The name that is made is the path; what it says is the target.
          twoPaths("symlink", SYMLINK, NONE, 1, NONE, 0),
          twoPaths("symlinkat", SYMLINK, 1, 2, NONE, 0),
          mode("chmod", NONE, 0, 1),
          mode("fchmod", 0, NONE, 1),
          mode("fchmodat", 0, 1, 2),
          mode("fchmodat2", 0, 1, 2),
          owner("chown", NONE, 0, 1),
          owner("lchown", NONE, 0, 1),
          owner("fchown", 0, NONE, 1),
          owner("fchownat", 0, 1, 2),
          twoPaths("setxattr", SETXATTR, NONE, 0, NONE, 1),
          twoPaths("lsetxattr", SETXATTR, NONE, 0, NONE, 1),
          twoPaths("fsetxattr", SETXATTR, 0, NONE, NONE, 1),
          new FileSyscall("mount", MOUNT, NONE, 1, NONE, 0, 3, NONE, NONE),
          twoPaths("move_mount", MOUNT, 2, 3, 0, 1),
          new FileSyscall("umount", UMOUNT, NONE, 0, NONE, NONE, 1, NONE, NONE),
          twoPaths("pivot_root", PIVOT_ROOT, NONE, 0, NONE, 1));

  private static FileSyscall open(String name, int flags) {
    return new FileSyscall(name, OPEN, NONE, NONE, NONE, NONE, NONE, NONE, flags);
  }

  private static FileSyscall unlink(String name, int directory, int path, int flags) {
    return new FileSyscall(name, UNLINK, directory, path, NONE, NONE, NONE, NONE, flags);
  }

  private static FileSyscall twoPaths(
      String name,
      FileOperation operation,
      int directory,
      int path,
      int targetDirectory,
      int target) {
    return new FileSyscall(
        name, operation, directory, path, targetDirectory, target, NONE, NONE, NONE);
  }

  private static FileSyscall mode(String name, int directory, int path, int mode) {
    return new FileSyscall(name, CHMOD, directory, path, NONE, NONE, mode, NONE, NONE);
  }

  private static FileSyscall owner(String name, int directory, int path, int owner) {
    return new FileSyscall(name, CHOWN, directory, path, NONE, NONE, NONE, owner, NONE);
  }

  /** The name in tracefs. */
  String tracepoint() {
    return "sys_exit_" + name;
  }

  /** Four bits each, in the order of {@code struct shape}. */
  long cookie() {
    return operation.ordinal()
        | (long) directory << 4
        | (long) path << 8
        | (long) targetDirectory << 12
        | (long) target << 16
        | (long) mode << 20
        | (long) owner << 24
        | (long) flags << 28;
  }
}
