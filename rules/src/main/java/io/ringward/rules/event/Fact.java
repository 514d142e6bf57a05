/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules.event;

/**
 * What an {@link EventContext} has to be able to answer. Rules are written in {@link Field}s; many
 * fields are one fact seen differently ({@code proc.pname} is {@link #PROCESS_NAME} of generation
 * 1, {@code fd.typechar} comes from an address), so that whoever provides events implements few
 * things.
 */
public enum Fact {
  /** Running number of the event, from 1 on. */
  EVENT_NUMBER(Kind.NUMBER),
  /** Wall-clock time of the event: nanoseconds since the epoch. */
  EVENT_TIME(Kind.NUMBER),
  /** Thread that acted, as the initial pid namespace numbers it. */
  THREAD_ID(Kind.NUMBER),
  /** Effective user id in the initial user namespace, as of this event. */
  USER_ID(Kind.NUMBER),
  /** Id of the control group in the version 2 hierarchy. */
  CGROUP_ID(Kind.NUMBER),

  /** Process id; by generation. */
  PROCESS_ID(Kind.NUMBER, true),
  /** Short name of the process, the kernel's comm; by generation. */
  PROCESS_NAME(Kind.TEXT, true),
  /** The first argument, argv[0]; by generation. */
  PROCESS_EXE(Kind.TEXT, true),
  /** Path of the executable file; by generation. */
  PROCESS_EXE_PATH(Kind.TEXT, true),
  /** The arguments after the first, joined by one space; by generation. */
  PROCESS_ARGUMENTS(Kind.TEXT, true),
  /** Name and arguments, joined by one space; by generation. */
  PROCESS_COMMAND_LINE(Kind.TEXT, true),
  /** Nanoseconds from the start of the process to this event. */
  PROCESS_DURATION(Kind.NUMBER),
  /** Inode number of the executable file. */
  EXE_INODE(Kind.NUMBER),
  /** 1 when the program was started from an anonymous memory file, else 0. */
  EXE_FROM_MEMFD(Kind.NUMBER),
  /** 1 when the program is in the upper layer of an overlay, else 0. */
  EXE_UPPER_LAYER(Kind.NUMBER),
  /** 1 when the program's file had no name any more when it was started, else 0. */
  EXE_DELETED(Kind.NUMBER),
  /** 1 when the program got an effective user or group other than the real one, else 0. */
  EXE_SETID(Kind.NUMBER),
  /** 1 when the program has effective capabilities and is not root, else 0. */
  EXE_CAPABLE(Kind.NUMBER),

  /** Working directory when the program was started, with a slash at its end. */
  PROCESS_DIRECTORY(Kind.TEXT),

  /** How the process ended, as wait(2) has it: {@code status << 8 | signal}. */
  EXIT_STATUS(Kind.NUMBER),
  /** Nanoseconds of CPU that the process that ended has used. */
  EXIT_CPU(Kind.NUMBER),
  /** Bytes that storage gave the process that ended. */
  EXIT_READ(Kind.NUMBER),
  /** Bytes that the process that ended had storage take. */
  EXIT_WRITTEN(Kind.NUMBER),

  /** The peer that is asked for. */
  REMOTE_ADDRESS(Kind.ADDRESS),
  /** The peer's port, in host order. */
  REMOTE_PORT(Kind.NUMBER),
  /** The local address that is bound. */
  LOCAL_ADDRESS(Kind.ADDRESS),
  /** The local port, in host order. */
  LOCAL_PORT(Kind.NUMBER),
  /** IPPROTO number of the socket: 6 for TCP, 17 for UDP. */
  PROTOCOL(Kind.NUMBER),

  /** Path of the file that is operated on; of a rename, a link or a symlink: the one that acts. */
  FILE_PATH(Kind.TEXT),
  /** The directory part of {@link #FILE_PATH}. */
  FILE_DIRECTORY(Kind.TEXT),
  /** The last name of {@link #FILE_PATH}. */
  FILE_NAME(Kind.TEXT),
  /** The other path or name of the operation: a new name, what a link says, an attribute. */
  FILE_TARGET(Kind.TEXT),
  /** Inode number of the file, as the kernel reads it. */
  FILE_INODE(Kind.NUMBER),
  /** The kernel's dev_t of the file's file system. */
  FILE_DEVICE(Kind.NUMBER),
  /** 0 when the operation was let through, -1 when it was refused. */
  FILE_OUTCOME(Kind.NUMBER),
  /** 1 when the file is opened for reading, else 0. */
  OPEN_READ(Kind.NUMBER),
  /** 1 when the file is opened for writing, else 0. */
  OPEN_WRITE(Kind.NUMBER),
  /** 1 when this open makes the file, else 0. */
  OPEN_CREATE(Kind.NUMBER),
  /** 1 when this open empties the file, else 0. */
  OPEN_TRUNCATE(Kind.NUMBER),
  /** Mode that chmod asks for. */
  FILE_MODE(Kind.NUMBER),
  /** User id that chown asks for. */
  FILE_OWNER(Kind.NUMBER),
  /** Group id that chown asks for. */
  FILE_GROUP(Kind.NUMBER),

