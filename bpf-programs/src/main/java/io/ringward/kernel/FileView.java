/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.kernel;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/**
 * Reads the facts of an operation on a file where they lie, out of an {@link EventView} of kind
 * {@link EventKind#FILE}. Nothing is allocated unless a method says so.
 */
public final class FileView {
  static final long COMM = offset("comm");
  static final long TAIL = WireLayouts.FILE_EVENT.byteSize();

  private static final long INODE = offset("inode");
  private static final long DEVICE = offset("device");
  private static final long FLAGS = offset("flags");
  private static final long OPERATION = offset("operation");
  private static final long DECISION = offset("decision");
  private static final long PATH_LENGTH = offset("path_length");
  private static final long TARGET_LENGTH = offset("target_length");
  private static final long MODE = offset("mode");
  private static final long OWNER = offset("owner");
  private static final long GROUP = offset("group");

  private FileView() {}

  /** What happened. */
  public static FileOperation operation(EventView view) {
    return FileOperation.ofWire(view.segment().get(JAVA_BYTE, view.base() + OPERATION));
  }

  /** Wire value of a {@link Decision}. */
  public static int decision(EventView view) {
    return view.segment().get(JAVA_BYTE, view.base() + DECISION);
  }

  /** A mask of {@link FileFlag}s. */
  public static int flags(EventView view) {
    return view.segment().get(JAVA_INT_UNALIGNED, view.base() + FLAGS);
  }

  /** The file's inode number; 0 when it is not known. */
  public static long inode(EventView view) {
    return view.segment().get(JAVA_LONG_UNALIGNED, view.base() + INODE);
  }

  /** The kernel's dev_t of the file's file system. */
  public static int device(EventView view) {
    return view.segment().get(JAVA_INT_UNALIGNED, view.base() + DEVICE);
  }

  /** The mode that is asked for by chmod; the flags of a mount. */
  public static int mode(EventView view) {
    return view.segment().get(JAVA_INT_UNALIGNED, view.base() + MODE);
  }

  /** The user id that is asked for by chown; -1 leaves it as it is. */
  public static int owner(EventView view) {
    return view.segment().get(JAVA_INT_UNALIGNED, view.base() + OWNER);
  }

  /** The group id that is asked for by chown; -1 leaves it as it is. */
  public static int group(EventView view) {
    return view.segment().get(JAVA_INT_UNALIGNED, view.base() + GROUP);
  }

  /** The path, see {@link FileFlag#PATH_GIVEN}; "" when it is not known. Allocates. */
  public static String path(EventView view) {
    return text(view, TAIL, length(view, PATH_LENGTH));
  }

  /** The other path or name of the operation; "" for those without. Allocates. */
  public static String target(EventView view) {
    return text(view, TAIL + length(view, PATH_LENGTH), length(view, TARGET_LENGTH));
  }

  /** How long path and target are together, in bytes. */
  static int textLength(EventView view) {
    return length(view, PATH_LENGTH) + length(view, TARGET_LENGTH);
  }

  /** A copy that outlives the buffer. */
  static Event toEvent(EventView view, Event.Header header) {
    return new Event.FileUse(
        header,
        operation(view),
        new FileIdentity(device(view), inode(view)),
        flags(view),
        Decision.ofWire(decision(view)),
        mode(view),
        owner(view),
        group(view),
        view.comm(),
        path(view),
        target(view));
  }

  private static int length(EventView view, long field) {
    return Short.toUnsignedInt(view.segment().get(JAVA_SHORT_UNALIGNED, view.base() + field));
  }

  private static String text(EventView view, long from, int length) {
    byte[] bytes = new byte[length];
    MemorySegment.copy(view.segment(), JAVA_BYTE, view.base() + from, bytes, 0, length);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static long offset(String field) {
    return WireLayouts.offset(WireLayouts.FILE_EVENT, field);
  }
}
