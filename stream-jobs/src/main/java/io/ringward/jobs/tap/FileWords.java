/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.tap;

import io.ringward.kernel.Decision;
import io.ringward.kernel.EventView;
import io.ringward.kernel.FileFlag;
import io.ringward.kernel.FileView;
import io.ringward.rules.event.EventContext;
import io.ringward.rules.event.Fact;

/** An operation on a file in a few words, for people. Names in it are strangers' bytes. */
final class FileWords {
  private FileWords() {}

  static String of(EventContext facts, EventView view) {
    String path = known(facts.text(Fact.FILE_PATH, 0));
    String target = known(facts.text(Fact.FILE_TARGET, 0));
    String words =
        switch (FileView.operation(view)) {
          case OPEN -> path + intent(FileView.flags(view));
          case UNLINK -> path + (FileFlag.DIRECTORY.in(FileView.flags(view)) ? " (directory)" : "");
          case RENAME, LINK, SYMLINK -> path + " -> " + target;
          case CHMOD -> path + " to %04o".formatted(FileView.mode(view) & 07777);
          case CHOWN -> path + " to " + id(FileView.owner(view)) + ":" + id(FileView.group(view));
          case SETXATTR -> path + " " + target;
          case MOUNT -> (target.isEmpty() ? "" : target + " at ") + path;
          case UMOUNT -> path;
          case PIVOT_ROOT -> path + ", the old root at " + target;
        };
    int decision = FileView.decision(view);
    return decision == Decision.ALLOWED.ordinal()
        ? words
        : words + "  " + Decision.ofWire(decision).name().toLowerCase(java.util.Locale.ROOT);
  }

  private static String intent(int flags) {
    boolean reads = FileFlag.READ.in(flags);
    boolean writes = FileFlag.WRITE.in(flags);
    return (reads && writes ? " read+write" : reads ? " read" : writes ? " write" : "")
        + (FileFlag.CREATE.in(flags) ? " create" : "")
        + (FileFlag.TRUNCATE.in(flags) ? " truncate" : "");
  }

  private static String known(String text) {
    return text == null ? "" : text;
  }

  private static String id(int id) {
    return id == -1 ? "" : Integer.toUnsignedString(id);
  }
}