  /** What the system call of an act returned, or the negative errno. */
  ACT_RESULT(Kind.NUMBER),
  /** 1 when the act failed, else 0. */
  ACT_FAILED(Kind.NUMBER),
  /** SUCCESS, or the name of the errno. */
  ACT_OUTCOME(Kind.TEXT),
  /** Effective user or group id before the act. */
  ID_BEFORE(Kind.NUMBER),
  /** Effective user or group id after the act. */
  ID_AFTER(Kind.NUMBER),
  /** Effective capabilities after the act, by name. */
  CAPABILITIES(Kind.TEXT),
  /** Effective capabilities that the act has brought, by name. */
  CAPABILITIES_GAINED(Kind.TEXT),
  /** Process id of whom an act is done to. */
  TARGET_ID(Kind.NUMBER),
  /** Effective user id of whom an act is done to. */
  TARGET_USER(Kind.NUMBER),
  /** Short name of whom an act is done to. */
  TARGET_NAME(Kind.TEXT),
  /** Executable of whom an act is done to. */
  TARGET_PATH(Kind.TEXT),
  /** 1 when an act is done to a child of the actor, else 0. */
  TARGET_IS_CHILD(Kind.NUMBER),
  /** What ptrace is asked for. */
  TRACE_REQUEST(Kind.TEXT),
  /** Number of a signal. */
  SIGNAL_NUMBER(Kind.NUMBER),
  /** Flags of an act, by name. */
  ACT_FLAGS(Kind.TEXT),
  /** Command of bpf(2) or keyctl(2), by name. */
  ACT_COMMAND(Kind.TEXT),
  /** Name of a module or of a memory file. */
  ACT_NAME(Kind.TEXT),
  /** Protection of memory, by name. */
  MEMORY_PROTECTION(Kind.TEXT),
  /** 1 when no file stands behind the memory, else 0. */
  MEMORY_ANONYMOUS(Kind.NUMBER),
  /** 1 when the memory is writable or was written, else 0. */
  MEMORY_WRITTEN(Kind.NUMBER),
  /** 1 when the memory is the stack, else 0. */
  MEMORY_STACK(Kind.NUMBER),
  /** 1 when the memory is of a file that never had a name, else 0. */
  MEMORY_MEMFD(Kind.NUMBER),
  /** Family of a socket, by name. */
  SOCKET_DOMAIN(Kind.TEXT),
  /** Type of a socket, by name. */
  SOCKET_TYPE(Kind.TEXT),
  /** Protocol number of a socket. */
  SOCKET_PROTOCOL(Kind.NUMBER),
  /** Bytes that this side sent in a connection. */
  FLOW_SENT(Kind.NUMBER),
  /** Bytes that this side received in a connection. */
  FLOW_RECEIVED(Kind.NUMBER),
  /** Nanoseconds from the beginning to the end of a connection. */
  FLOW_DURATION(Kind.NUMBER),
  /** Segments that this side sent again in a connection. */
  FLOW_RETRANSMITS(Kind.NUMBER),
  /** 1 when the other side asked for the connection, else 0. */
  FLOW_ACCEPTED(Kind.NUMBER),
  /** Name that is asked for. */
  QUESTION_NAME(Kind.TEXT),
  /** Type of record that is asked for. */
  QUESTION_TYPE(Kind.TEXT);

  /** How a fact is read from an {@link EventContext}. */
  public enum Kind {
    /** By {@link EventContext#text}. */
    TEXT,
    /** By {@link EventContext#has} and {@link EventContext#number}. */
    NUMBER,
    /** By {@link EventContext#has}, {@link EventContext#addressHigh} and its other half. */
    ADDRESS
  }

  private final Kind kind;
  private final boolean byGeneration;

  Fact(Kind kind) {
    this(kind, false);
  }

  Fact(Kind kind, boolean byGeneration) {
    this.kind = kind;
    this.byGeneration = byGeneration;
  }

  /** How it is read. */
  public Kind kind() {
    return kind;
  }

  /** Whether ancestors have it too; other facts are asked for with generation 0 only. */
  public boolean byGeneration() {
    return byGeneration;
  }
}
