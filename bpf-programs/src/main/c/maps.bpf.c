/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The one definition of each shared map and variable, see maps.h and wakeup.h; and the licence. */
#include "ringward/file_event.h"
#include "ringward/maps.h"
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
struct rw_lineage_map lineage SEC(".maps");
struct rw_ancestor_map ancestor SEC(".maps");
struct rw_quota_map quota SEC(".maps");
struct rw_process_cpu_map process_cpu SEC(".maps");
struct rw_path_scratch_map path_scratch SEC(".maps");
struct rw_file_control_map file_control SEC(".maps");
struct rw_file_runs_map file_runs SEC(".maps");
struct rw_file_scratch_map file_scratch SEC(".maps");
struct rw_wanted_directory_map wanted_directory SEC(".maps");
struct rw_wanted_name_map wanted_name SEC(".maps");
struct rw_wanted_prefix_map wanted_prefix SEC(".maps");

volatile __u32 reader_sleeps = 0;

char LICENSE[] SEC("license") = "Dual BSD/GPL";
