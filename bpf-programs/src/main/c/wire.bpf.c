/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Puts every type of the wire into the object's BTF, also those that no map and
 * no program argument names, so that user space can compare its own layouts.
 */
#include <linux/types.h>

#include "ringward/wire.h"

struct rw_wire_types {
	struct rw_exec_event exec_event;
	struct rw_fork_event fork_event;
	struct rw_exit_event exit_event;
	struct rw_socket_event socket_event;
	struct rw_enforcement_event enforcement_event;
	struct rw_act_event act_event;
	struct rw_syscalls_event syscalls_event;
	struct rw_syscall syscall;
	struct rw_file_event file_event;
	struct rw_file_runs file_runs;
	struct rw_process_record process_record;
	struct rw_file_record file_record;
	struct rw_device_record device_record;
	struct rw_inline_question inline_question;
	enum rw_block_operation block_operation;
	enum rw_hook hook;
	enum rw_drop_cause drop_cause;
	enum rw_map_failure map_failure;
	enum rw_refusal_hook refusal_hook;
	enum rw_send_outcome send_outcome;
	enum rw_event_kind event_kind;
	enum rw_exec_flag exec_flag;
	enum rw_decision decision;
	enum rw_socket_flag socket_flag;
	enum rw_action action;
	enum rw_operation operation;
	enum rw_verdict_flag verdict_flag;
	enum rw_mark mark;
	enum rw_protection protection;
	enum rw_act act;
	enum rw_memory memory;
	enum rw_file_operation file_operation;
	enum rw_file_flag file_flag;
	enum rw_file_wish file_wish;
	enum rw_inline_dimension inline_dimension;
};

const volatile struct rw_wire_types wire_types = {};

/* Numbers of the wire that are no type. */
const volatile __u64 heartbeat_limit_nanos = RW_HEARTBEAT_LIMIT_NANOS;
const volatile __u32 path_size = RW_PATH_SIZE;
const volatile __u32 arguments_size = RW_ARGUMENTS_SIZE;
const volatile __u32 act_text_size = RW_ACT_TEXT_SIZE;
const volatile __u32 syscalls_size = RW_SYSCALLS_SIZE;
const volatile __u32 file_text_size = RW_FILE_TEXT_SIZE;
const volatile __u32 inline_rows = RW_INLINE_ROWS;
const volatile __u32 inline_program_flags = RW_INLINE_PROGRAM_FLAGS;
