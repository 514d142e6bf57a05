/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.kernel;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.StructLayout;
import java.util.List;

/**
 * The structs of {@code ringward/wire.h}, field by field under the same names. A test compares each
 * with the BTF of the built object, so neither side can drift.
 */
public final class WireLayouts {
  /** {@code RW_COMM_SIZE}. */
  public static final int COMM_SIZE = 16;

  /** {@code RW_PATH_SIZE}: the longest path carried, with its NUL. */
  public static final int PATH_SIZE = 256;

  /** {@code RW_ARGUMENTS_SIZE}: argv bytes carried, with the NULs between. */
  public static final int ARGUMENTS_SIZE = 512;

  /** {@code RW_ACT_ARGUMENTS}. */
  public static final int ACT_ARGUMENTS = 8;

  /** {@code RW_ACT_TEXT_SIZE}: bytes of text carried by an act. */
  public static final int ACT_TEXT_SIZE = 512;

  /** {@code RW_SYSCALLS_SIZE}: most calls of one batch. */
  public static final int SYSCALLS_SIZE = 64;

  /** {@code RW_FILE_TEXT_SIZE}: bytes of path and target that a file event carries. */
  public static final int FILE_TEXT_SIZE = 1024;

  /** Bytes of a network device's name, and of its queueing discipline's ({@code IFNAMSIZ}). */
  public static final int DEVICE_TEXT_SIZE = 16;

  /** {@code RW_WANTED_NAME_SIZE}: longer names cannot be wished for one by one. */
  public static final int WANTED_NAME_SIZE = 64;

  /** {@code RW_WANTED_PREFIX_SIZE}. */
  public static final int WANTED_PREFIX_SIZE = 252;

  /** {@code RW_WAIT_BUCKETS}. */
  public static final int WAIT_BUCKETS = 32;

  /** {@code RW_VERDICT_SLOTS}. */
  public static final int VERDICT_SLOTS = 4;

  /**
   * {@code RW_HEARTBEAT_LIMIT_NANOS}: when the last beat is older, the kernel lets everything
   * through.
   */
  public static final long HEARTBEAT_LIMIT_NANOS = 3_000_000_000L;

  /** {@code RW_INLINE_ROWS}. */
  public static final int INLINE_ROWS = 256;

  /** {@code RW_INLINE_WORDS}: of 64 rows each. */
  public static final int INLINE_WORDS = INLINE_ROWS / Long.SIZE;

  /** {@code RW_INLINE_OPERATIONS}. */
  public static final int INLINE_OPERATIONS = 32;

  /** {@code RW_INLINE_LENGTHS}: distinct prefix lengths of addresses, and of ports. */
  public static final int INLINE_LENGTHS = 16;

  /** {@code RW_INLINE_PROGRAM_FLAGS}: a mask of {@link ExecFlag}. */
  public static final int INLINE_PROGRAM_FLAGS = 0x33;

  /** {@code RW_INLINE_INTENTS}: a mask of {@link FileFlag}. */
  public static final int INLINE_INTENTS = 0xf;

  public static final StructLayout PROCESS_KEY =
      struct(
          "rw_process_key",
          JAVA_LONG.withName("start_boottime_nanos"),
          JAVA_INT.withName("tgid"),
          JAVA_INT.withName("zero"));

  public static final StructLayout HOOK_COUNTERS =
      struct(
          "rw_hook_counters",
          JAVA_LONG.withName("produced"),
          MemoryLayout.sequenceLayout(DropCause.values().length, JAVA_LONG).withName("dropped"),
          MemoryLayout.sequenceLayout(MapFailure.values().length, JAVA_LONG)
              .withName("map_failures"));

  public static final StructLayout EVENT_HEADER =
      struct(
          "rw_event_header",
          JAVA_SHORT.withName("kind"),
          JAVA_SHORT.withName("hook"),
          JAVA_INT.withName("size"),
          JAVA_LONG.withName("kernel_time_nanos"),
          PROCESS_KEY.withName("process"),
          PROCESS_KEY.withName("parent"),
          JAVA_INT.withName("tid"),
          JAVA_INT.withName("uid"),
          JAVA_LONG.withName("cgroup_id"));

