/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bpf;

/** The error numbers of Linux that are handled by name, and the naming of all others. */
final class Errno {
  static final int EPERM = 1;
  static final int ENOENT = 2;
  static final int ESRCH = 3;
  static final int EINTR = 4;
  static final int E2BIG = 7;
  static final int EAGAIN = 11;
  static final int ENOMEM = 12;
  static final int EACCES = 13;
  static final int EEXIST = 17;
  static final int EINVAL = 22;
  static final int ENOSPC = 28;
  static final int EOPNOTSUPP = 95;

  /** Internal to the kernel, yet bpf() returns it: "operation is not supported". */
  static final int ENOTSUPP = 524;

  private Errno() {}

  /** The symbolic name, such as {@code EPERM}. */
  static String name(int errno) {
    if (errno == ENOTSUPP) {
      return "ENOTSUPP";
    }
    String name = LibcNative.errnoName(errno);
    return name.isEmpty() ? "errno " + errno : name;
  }

  /** The C library's English text, such as {@code Operation not permitted}. */
  static String text(int errno) {
    if (errno == ENOTSUPP) {
      return "Operation is not supported by this kernel";
    }
    String text = LibcNative.errnoText(errno);
    return text.isEmpty() ? "unknown error" : text;
  }
}
