/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.kernel;

import java.util.Collection;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** What a verdict covers. Mirrors {@code enum rw_operation}: one bit each. */
public enum Operation {
  CONNECT,
  BIND,
  EXEC,
  FORK,
  /** Opening a file, whatever for; not of the program that an exec starts. */
  OPEN,
  /** Taking away a file's name, or a directory. */
  UNLINK,
  RENAME,
  /** Sending packets over IP; a throttle's rate is bytes a second. */
  SEND,
  /** Computing; a throttle's rate is processors, as 0.2 for a fifth of one. */
  CPU,
  /** Using more memory; a throttle has no rate: the subject is held to what it has. */
  MEMORY,
  /** Reading from and writing to block devices; a throttle's rate is bytes a second. */
  IO,
  /**
   * Making memory executable that is not a file as it is on disk: anonymous, written, or of a
   * memfd. Libraries are let be.
   */
  MEMORY_EXEC,
  /** Loading a kernel module, or having the kernel load one. */
  MODULE_LOAD,
  /**
   * ptrace of another process, or asking another to trace, and what asks the kernel for as much:
   * process_vm_readv and writev, pidfd_getfd, /proc/PID/mem.
   */
  PTRACE,
  /** The system call bpf, whatever it is to do. */
  BPF,
  /** mount, move_mount, umount, pivot_root. */
  MOUNT,
  /** setuid, setgid and their kin. Starting a set-user-id program is {@link #EXEC}. */
  SETUID;

  private static final Set<Operation> UNLESS_NAMED =
      Collections.unmodifiableSet(EnumSet.of(CONNECT, BIND, EXEC, FORK));

  /**
   * What a verdict covers when nobody has named its operations. Those on files are not among them:
   * a process that may not open any file at all is as good as dead. Nor are the privileged ones:
   * where no hook refuses them, a signal answers, and that is to be asked for by name.
   */
  public static Set<Operation> unlessNamed() {
    return UNLESS_NAMED;
  }

  /** What the rate of a throttle counts. One verdict has one rate, and so one unit. */
  public enum Unit {
    OPERATIONS,
    BYTES,
    PROCESSORS,
    /** There is nothing to count. */
    NONE;

    /**
     * Of operations that have one in common.
     *
     * @throws IllegalArgumentException when they have not, says what to do
     */
    public static Unit of(Collection<Operation> operations) {
      return unit(operations)
          .orElseThrow(() ->
              new IllegalArgumentException(
                  "one rate cannot hold for "
                      + String.join(
                          ", ", operations.stream().sorted().map(Operation::label).toList())
                      + ", which are not counted alike: use a verdict for each"));
    }
  }

  /** What a throttle of it counts. */
  public Unit unit() {
    return switch (this) {
      case CONNECT, BIND, EXEC, FORK, OPEN, UNLINK, RENAME -> Unit.OPERATIONS;
      case MEMORY_EXEC, MODULE_LOAD, PTRACE, BPF, MOUNT, SETUID -> Unit.OPERATIONS;
      case SEND, IO -> Unit.BYTES;
      case CPU -> Unit.PROCESSORS;
      case MEMORY -> Unit.NONE;
    };
  }

  /** What a throttle of all of them counts; empty when they have not one unit in common. */
  public static Optional<Unit> unit(Collection<Operation> operations) {
    EnumSet<Unit> units = EnumSet.noneOf(Unit.class);
    operations.forEach(operation -> units.add(operation.unit()));
    return units.size() == 1 ? Optional.of(units.iterator().next()) : Optional.empty();
  }

  /** Whether it can be refused altogether; a controller only makes it slower. */
  public boolean canBeBlocked() {
    return switch (this) {
      case CONNECT, BIND, EXEC, FORK, OPEN, UNLINK, RENAME, SEND -> true;
      case MEMORY_EXEC, MODULE_LOAD, PTRACE, BPF, MOUNT, SETUID -> true;
      case CPU, MEMORY, IO -> false;
    };
  }

  /** The bit in a verdict's mask. */
  public int bit() {
    return 1 << ordinal();
  }

  /** The operation of a bit, or an {@link IllegalArgumentException} for an unknown one. */
  static Operation ofBit(int bit) {
    for (Operation operation : values()) {
      if (operation.bit() == bit) {
        return operation;
      }
    }
    throw new IllegalArgumentException("unknown operation bit " + bit);
  }

  /** The metric label and the word of configuration: {@code connect}, … */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The mask of some operations. */
  public static int mask(Collection<Operation> operations) {
    int mask = 0;
    for (Operation operation : operations) {
      mask |= operation.bit();
    }
    return mask;
  }

  /** The operations of a mask; unknown bits are an {@link IllegalArgumentException}. */
  public static Set<Operation> ofMask(int mask) {
    EnumSet<Operation> operations = EnumSet.noneOf(Operation.class);
    for (Operation operation : values()) {
      if ((mask & operation.bit()) != 0) {
        operations.add(operation);
      }
    }
    if (mask(operations) != mask) {
      throw new IllegalArgumentException("unknown bits in operation mask " + mask);
    }
    return operations;
  }
}