  public static final StructLayout EXEC_EVENT =
      struct(
          "rw_exec_event",
          EVENT_HEADER.withName("header"),
          JAVA_LONG.withName("inode"),
          JAVA_INT.withName("device"),
          JAVA_INT.withName("flags"),
          JAVA_INT.withName("gid"),
          JAVA_INT.withName("argument_count"),
          JAVA_SHORT.withName("path_length"),
          JAVA_SHORT.withName("arguments_length"),
          JAVA_SHORT.withName("directory_length"),
          JAVA_SHORT.withName("zero"),
          comm());

  public static final StructLayout FORK_EVENT =
      struct(
          "rw_fork_event", EVENT_HEADER.withName("header"), PROCESS_KEY.withName("child"), comm());

  public static final StructLayout EXIT_EVENT =
      struct(
          "rw_exit_event",
          EVENT_HEADER.withName("header"),
          JAVA_INT.withName("exit_code"),
          JAVA_INT.withName("zero"),
          JAVA_LONG.withName("lifetime_nanos"),
          JAVA_LONG.withName("cpu_nanos"),
          JAVA_LONG.withName("read_bytes"),
          JAVA_LONG.withName("written_bytes"),
          comm());

  public static final StructLayout SOCKET_EVENT =
      struct(
          "rw_socket_event",
          EVENT_HEADER.withName("header"),
          JAVA_SHORT.withName("family"),
          JAVA_SHORT.withName("port"),
          JAVA_BYTE.withName("protocol"),
          JAVA_BYTE.withName("type"),
          JAVA_BYTE.withName("decision"),
          JAVA_BYTE.withName("flags"),
          MemoryLayout.sequenceLayout(16, JAVA_BYTE).withName("address"),
          comm());

  public static final StructLayout ENFORCEMENT_EVENT =
      struct(
          "rw_enforcement_event",
          EVENT_HEADER.withName("header"),
          JAVA_LONG.withName("verdict_id"),
          JAVA_LONG.withName("hits"),
          JAVA_INT.withName("action"),
          JAVA_INT.withName("operation"),
          JAVA_SHORT.withName("error"),
          JAVA_SHORT.withName("shadow"),
          JAVA_INT.withName("hook"));

  public static final StructLayout ACT_EVENT =
      struct(
          "rw_act_event",
          EVENT_HEADER.withName("header"),
          JAVA_SHORT.withName("act"),
          JAVA_SHORT.withName("text_length"),
          JAVA_INT.withName("result"),
          PROCESS_KEY.withName("target"),
          MemoryLayout.sequenceLayout(ACT_ARGUMENTS, JAVA_LONG).withName("arguments"),
          comm());

  public static final StructLayout ACT_RUNS =
      struct("rw_act_runs", JAVA_LONG.withName("seen"), JAVA_LONG.withName("filtered"));

  public static final StructLayout SYSCALL =
      struct("rw_syscall", JAVA_SHORT.withName("number"), JAVA_SHORT.withName("error"));

  public static final StructLayout SYSCALLS_EVENT =
      struct(
          "rw_syscalls_event",
          EVENT_HEADER.withName("header"),
          JAVA_LONG.withName("verdict_id"),
          JAVA_LONG.withName("first_sequence"),
          JAVA_LONG.withName("first_nanos"),
          JAVA_SHORT.withName("count"),
          JAVA_SHORT.withName("errors"),
          JAVA_INT.withName("zero"),
          comm());

  public static final StructLayout FILE_EVENT =
      struct(
          "rw_file_event",
          EVENT_HEADER.withName("header"),
          JAVA_LONG.withName("inode"),
          JAVA_INT.withName("device"),
          JAVA_INT.withName("flags"),
          JAVA_BYTE.withName("operation"),
          JAVA_BYTE.withName("decision"),
          JAVA_SHORT.withName("path_length"),
          JAVA_SHORT.withName("target_length"),
          JAVA_SHORT.withName("zero"),
          JAVA_INT.withName("mode"),
          JAVA_INT.withName("owner"),
          JAVA_INT.withName("group"),
          JAVA_INT.withName("zero2"),
          comm());

