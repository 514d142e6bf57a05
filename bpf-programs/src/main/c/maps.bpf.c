/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The one definition of each shared map and variable, see maps.h and wakeup.h; and the licence. */
#include "ringward/file_event.h"
#include "ringward/inline.h"
#include "ringward/maps.h"
#include "ringward/task_clock.h"
#include "ringward/path.h"
#include "ringward/wakeup.h"

struct rw_lifecycle_ring lifecycle_ring SEC(".maps");
struct rw_activity_ring activity_ring SEC(".maps");
struct rw_watch_ring watch_ring SEC(".maps");
struct rw_hook_counters_map hook_counters SEC(".maps");
struct rw_refusal_runs_map refusal_runs SEC(".maps");
struct rw_act_runs_map act_runs SEC(".maps");
struct rw_control_map control SEC(".maps");
struct rw_verdict_map verdict SEC(".maps");
struct rw_process_verdict_map process_verdict SEC(".maps");
struct rw_cgroup_verdict_map cgroup_verdict SEC(".maps");
struct rw_protected_process_map protected_process SEC(".maps");
struct rw_protected_executable_map protected_executable SEC(".maps");
struct rw_inline_table_map inline_table SEC(".maps");
struct rw_inline_row_map inline_row SEC(".maps");
struct rw_inline_entry_map inline_entry SEC(".maps");
struct rw_inline_question_map inline_question SEC(".maps");
struct rw_program_map program SEC(".maps");
struct rw_lineage_map lineage SEC(".maps");
struct rw_ancestor_map ancestor SEC(".maps");
struct rw_quota_map quota SEC(".maps");
struct rw_process_cpu_map process_cpu SEC(".maps");
struct rw_task_clock_map task_clock SEC(".maps");
struct rw_path_scratch_map path_scratch SEC(".maps");
struct rw_file_control_map file_control SEC(".maps");
struct rw_file_runs_map file_runs SEC(".maps");
struct rw_file_scratch_map file_scratch SEC(".maps");
struct rw_wanted_directory_map wanted_directory SEC(".maps");
struct rw_wanted_name_map wanted_name SEC(".maps");
struct rw_wanted_prefix_map wanted_prefix SEC(".maps");

/*
 * Never read.  To put an inner map into an outer one waits until all programs that were running
 * have ended (kernel/bpf/syscall.c, maybe_wait_bpf_programs()): so user space knows when nobody
 * looks at an old table any more.
 */
struct rw_grace_token {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} grace_token SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 1);
	__type(key, __u32);
	__array(values, struct rw_grace_token);
} grace SEC(".maps");

volatile __u32 reader_sleeps = 0;
volatile __u64 inline_active = 0;
const volatile __u64 hash_seed = 0;
const volatile __u64 hash_multiplier = 0;

char LICENSE[] SEC("license") = "Dual BSD/GPL";
