/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules.event;

import static io.ringward.rules.event.Field.Argument.ANCESTOR;
import static io.ringward.rules.event.Field.Argument.NONE;
import static io.ringward.rules.event.FieldType.ADDRESS;
import static io.ringward.rules.event.FieldType.BOOLEAN;
import static io.ringward.rules.event.FieldType.EVENT_TYPE;
import static io.ringward.rules.event.FieldType.NETWORK;
import static io.ringward.rules.event.FieldType.NUMBER;
import static io.ringward.rules.event.FieldType.TEXT;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The fields that conditions test and outputs print, under Falco's names. A field that an event
 * type does not carry is absent on it. Fields marked as Ringward's own do not exist in Falco.
 *
 * <p>{@code %field} in an output and {@code field op value} in a condition read the same; fields
 * that are {@link #outputOnly()} would have to be composed for each event and can only be printed.
 */
public enum Field {
  EVT_TYPE("evt.type", EVENT_TYPE, "What happened: the system call's name.", Extraction.EVENT_TYPE),
  EVT_NUM("evt.num", NUMBER, "Running number of the event.", Fact.EVENT_NUMBER),
  EVT_RAWTIME(
      "evt.rawtime", NUMBER, "Time of the event in nanoseconds since the epoch.", Fact.EVENT_TIME),
  EVT_TIME(
      "evt.time",
      TEXT,
      "Local time of day of the event, with nanoseconds.",
      Extraction.TIME_OF_DAY,
      Fact.EVENT_TIME),
  EVT_TIME_ISO8601(
      "evt.time.iso8601",
      TEXT,
      "Date and time of the event in UTC.",
      Extraction.TIME_ISO8601,
      Fact.EVENT_TIME),
  EVT_ARG_STATUS(
      "evt.arg.status", NUMBER, "How the process ended, as wait(2) has it.", Extraction.PLAIN),
  EVT_ARG_RET("evt.arg.ret", NUMBER, "What the process gave to exit(2).", Extraction.EXIT_CODE),
  EVT_ARG_SIG(
      "evt.arg.sig", NUMBER, "Signal that ended the process, or 0.", Extraction.EXIT_SIGNAL),

  PROC_PID("proc.pid", NUMBER, "Process id.", Fact.PROCESS_ID),
  PROC_NAME("proc.name", TEXT, "Short name of the process (15 characters).", Fact.PROCESS_NAME),
  PROC_EXE("proc.exe", TEXT, "First argument, argv[0].", Fact.PROCESS_EXE),
  PROC_EXEPATH("proc.exepath", TEXT, "Path of the executable file.", Fact.PROCESS_EXE_PATH),
  PROC_ARGS("proc.args", TEXT, "Arguments after the first.", Fact.PROCESS_ARGUMENTS),
  PROC_CMDLINE("proc.cmdline", TEXT, "Name and arguments.", Fact.PROCESS_COMMAND_LINE),
  PROC_CWD(
      "proc.cwd",
      TEXT,
      "Working directory when the program was started, with a slash at its end.",
      Fact.PROCESS_DIRECTORY),
  PROC_PPID("proc.ppid", NUMBER, "Process id of the parent.", Fact.PROCESS_ID, 1),
  PROC_PNAME("proc.pname", TEXT, "Short name of the parent.", Fact.PROCESS_NAME, 1),
  PROC_PEXE("proc.pexe", TEXT, "First argument of the parent.", Fact.PROCESS_EXE, 1),
  PROC_PEXEPATH(
      "proc.pexepath", TEXT, "Path of the parent's executable file.", Fact.PROCESS_EXE_PATH, 1),
  PROC_PCMDLINE(
      "proc.pcmdline", TEXT, "Name and arguments of the parent.", Fact.PROCESS_COMMAND_LINE, 1),
  PROC_APID("proc.apid", NUMBER, "Process id of an ancestor.", ANCESTOR, Fact.PROCESS_ID),
  PROC_ANAME("proc.aname", TEXT, "Short name of an ancestor.", ANCESTOR, Fact.PROCESS_NAME),
  PROC_AEXE("proc.aexe", TEXT, "First argument of an ancestor.", ANCESTOR, Fact.PROCESS_EXE),
  PROC_AEXEPATH(
      "proc.aexepath",
      TEXT,
      "Path of an ancestor's executable file.",
      ANCESTOR,
      Fact.PROCESS_EXE_PATH),
  PROC_ACMDLINE(
      "proc.acmdline",
      TEXT,
      "Name and arguments of an ancestor.",
      ANCESTOR,
      Fact.PROCESS_COMMAND_LINE),
  PROC_DURATION(
      "proc.duration", NUMBER, "Nanoseconds since the process started.", Fact.PROCESS_DURATION),
  PROC_EXE_INO("proc.exe_ino", NUMBER, "Inode number of the executable file.", Fact.EXE_INODE),
  PROC_IS_EXE_FROM_MEMFD(
      "proc.is_exe_from_memfd",
      BOOLEAN,
      "Whether the program was started from an anonymous memory file.",
      Fact.EXE_FROM_MEMFD),
  PROC_IS_EXE_UPPER_LAYER(
      "proc.is_exe_upper_layer",
      BOOLEAN,
      "Whether the program is in the upper layer of an overlay: added after the image was built.",
      Fact.EXE_UPPER_LAYER),
  PROC_IS_EXE_DELETED(
      "proc.is_exe_deleted",
      BOOLEAN,
      "Whether the program's file had no name any more when it was started. Ringward's own.",
      Fact.EXE_DELETED),
  PROC_IS_EXE_SETID(
      "proc.is_exe_setid",
      BOOLEAN,
      "Whether the program was started with another user's or group's rights (set-id). Ringward's"
          + " own.",
      Fact.EXE_SETID),
  PROC_IS_EXE_CAPABLE(
      "proc.is_exe_capable",
      BOOLEAN,
      "Whether the program was started with capabilities though not as root, as by file"
          + " capabilities. Ringward's own.",
      Fact.EXE_CAPABLE),
  PROC_CGROUP_ID(
      "proc.cgroup.id",
      NUMBER,
      "Id of the process's control group in the version 2 hierarchy. Ringward's own.",
      Fact.CGROUP_ID),
  USER_UID("user.uid", NUMBER, "Effective user id.", Fact.USER_ID),
  THREAD_TID("thread.tid", NUMBER, "Id of the thread that acted.", Fact.THREAD_ID),

  EVT_IS_OPEN_READ(
      "evt.is_open_read",
      BOOLEAN,
      "Whether a file is opened for reading.",
      FileEvents.OPENS,
      Fact.OPEN_READ),
  EVT_IS_OPEN_WRITE(
      "evt.is_open_write",
      BOOLEAN,
      "Whether a file is opened for writing.",
      FileEvents.OPENS,
      Fact.OPEN_WRITE),
  EVT_IS_OPEN_CREATE(
      "evt.is_open_create",
      BOOLEAN,
      "Whether an open makes the file.",
      FileEvents.OPENS,
      Fact.OPEN_CREATE),
  EVT_IS_OPEN_TRUNCATE(
      "evt.is_open_truncate",
      BOOLEAN,
      "Whether an open empties the file. Ringward's own.",
      FileEvents.OPENS,
      Fact.OPEN_TRUNCATE),
  EVT_ARG_TARGET(
      "evt.arg.target",
      TEXT,
      "What a new symbolic link says.",
      FileEvents.SYMLINKS,
      Fact.FILE_TARGET),
  EVT_ARG_LINKPATH(
      "evt.arg.linkpath", TEXT, "A new symbolic link.", FileEvents.SYMLINKS, Fact.FILE_PATH),
  EVT_ARG_OLDPATH(
      "evt.arg.oldpath",
      TEXT,
      "The path before a rename or a link.",
      FileEvents.MOVES,
      Fact.FILE_PATH),
  EVT_ARG_NEWPATH(
      "evt.arg.newpath",
      TEXT,
      "The path after a rename or a link.",
      FileEvents.MOVES,
      Fact.FILE_TARGET),
  EVT_ARG_MODE(
      "evt.arg.mode", NUMBER, "The mode that chmod asks for.", FileEvents.CHMODS, Fact.FILE_MODE),

  EVT_RES(
      "evt.res",
      TEXT,
      "SUCCESS, or the name of the error that an act ended with.",
      ActEvents.ALL,
      Fact.ACT_OUTCOME),
  EVT_RAWRES(
      "evt.rawres",
      NUMBER,
      "What an act's system call returned, or the negative errno.",
      ActEvents.ALL,
      Fact.ACT_RESULT),
  EVT_FAILED("evt.failed", BOOLEAN, "Whether an act failed.", ActEvents.ALL, Fact.ACT_FAILED),
  EVT_ARG_UID(
      "evt.arg.uid",
      NUMBER,
      "Effective user id after setuid.",
      ActEvents.of(EventType.SETUID),
      Fact.ID_AFTER),
  EVT_ARG_GID(
      "evt.arg.gid",
      NUMBER,
      "Effective group id after setgid.",
      ActEvents.of(EventType.SETGID),
      Fact.ID_AFTER),
  EVT_ARG_BEFORE(
      "evt.arg.before",
      NUMBER,
      "Effective user or group id before setuid or setgid. Ringward's own.",
      ActEvents.IDENTITY,
      Fact.ID_BEFORE),
  EVT_ARG_CAP_EFFECTIVE(
      "evt.arg.cap_effective",
      TEXT,
      "Effective capabilities after capset, by name.",
      ActEvents.CAPABILITIES,
      Fact.CAPABILITIES),
  EVT_ARG_CAP_GAINED(
      "evt.arg.cap_gained",
      TEXT,
      "Effective capabilities that capset has brought, by name. Ringward's own.",
      ActEvents.CAPABILITIES,
      Fact.CAPABILITIES_GAINED),
  EVT_ARG_PID(
      "evt.arg.pid",
      NUMBER,
      "Process id of whom an act is done to.",
      ActEvents.TARGETED,
      Fact.TARGET_ID),
  EVT_ARG_REQUEST(
      "evt.arg.request",
      TEXT,
      "What ptrace is asked for, such as PTRACE_ATTACH.",
      ActEvents.of(EventType.PTRACE),
      Fact.TRACE_REQUEST),
  EVT_ARG_SIGNAL(
      "evt.arg.signal",
      NUMBER,
      "Number of the signal. Ringward's own.",
      ActEvents.of(EventType.KILL),
      Fact.SIGNAL_NUMBER),
  EVT_ARG_FLAGS(
      "evt.arg.flags",
      TEXT,
      "Flags of setns, unshare and memfd_create, by name: CLONE_NEWUSER|CLONE_NEWNS.",
      ActEvents.FLAGGED,
      Fact.ACT_FLAGS),
  EVT_ARG_CMD(
      "evt.arg.cmd",
      TEXT,
      "Command of bpf or keyctl, such as BPF_PROG_LOAD.",
      ActEvents.COMMANDED,
      Fact.ACT_COMMAND),
  EVT_ARG_NAME(
      "evt.arg.name",
      TEXT,
      "Name of a kernel module, or of a memory file with memfd: before it.",
      ActEvents.NAMED,
      Fact.ACT_NAME),
  EVT_ARG_PROT(
      "evt.arg.prot",
      TEXT,
      "Protection of memory, such as PROT_READ|PROT_EXEC.",
      ActEvents.MEMORY,
      Fact.MEMORY_PROTECTION),
  EVT_ARG_DOMAIN(
      "evt.arg.domain",
      TEXT,
      "Family of a new socket, such as AF_PACKET.",
      ActEvents.SOCKETS,
      Fact.SOCKET_DOMAIN),
  EVT_ARG_TYPE(
      "evt.arg.type",
      TEXT,
      "Type of a new socket, such as SOCK_RAW.",
      ActEvents.SOCKETS,
      Fact.SOCKET_TYPE),
  EVT_ARG_PROTO(
      "evt.arg.proto",
      NUMBER,
      "Protocol number of a new socket.",
      ActEvents.SOCKETS,
      Fact.SOCKET_PROTOCOL),
  TARGET_UID(
      "target.uid",
      NUMBER,
      "Effective user id of whom an act is done to. Ringward's own.",
      ActEvents.TARGETED,
      Fact.TARGET_USER),
  TARGET_NAME(
      "target.name",
      TEXT,
      "Short name of whom an act is done to. Ringward's own.",
      ActEvents.TARGETED,
      Fact.TARGET_NAME),
  TARGET_EXEPATH(
      "target.exepath",
      TEXT,
      "Executable of whom an act is done to. Ringward's own.",
      ActEvents.TARGETED,
      Fact.TARGET_PATH),
  TARGET_IS_CHILD(
      "target.is_child",
      BOOLEAN,
      "Whether an act is done to a process that the actor has made. Ringward's own.",
      ActEvents.TARGETED,
      Fact.TARGET_IS_CHILD),
  MEMORY_IS_ANONYMOUS(
      "memory.is_anonymous",
      BOOLEAN,
      "Whether no file stands behind memory that becomes executable. Ringward's own.",
      ActEvents.MEMORY,
      Fact.MEMORY_ANONYMOUS),
  MEMORY_IS_WRITTEN(
      "memory.is_written",
      BOOLEAN,
      "Whether memory that becomes executable is writable, or was written. Ringward's own.",
      ActEvents.MEMORY,
      Fact.MEMORY_WRITTEN),
  MEMORY_IS_STACK(
      "memory.is_stack",
      BOOLEAN,
      "Whether the stack becomes executable. Ringward's own.",
      ActEvents.MEMORY,
      Fact.MEMORY_STACK),
  MEMORY_IS_MEMFD(
      "memory.is_memfd",
      BOOLEAN,
      "Whether memory that becomes executable is of a file without a name. Ringward's own.",
      ActEvents.MEMORY,
      Fact.MEMORY_MEMFD),
  EXIT_CPU(
      "exit.cpu",
      NUMBER,
      "Nanoseconds of CPU that the process that ended has used. Ringward's own.",
      ActEvents.EXITS,
      Fact.EXIT_CPU),
  EXIT_BYTES_READ(
      "exit.bytes_read",
      NUMBER,
      "Bytes that storage gave the process that ended. Ringward's own.",
      ActEvents.EXITS,
      Fact.EXIT_READ),
  EXIT_BYTES_WRITTEN(
      "exit.bytes_written",
      NUMBER,
      "Bytes that the process that ended had storage take. Ringward's own.",
      ActEvents.EXITS,
      Fact.EXIT_WRITTEN),
  FLOW_BYTES_SENT(
      "flow.bytes_sent",
      NUMBER,
      "Bytes that this side sent in a connection. Ringward's own.",
      ActEvents.FLOWS,
      Fact.FLOW_SENT),
  FLOW_BYTES_RECEIVED(
      "flow.bytes_received",
      NUMBER,
      "Bytes that this side received in a connection. Ringward's own.",
      ActEvents.FLOWS,
      Fact.FLOW_RECEIVED),
  FLOW_DURATION(
      "flow.duration",
      NUMBER,
      "Nanoseconds that a connection lasted. Ringward's own.",
      ActEvents.FLOWS,
      Fact.FLOW_DURATION),
  FLOW_RETRANSMITS(
      "flow.retransmits",
      NUMBER,
      "Segments that this side sent again in a connection. Ringward's own.",
      ActEvents.FLOWS,
      Fact.FLOW_RETRANSMITS),
  FLOW_IS_ACCEPTED(
      "flow.is_accepted",
      BOOLEAN,
      "Whether the other side asked for a connection. Ringward's own.",
      ActEvents.FLOWS,
      Fact.FLOW_ACCEPTED),
  DNS_NAME(
      "dns.name",
      TEXT,
      "Name that a name server is asked for, in small letters. Ringward's own.",
      ActEvents.QUESTIONS,
      Fact.QUESTION_NAME),
  DNS_TYPE(
      "dns.type",
      TEXT,
      "Type of record that a name server is asked for, such as TXT. Ringward's own.",
      ActEvents.QUESTIONS,
      Fact.QUESTION_TYPE),

  FS_PATH_NAME(
      "fs.path.name",
      TEXT,
      "Path of the file that is operated on.",
      FileEvents.ALL,
      Fact.FILE_PATH),
  FS_PATH_SOURCE(
      "fs.path.source",
      TEXT,
      "Of a rename or a link the old path, of a symbolic link what it says.",
      FileEvents.sources()),
  FS_PATH_TARGET(
      "fs.path.target",
      TEXT,
      "Of a rename or a link the new path, of a symbolic link itself.",
      FileEvents.targets()),

  FD_TYPE("fd.type", TEXT, "file, ipv4 or ipv6.", Extraction.ADDRESS_FAMILY, Endpoint.ANYTHING),
  FD_TYPECHAR(
      "fd.typechar",
      TEXT,
      "f for a file, 4 or 6 for a socket.",
      Extraction.ADDRESS_FAMILY_CHARACTER,
      Endpoint.ANYTHING),
  FD_NUM(
      "fd.num",
      NUMBER,
      "0 when a file was opened, -1 when that was refused. The descriptor itself is not known.",
      FileEvents.OPENS,
      Fact.FILE_OUTCOME),
  FD_DIRECTORY("fd.directory", TEXT, "Directory of the file.", FileEvents.ALL, Fact.FILE_DIRECTORY),
  FD_FILENAME(
      "fd.filename", TEXT, "Name of the file, without directory.", FileEvents.ALL, Fact.FILE_NAME),
  FD_INO("fd.ino", NUMBER, "Inode number of the file.", FileEvents.ALL, Fact.FILE_INODE),
  FD_DEV(
      "fd.dev",
      NUMBER,
      "Device of the file, as the kernel numbers it.",
      FileEvents.ALL,
      Fact.FILE_DEVICE),
  FD_L4PROTO("fd.l4proto", TEXT, "tcp, udp or icmp.", Extraction.PROTOCOL_NAME, Endpoint.PROTOCOL),
  FD_NAME(
      "fd.name",
      TEXT,
      "Path of the file. Of a socket, address and port: these can be printed, not tested.",
      Extraction.FILE_OR_ENDPOINT_NAME,
      Endpoint.ANYTHING),
  FD_IP("fd.ip", ADDRESS, "Local or remote address.", Extraction.PLAIN, Endpoint.ANY_ADDRESS),
  FD_SIP(
      "fd.sip",
      ADDRESS,
      "Address of the server: of the peer at connect, of this side at bind.",
      Extraction.PLAIN,
      Endpoint.ANY_ADDRESS),
  FD_RIP("fd.rip", ADDRESS, "Remote address.", Extraction.PLAIN, Endpoint.REMOTE_ADDRESS),
  FD_LIP("fd.lip", ADDRESS, "Local address.", Extraction.PLAIN, Endpoint.LOCAL_ADDRESS),
  FD_NET("fd.net", NETWORK, "Local or remote network.", Extraction.PLAIN, Endpoint.ANY_ADDRESS),
  FD_SNET("fd.snet", NETWORK, "Network of the server.", Extraction.PLAIN, Endpoint.ANY_ADDRESS),
  FD_RNET("fd.rnet", NETWORK, "Remote network.", Extraction.PLAIN, Endpoint.REMOTE_ADDRESS),
  FD_LNET("fd.lnet", NETWORK, "Local network.", Extraction.PLAIN, Endpoint.LOCAL_ADDRESS),
  FD_PORT("fd.port", NUMBER, "Local or remote port.", Extraction.PLAIN, Endpoint.ANY_PORT),
  FD_SPORT("fd.sport", NUMBER, "Port of the server.", Extraction.PLAIN, Endpoint.ANY_PORT),
  FD_RPORT("fd.rport", NUMBER, "Remote port.", Extraction.PLAIN, Endpoint.REMOTE_PORT),
  FD_LPORT("fd.lport", NUMBER, "Local port.", Extraction.PLAIN, Endpoint.LOCAL_PORT);

  /** What may stand in brackets after a field's name. */
  public enum Argument {
    /** Nothing. */
    NONE,
    /**
     * How many generations up, 0 to {@link Field#MOST_GENERATIONS}: 0 is the process itself.
     * Without brackets a condition means any ancestor, the process itself not counted.
     */
    ANCESTOR
  }

  /** How far up an ancestor may be asked for. */
  public static final int MOST_GENERATIONS = 64;

  private static final Map<String, Field> BY_NAME = new HashMap<>();

  static {
    for (Field field : values()) {
      BY_NAME.put(field.label, field);
    }
  }

  private final String label;
  private final FieldType type;
  private final String description;
  private final Argument argument;
  private final int generation;
  private final Extraction extraction;

  @SuppressWarnings("ImmutableEnumChecker") // Map.copyOf is immutable
  private final Map<EventType, Fact> facts;

  Field(String label, FieldType type, String description, Fact fact) {
    this(label, type, description, NONE, 0, Extraction.PLAIN, everywhere(fact));
  }

  Field(String label, FieldType type, String description, Fact fact, int generation) {
    this(label, type, description, NONE, generation, Extraction.PLAIN, everywhere(fact));
  }

  /** A field of some types of events only. */
  Field(String label, FieldType type, String description, Set<EventType> eventTypes, Fact fact) {
    this(label, type, description, FileEvents.on(eventTypes, fact));
  }

  Field(String label, FieldType type, String description, Map<EventType, Fact> facts) {
    this(label, type, description, NONE, 0, Extraction.PLAIN, facts);
  }

  Field(String label, FieldType type, String description, Argument argument, Fact fact) {
    this(label, type, description, argument, 0, Extraction.PLAIN, everywhere(fact));
  }

  Field(String label, FieldType type, String description, Extraction extraction, Fact fact) {
    this(label, type, description, NONE, 0, extraction, everywhere(fact));
  }

  Field(
      String label, FieldType type, String description, Extraction extraction, Endpoint endpoint) {
    this(label, type, description, NONE, 0, extraction, endpoint.facts);
  }

  /** A field of the event's own: its type, or how a process ended. */
  Field(String label, FieldType type, String description, Extraction extraction) {
    this(
        label,
        type,
        description,
        NONE,
        0,
        extraction,
        extraction == Extraction.EVENT_TYPE
            ? Map.of()
            : Map.of(EventType.PROCEXIT, Fact.EXIT_STATUS));
  }

  Field(
      String label,
      FieldType type,
      String description,
      Argument argument,
      int generation,
      Extraction extraction,
      Map<EventType, Fact> facts) {
    this.label = label;
    this.type = type;
    this.description = description;
    this.argument = argument;
    this.generation = generation;
    this.extraction = extraction;
    this.facts = Map.copyOf(facts);
  }

  /** Its name in rules. */
  public String label() {
    return label;
  }

  /** What its values are. */
  public FieldType type() {
    return type;
  }

  /** One line for people. */
  public String description() {
    return description;
  }

  /** What may stand in brackets after it. */
  public Argument argument() {
    return argument;
  }

  /**
   * The generation that it stands for when it takes no argument: 1 for the fields of the parent.
   */
  public int generation() {
    return generation;
  }

  /** How its value comes from its fact. */
  public Extraction extraction() {
    return extraction;
  }

  /** The fact that it reads on an event type; empty when events of that type do not carry it. */
  public Optional<Fact> factOn(EventType eventType) {
    return Optional.ofNullable(facts.get(eventType));
  }

  /** The event types that carry it. */
  public Set<EventType> eventTypes() {
    return extraction == Extraction.EVENT_TYPE
        ? EnumSet.allOf(EventType.class)
        : EnumSet.copyOf(facts.keySet());
  }

  /** Whether it can be printed but not tested. */
  public boolean outputOnly() {
    return switch (extraction) {
      case TIME_OF_DAY, TIME_ISO8601 -> true;
      case PLAIN,
          FILE_OR_ENDPOINT_NAME,
          ADDRESS_FAMILY,
          ADDRESS_FAMILY_CHARACTER,
          PROTOCOL_NAME,
          EXIT_CODE,
          EXIT_SIGNAL,
          EVENT_TYPE ->
          false;
    };
  }

  /** The field of a name. */
  public static Optional<Field> named(String name) {
    return Optional.ofNullable(BY_NAME.get(name));
  }

  /** All names, for suggestions. */
  public static List<String> allNames() {
    return Stream.of(values()).map(Field::label).toList();
  }

  private static Map<EventType, Fact> everywhere(Fact fact) {
    Map<EventType, Fact> facts = new EnumMap<>(EventType.class);
    for (EventType eventType : EventType.values()) {
      facts.put(eventType, fact);
    }
    return facts;
  }

  /** Which side of a connection a field reads on which event. */
  private enum Endpoint {
    REMOTE_ADDRESS(ActEvents.remote(Fact.REMOTE_ADDRESS)),
    LOCAL_ADDRESS(ActEvents.local(Fact.LOCAL_ADDRESS)),
    ANY_ADDRESS(ActEvents.any(Fact.REMOTE_ADDRESS, Fact.LOCAL_ADDRESS)),
    REMOTE_PORT(ActEvents.remote(Fact.REMOTE_PORT)),
    LOCAL_PORT(ActEvents.local(Fact.LOCAL_PORT)),
    ANY_PORT(ActEvents.any(Fact.REMOTE_PORT, Fact.LOCAL_PORT)),
    PROTOCOL(ActEvents.any(Fact.PROTOCOL, Fact.PROTOCOL)),
    /** A socket's address or a file's path. */
    ANYTHING(addressOrPath());

    @SuppressWarnings("ImmutableEnumChecker") // Map.of is immutable
    private final Map<EventType, Fact> facts;

    Endpoint(Map<EventType, Fact> facts) {
      this.facts = facts;
    }

    private static Map<EventType, Fact> addressOrPath() {
      Map<EventType, Fact> facts = FileEvents.on(FileEvents.ALL, Fact.FILE_PATH);
      facts.putAll(ActEvents.any(Fact.REMOTE_ADDRESS, Fact.LOCAL_ADDRESS));
      return facts;
    }
  }
}