  public static final StructLayout FILE_RUNS =
      struct("rw_file_runs", JAVA_LONG.withName("seen"), JAVA_LONG.withName("filtered"));

  public static final StructLayout FILE_CONTROL =
      struct(
          "rw_file_control",
          JAVA_INT.withName("wanted"),
          JAVA_INT.withName("everywhere"),
          JAVA_INT.withName("deep"),
          JAVA_INT.withName("names"));

  public static final StructLayout WANTED_DIRECTORY =
      struct("rw_wanted_directory", JAVA_INT.withName("below"), JAVA_INT.withName("named"));

  public static final StructLayout WANTED_NAME =
      struct(
          "rw_wanted_name",
          JAVA_LONG.withName("inode"),
          JAVA_INT.withName("device"),
          JAVA_INT.withName("length"),
          MemoryLayout.sequenceLayout(WANTED_NAME_SIZE, JAVA_BYTE).withName("name"));

  public static final StructLayout WANTED_PREFIX =
      struct(
          "rw_wanted_prefix",
          JAVA_INT.withName("bits"),
          MemoryLayout.sequenceLayout(WANTED_PREFIX_SIZE, JAVA_BYTE).withName("text"));

  public static final StructLayout VERDICT =
      struct(
          "rw_verdict",
          JAVA_LONG.withName("expiry_nanos"),
          JAVA_INT.withName("action"),
          JAVA_INT.withName("operations"),
          JAVA_LONG.withName("interval_nanos"),
          JAVA_LONG.withName("burst_nanos"),
          JAVA_INT.withName("flags"),
          JAVA_INT.withName("zero"),
          JAVA_LONG.withName("theoretical_arrival_nanos"),
          JAVA_LONG.withName("hits"),
          JAVA_LONG.withName("last_report_nanos"));

  public static final StructLayout VERDICT_REFERENCES =
      struct(
          "rw_verdict_references",
          MemoryLayout.sequenceLayout(VERDICT_SLOTS, JAVA_LONG).withName("verdict_id"));

  public static final StructLayout CONTROL =
      struct(
          "rw_control",
          JAVA_LONG.withName("heartbeat_nanos"),
          JAVA_INT.withName("enforce"),
          JAVA_INT.withName("cgroup_verdicts"),
          JAVA_INT.withName("signal_operations"),
          JAVA_INT.withName("judged_operations"));

  public static final StructLayout INLINE_MASK =
      struct(
          "rw_inline_mask", MemoryLayout.sequenceLayout(INLINE_WORDS, JAVA_LONG).withName("word"));

  public static final StructLayout INLINE_ATOM =
      struct(
          "rw_inline_atom",
          JAVA_INT.withName("generation"),
          JAVA_SHORT.withName("dimension"),
          JAVA_SHORT.withName("bits"),
          JAVA_LONG.withName("high"),
          JAVA_LONG.withName("low"));

  public static final StructLayout INLINE_ENTRY =
      struct("rw_inline_entry", INLINE_MASK.withName("hit"), INLINE_MASK.withName("miss"));

  public static final StructLayout INLINE_TABLE =
      struct(
          "rw_inline_table",
          JAVA_INT.withName("generation"),
          JAVA_BYTE.withName("address_lengths"),
          JAVA_BYTE.withName("port_lengths"),
          JAVA_SHORT.withName("zero"),
          MemoryLayout.sequenceLayout(INLINE_LENGTHS, JAVA_BYTE).withName("address_bits"),
          MemoryLayout.sequenceLayout(INLINE_LENGTHS, JAVA_BYTE).withName("port_bits"),
          MemoryLayout.sequenceLayout(INLINE_OPERATIONS, JAVA_INT).withName("constrained"),
          MemoryLayout.sequenceLayout(INLINE_OPERATIONS, INLINE_MASK).withName("covers"),
          MemoryLayout.sequenceLayout(InlineDimension.values().length, INLINE_MASK)
              .withName("otherwise"),
          MemoryLayout.sequenceLayout(InlineDimension.values().length, INLINE_MASK)
              .withName("open"),
          INLINE_MASK.withName("shadow"),
          INLINE_MASK.withName("persist"));

