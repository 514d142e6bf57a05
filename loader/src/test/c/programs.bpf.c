// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Programs for each way of attaching. */
#include <linux/bpf.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

struct task_struct {
	int pid;
	int tgid;
	__u64 start_boottime;
} __attribute__((preserve_access_index));

struct seq_file;

struct bpf_iter_meta {
	struct seq_file *seq;
} __attribute__((preserve_access_index));

struct bpf_iter__task {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
} __attribute__((preserve_access_index));

struct bpf_map;

struct bpf_iter__bpf_map_elem {
	struct bpf_iter_meta *meta;
	struct bpf_map *map;
	void *key;
	void *value;
} __attribute__((preserve_access_index));

struct task_row {
	__u32 tid;
	__u32 tgid;
	__u64 start_boottime;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, __u32);
	__type(value, __u64);
	__uint(max_entries, 64);
} elements SEC(".maps");

const volatile __u32 watched_tgid;
const volatile __u32 refused_port;
__u64 forks;
__u64 connects;

SEC("tp_btf/sched_process_fork")
int BPF_PROG(on_fork, struct task_struct *parent, struct task_struct *child)
{
	if (parent->tgid == watched_tgid)
		__sync_fetch_and_add(&forks, 1);
	return 0;
}

SEC("tp_btf/no_such_tracepoint_at_all")
int BPF_PROG(on_nothing)
{
	return 0;
}

/* Only the tests' own connects, which go to a port of their choice, are refused. */
SEC("cgroup/connect4")
int on_connect4(struct bpf_sock_addr *context)
{
	if (refused_port && context->user_port == bpf_htons(refused_port)) {
		__sync_fetch_and_add(&connects, 1);
		return 0;
	}
	return 1;
}

SEC("iter/task")
int dump_task(struct bpf_iter__task *context)
{
	struct task_struct *task = context->task;
	struct task_row row = {};

	if (!task)
		return 0;
	row.tid = task->pid;
	row.tgid = task->tgid;
	row.start_boottime = task->start_boottime;
	bpf_seq_write(context->meta->seq, &row, sizeof(row));
	return 0;
}

SEC("iter/bpf_map_elem")
int dump_element(struct bpf_iter__bpf_map_elem *context)
{
	__u32 *key = context->key;

	if (key)
		bpf_seq_write(context->meta->seq, key, sizeof(*key));
	return 0;
}

SEC("syscall")
int answer_nothing(void *context)
{
	return 0;
}

SEC("lsm/task_getpgid")
int BPF_PROG(on_getpgid)
{
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
