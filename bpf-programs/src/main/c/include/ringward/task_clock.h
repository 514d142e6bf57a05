/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Since when a task runs or waits for a CPU. */
#ifndef RINGWARD_TASK_CLOCK_H
#define RINGWARD_TASK_CLOCK_H

#include "ringward/kernel_types.h"
#include "ringward/wire.h"
#include <bpf/bpf_helpers.h>

/* CLOCK_MONOTONIC nanoseconds; 0: not known. */
struct rw_task_clock {
	struct rw_process_key process;
	__u64 runnable_since; /* while it waits for a CPU */
	__u64 running_since; /* while it runs */
	__u64 waited; /* before this run */
	__u64 waited_known;
};

struct rw_task_clock_map {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct rw_task_clock);
};
extern struct rw_task_clock_map task_clock SEC(".maps");

#endif