  public static final StructLayout INLINE_ROW =
      struct(
          "rw_inline_row",
          JAVA_LONG.withName("rule_id"),
          JAVA_LONG.withName("persist_nanos"),
          JAVA_LONG.withName("hits"),
          JAVA_LONG.withName("last_report_nanos"));

  public static final StructLayout PROGRAM =
      struct(
          "rw_program",
          JAVA_LONG.withName("inode"),
          JAVA_INT.withName("flags"),
          JAVA_INT.withName("folders"),
          JAVA_LONG.withName("name"),
          JAVA_LONG.withName("path"),
          MemoryLayout.sequenceLayout(InlineValue.Folder.MOST_FOLDERS, JAVA_LONG)
              .withName("folder"));

  public static final StructLayout INLINE_FACTS =
      struct(
          "rw_inline_facts",
          JAVA_LONG.withName("address_high"),
          JAVA_LONG.withName("address_low"),
          JAVA_LONG.withName("cgroup_id"),
          JAVA_INT.withName("uid"),
          JAVA_INT.withName("operation"),
          JAVA_SHORT.withName("port"),
          JAVA_BYTE.withName("protocol"),
          JAVA_BYTE.withName("intent"),
          MemoryLayout.sequenceLayout(4, JAVA_BYTE).withName("zero"));

  public static final StructLayout INLINE_FILES =
      struct("rw_inline_files", PROGRAM.withName("object"), PROGRAM.withName("target"));

  public static final StructLayout INLINE_QUESTION =
      struct(
          "rw_inline_question",
          INLINE_FACTS.withName("facts"),
          PROGRAM.withName("program"),
          INLINE_FILES.withName("files"),
          INLINE_MASK.withName("matched"),
          JAVA_INT.withName("generation"),
          JAVA_INT.withName("zero"));

  public static final StructLayout SHIELD_OBJECT =
      struct("rw_shield_object", JAVA_INT.withName("kind"), JAVA_INT.withName("id"));

  public static final StructLayout ATTACK_ACCOUNT =
      struct(
          "rw_attack_account",
          JAVA_LONG.withName("attempts"),
          JAVA_LONG.withName("runs"),
          JAVA_INT.withName("tgid"),
          JAVA_INT.withName("uid"),
          JAVA_INT.withName("detail"),
          JAVA_INT.withName("refused"),
          MemoryLayout.sequenceLayout(COMM_SIZE, JAVA_BYTE).withName("comm"));

  public static final StructLayout TREE_REQUEST =
      struct("rw_tree_request", PROCESS_KEY.withName("root"), JAVA_LONG.withName("verdict_id"));

  public static final StructLayout FILE_IDENTITY =
      struct(
          "rw_file_identity",
          JAVA_LONG.withName("inode"),
          JAVA_INT.withName("device"),
          JAVA_INT.withName("zero"));

  public static final StructLayout FILE_RECORD =
      struct(
          "rw_file_record",
          FILE_IDENTITY.withName("file"),
          JAVA_INT.withName("fd"),
          JAVA_INT.withName("zero"));

  public static final StructLayout DEVICE_RECORD =
      struct(
          "rw_device_record",
          MemoryLayout.sequenceLayout(DEVICE_TEXT_SIZE, JAVA_BYTE).withName("name"),
          MemoryLayout.sequenceLayout(DEVICE_TEXT_SIZE, JAVA_BYTE).withName("discipline"));

  public static final StructLayout SEND_COUNT =
      struct("rw_send_count", JAVA_LONG.withName("packets"), JAVA_LONG.withName("bytes"));

  public static final StructLayout PROCESS_RECORD =
      struct(
          "rw_process_record",
          PROCESS_KEY.withName("process"),
          PROCESS_KEY.withName("parent"),
          JAVA_LONG.withName("cgroup_id"),
          JAVA_LONG.withName("inode"),
          JAVA_INT.withName("device"),
          JAVA_INT.withName("uid"),
          JAVA_INT.withName("mark"),
          JAVA_INT.withName("exec_flags"),
          comm());

