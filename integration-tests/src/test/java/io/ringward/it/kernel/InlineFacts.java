/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.it.kernel;

import io.ringward.kernel.ExecFlag;
import io.ringward.kernel.FileFlag;
import io.ringward.kernel.Operation;
import io.ringward.loader.InlineQuestion;
import io.ringward.rules.event.EventContext;
import io.ringward.rules.event.EventType;
import io.ringward.rules.event.Fact;

/** One operation, as the kernel's tables and as the rule engine are asked about it. */
record InlineFacts(InlineQuestion question) implements EventContext {
  @Override
  public EventType type() {
    return switch (question.operation()) {
      case BIND -> EventType.BIND;
      case EXEC -> EventType.EXECVE;
      case OPEN -> EventType.OPEN;
      case UNLINK -> EventType.UNLINK;
      case RENAME -> EventType.RENAME;
      default -> EventType.CONNECT;
    };
  }

  @Override
  public int ancestors() {
    return 0;
  }

  @Override
  public boolean has(Fact fact, int generation) {
    return switch (fact) {
      case USER_ID, CGROUP_ID, EXE_INODE, EXE_FROM_MEMFD, EXE_UPPER_LAYER, EXE_DELETED, EXE_SETID ->
          true;
      case REMOTE_ADDRESS, REMOTE_PORT -> question.operation() == Operation.CONNECT;
      case LOCAL_ADDRESS, LOCAL_PORT -> question.operation() == Operation.BIND;
      case PROTOCOL ->
          question.operation() == Operation.CONNECT || question.operation() == Operation.BIND;
      case OPEN_READ, OPEN_WRITE, OPEN_CREATE, OPEN_TRUNCATE ->
          question.operation() == Operation.OPEN;
      default -> false;
    };
  }

  @Override
  public long number(Fact fact, int generation) {
    return switch (fact) {
      case USER_ID -> Integer.toUnsignedLong(question.uid());
      case CGROUP_ID -> question.cgroupId();
      case EXE_INODE -> question.inode();
      case EXE_FROM_MEMFD -> flag(ExecFlag.MEMFD);
      case EXE_UPPER_LAYER -> flag(ExecFlag.UPPER_LAYER);
      case EXE_DELETED -> flag(ExecFlag.UNLINKED);
      case EXE_SETID -> flag(ExecFlag.SETID);
      case REMOTE_PORT, LOCAL_PORT -> question.port();
      case PROTOCOL -> question.protocol();
      case OPEN_READ -> flag(FileFlag.READ);
      case OPEN_WRITE -> flag(FileFlag.WRITE);
      case OPEN_CREATE -> flag(FileFlag.CREATE);
      case OPEN_TRUNCATE -> flag(FileFlag.TRUNCATE);
      default -> throw new IllegalArgumentException(fact + " is not asked");
    };
  }

  private long flag(ExecFlag flag) {
    return flag.in(question.flags()) ? 1 : 0;
  }

  private long flag(FileFlag flag) {
    return flag.in(question.intent()) ? 1 : 0;
  }

  @Override
  public String text(Fact fact, int generation) {
    return switch (fact) {
      case PROCESS_NAME -> question.name();
      case PROCESS_EXE_PATH -> question.path();
      case FILE_PATH -> isOnFile() ? question.object() : null;
      case FILE_TARGET -> question.operation() == Operation.RENAME ? question.target() : null;
      default -> null;
    };
  }

  private boolean isOnFile() {
    return switch (question.operation()) {
      case OPEN, UNLINK, RENAME -> true;
      case CONNECT, BIND, EXEC, FORK, SEND, CPU, MEMORY, IO -> false;
      case MEMORY_EXEC, MODULE_LOAD, PTRACE, BPF, MOUNT, SETUID -> false;
    };
  }

  @Override
  public long addressHigh(Fact fact) {
    return question.addressHigh();
  }

  @Override
  public long addressLow(Fact fact) {
    return question.addressLow();
  }
}
