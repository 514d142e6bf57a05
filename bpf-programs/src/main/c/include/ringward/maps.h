/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * All maps that more than one concern uses.  They are defined once, in
 * maps.bpf.c, and bpftool's static linker joins the references.  Sizes are the
 * smallest sensible ones; the loader raises them before it loads the object.
 */
#ifndef RINGWARD_MAPS_H
#define RINGWARD_MAPS_H

#include "kernel_types.h"
#include "wire.h"
#include <bpf/bpf_helpers.h>

#define RW_PROCESSES 32768 /* live processes that are followed; more are counted as failures */
#define RW_ANCESTORS 16384 /* dead processes that have left children behind */
#define RW_VERDICTS 4096
#define RW_WANTED_FILES 4096 /* directories, names in them, and prefixes of paths */

/* ---- events: who must not be blinded by a flood has a ring of its own ------ */

struct rw_lifecycle_ring {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 20);
};
extern struct rw_lifecycle_ring lifecycle_ring SEC(".maps"); /* exec, fork, exit, enforcement */

struct rw_activity_ring {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 20);
};
extern struct rw_activity_ring activity_ring SEC(".maps"); /* connect, bind */

struct rw_watch_ring {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 21);
};
extern struct rw_watch_ring watch_ring SEC(".maps"); /* system calls of watched threads */

struct rw_hook_counters_map {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, RW_HOOK_COUNT);
	__type(key, __u32);
	__type(value, struct rw_hook_counters);
};
extern struct rw_hook_counters_map hook_counters SEC(".maps");

struct rw_refusal_runs_map {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, RW_REFUSAL_COUNT);
	__type(key, __u32);
	__type(value, __u64);
};
extern struct rw_refusal_runs_map refusal_runs SEC(".maps");

struct rw_act_runs_map {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, RW_ACT_COUNT);
	__type(key, __u32);
	__type(value, struct rw_act_runs);
};
extern struct rw_act_runs_map act_runs SEC(".maps");

/* ---- verdicts --------------------------------------------------------------- */

struct rw_control_map {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct rw_control);
};
extern struct rw_control_map control SEC(".maps");

struct rw_verdict_map {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, RW_VERDICTS);
	__type(key, __u64);
	__type(value, struct rw_verdict);
};
extern struct rw_verdict_map verdict SEC(".maps");

struct rw_process_verdict_map {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, RW_PROCESSES);
	__type(key, struct rw_process_key);
	__type(value, struct rw_verdict_references);
};
extern struct rw_process_verdict_map process_verdict SEC(".maps");

struct rw_cgroup_verdict_map {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, RW_VERDICTS);
	__type(key, __u64);
	__type(value, struct rw_verdict_references);
};
extern struct rw_cgroup_verdict_map cgroup_verdict SEC(".maps");

struct rw_protected_process_map {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, struct rw_process_key);
	__type(value, __u8); /* enum rw_protection */
};
extern struct rw_protected_process_map protected_process SEC(".maps");

struct rw_protected_executable_map {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 256);
	__type(key, struct rw_file_identity);
	__type(value, __u8);
};
extern struct rw_protected_executable_map protected_executable SEC(".maps");

/* ---- inline policy ------------------------------------------------------------ */

struct rw_inline_table_map {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, struct rw_inline_table);
};
extern struct rw_inline_table_map inline_table SEC(".maps");

struct rw_inline_row_map {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2 * RW_INLINE_ROWS);
	__type(key, __u32);
	__type(value, struct rw_inline_row);
};
extern struct rw_inline_row_map inline_row SEC(".maps");

struct rw_inline_entry_map {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__type(key, struct rw_inline_atom);
	__type(value, struct rw_inline_entry);
};
extern struct rw_inline_entry_map inline_entry SEC(".maps");

/* What match_inline is asked; written by user space before each run, one at a time. */
struct rw_inline_question_map {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct rw_inline_question);
};
extern struct rw_inline_question_map inline_question SEC(".maps");

struct rw_program_map {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, RW_PROCESSES);
	__type(key, struct rw_process_key);
	__type(value, struct rw_program);
};
extern struct rw_program_map program SEC(".maps");

/* ---- ancestry ---------------------------------------------------------------- */

/*
 * Live process to the process that forked it.  Reparenting does not change it,
 * so an orphan still belongs to its tree.
 */
struct rw_lineage_map {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, RW_PROCESSES);
	__type(key, struct rw_process_key);
	__type(value, struct rw_process_key);
};
extern struct rw_lineage_map lineage SEC(".maps");

/*
 * The same for dead processes that left children behind.  On its own, and least
 * recently used out, so that a flood of short lives never pushes out the living.
 */
struct rw_ancestor_map {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, RW_ANCESTORS);
	__type(key, struct rw_process_key);
	__type(value, struct rw_process_key);
};
extern struct rw_ancestor_map ancestor SEC(".maps");

/* ---- accounting ---------------------------------------------------------------- */

struct rw_quota_map {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, RW_PROCESSES);
	__type(key, struct rw_process_key);
	__type(value, __u64); /* second << 32 | events sent in it */
};
extern struct rw_quota_map quota SEC(".maps");

struct rw_process_cpu_map {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, RW_PROCESSES);
	__type(key, struct rw_process_key);
	__type(value, struct rw_cpu_account);
};
extern struct rw_process_cpu_map process_cpu SEC(".maps");

/* ---- which files somebody wants to know of ------------------------------------- */

struct rw_file_control_map {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct rw_file_control);
};
extern struct rw_file_control_map file_control SEC(".maps");

struct rw_file_runs_map {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, RW_FILE_OPERATION_COUNT);
	__type(key, __u32);
	__type(value, struct rw_file_runs);
};
extern struct rw_file_runs_map file_runs SEC(".maps");

struct rw_wanted_directory_map {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, RW_WANTED_FILES);
	__type(key, struct rw_file_identity);
	__type(value, struct rw_wanted_directory);
};
extern struct rw_wanted_directory_map wanted_directory SEC(".maps");

struct rw_wanted_name_map {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, RW_WANTED_FILES);
	__type(key, struct rw_wanted_name);
	__type(value, struct rw_wanted_directory);
};
extern struct rw_wanted_name_map wanted_name SEC(".maps");

struct rw_wanted_prefix_map {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, RW_WANTED_FILES);
	__type(key, struct rw_wanted_prefix);
	__type(value, __u32);
};
extern struct rw_wanted_prefix_map wanted_prefix SEC(".maps");

#endif