  public static final StructLayout CPU_ACCOUNT =
      struct(
          "rw_cpu_account",
          JAVA_LONG.withName("on_cpu_nanos"),
          JAVA_LONG.withName("wait_nanos"),
          JAVA_LONG.withName("switches"),
          JAVA_LONG.withName("exit_nanos"),
          MemoryLayout.sequenceLayout(WAIT_BUCKETS, JAVA_INT).withName("wait_histogram"));

  public static final StructLayout PREEMPTION_KEY =
      struct(
          "rw_preemption_key", JAVA_LONG.withName("preempted"), JAVA_LONG.withName("preempting"));

  public static final StructLayout BLOCK_KEY =
      struct(
          "rw_block_key",
          JAVA_LONG.withName("cgroup_id"),
          JAVA_INT.withName("device"),
          JAVA_INT.withName("operation"));

  public static final StructLayout BLOCK_ACCOUNT =
      struct(
          "rw_block_account",
          JAVA_LONG.withName("requests"),
          JAVA_LONG.withName("bytes"),
          JAVA_LONG.withName("nanos"),
          MemoryLayout.sequenceLayout(WAIT_BUCKETS, JAVA_INT).withName("histogram"));

  public static final StructLayout BLOCK_QUEUE =
      struct(
          "rw_block_queue",
          JAVA_LONG.withName("in_flight"),
          JAVA_LONG.withName("arrivals"),
          JAVA_LONG.withName("depth_sum"));

  public static final StructLayout PRESSURE_ACCOUNT =
      struct(
          "rw_pressure_account",
          JAVA_LONG.withName("user_faults"),
          JAVA_LONG.withName("kernel_faults"),
          JAVA_LONG.withName("reclaims"),
          JAVA_LONG.withName("reclaim_nanos"),
          JAVA_LONG.withName("oom_kills"),
          JAVA_LONG.withName("tcp_retransmits"));

  public static final StructLayout SOFTIRQ_ACCOUNT =
      struct(
          "rw_softirq_account",
          JAVA_LONG.withName("entered_nanos"),
          JAVA_LONG.withName("runs"),
          JAVA_LONG.withName("nanos"));

  /** Every struct of the wire, for the test that compares them with the kernel's side. */
  public static final List<StructLayout> ALL =
      List.of(
          PROCESS_KEY,
          HOOK_COUNTERS,
          EVENT_HEADER,
          EXEC_EVENT,
          FORK_EVENT,
          EXIT_EVENT,
          SOCKET_EVENT,
          ENFORCEMENT_EVENT,
          ACT_EVENT,
          ACT_RUNS,
          SYSCALL,
          SYSCALLS_EVENT,
          FILE_EVENT,
          FILE_RUNS,
          FILE_CONTROL,
          WANTED_DIRECTORY,
          WANTED_NAME,
          WANTED_PREFIX,
          VERDICT,
          VERDICT_REFERENCES,
          CONTROL,
          INLINE_MASK,
          INLINE_ATOM,
          INLINE_ENTRY,
          INLINE_TABLE,
          INLINE_ROW,
          PROGRAM,
          INLINE_FACTS,
          INLINE_FILES,
          INLINE_QUESTION,
          SHIELD_OBJECT,
          ATTACK_ACCOUNT,
          TREE_REQUEST,
          FILE_IDENTITY,
          FILE_RECORD,
          DEVICE_RECORD,
          SEND_COUNT,
          PROCESS_RECORD,
          CPU_ACCOUNT,
          PREEMPTION_KEY,
          BLOCK_KEY,
          BLOCK_ACCOUNT,
          BLOCK_QUEUE,
          PRESSURE_ACCOUNT,
          SOFTIRQ_ACCOUNT);

  private WireLayouts() {}

  /**
   * The byte offset of a field.
   *
   * @param path names from the outer struct inwards
   */
  public static long offset(StructLayout layout, String... path) {
    PathElement[] elements = new PathElement[path.length];
    for (int i = 0; i < path.length; i++) {
      elements[i] = PathElement.groupElement(path[i]);
    }
    return layout.byteOffset(elements);
  }

  private static MemoryLayout comm() {
    return MemoryLayout.sequenceLayout(COMM_SIZE, JAVA_BYTE).withName("comm");
  }

  private static StructLayout struct(String name, MemoryLayout... members) {
    return MemoryLayout.structLayout(members).withName(name);
  }
}
