/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Walks over the processes that live, run by user space through task iterators:
 * to learn who was there before us, and to put a whole tree under a verdict.
 *
 * The kernel shows an iterator the same task again when its output did not fit;
 * so a record may come twice, and a reader tells what is new by the keys alone.
 */
#include "ringward/executable.h"
#include "ringward/identity.h"
#include "ringward/protection.h"
#include "ringward/references.h"
#include <bpf/bpf_tracing.h>

#define TREE_DEPTH 32 /* a descendant further down than this is not found */

/* What mark_tree is to do; written by user space before each run, one at a time. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct rw_tree_request);
} tree_request SEC(".maps");

static __always_inline bool same_process(const struct rw_process_key *one,
					 const struct rw_process_key *other)
{
	return one->tgid == other->tgid && one->start_boottime_nanos == other->start_boottime_nanos;
}

/* One task for each process: the leader, which stays, as a zombie, until all threads are gone. */
static __always_inline bool leads_live_process(struct task_struct *task)
{
	return BPF_CORE_READ(task, group_leader) == task &&
	       BPF_CORE_READ(task, signal, live.counter) > 0;
}

static __always_inline void write_record(struct seq_file *seq, const struct rw_actor *actor,
					 enum rw_mark mark)
{
	struct rw_process_record record = {
		.process = actor->key,
		.cgroup_id = rw_read_cgroup_id(actor->task),
		.uid = actor->uid,
		.mark = mark,
	};
	struct task_struct *task = actor->task;
	/* None for kernel threads, and for a leader that has left its threads behind. */
	struct file *file = BPF_CORE_READ(task, mm, exe_file);

	rw_read_parent(&record.parent, &actor->key, actor->task);
	if (file) {
		record.inode = BPF_CORE_READ(file, f_inode, i_ino);
		record.device = BPF_CORE_READ(file, f_inode, i_sb, s_dev);
		record.exec_flags = rw_read_file_flags(file);
	}
	rw_read_comm(record.comm, actor->task);
	bpf_seq_write(seq, &record, sizeof(record));
}

/*
 * Whether a process is the root or descends from it.  Who forked whom comes from
 * our own lineage, which reparenting does not change; where that has a gap (its
 * map was full), the kernel's present parent stands in.
 */
static __always_inline bool is_in_tree(const struct rw_actor *actor,
				       const struct rw_process_key *root)
{
	struct rw_process_key key = actor->key;
	struct task_struct *task = actor->task;

	for (int depth = 0; depth < TREE_DEPTH; depth++) {
		struct rw_process_key above, now;
		struct task_struct *up;

		if (same_process(&key, root))
			return true;
		if (!key.tgid)
			return false;
		up = BPF_CORE_READ(task, real_parent, group_leader);
		rw_read_key(&now, up);
		if (task) {
			rw_read_parent(&above, &key, task);
		} else {
			const struct rw_process_key *found = bpf_map_lookup_elem(&lineage, &key);

			if (!found)
				found = bpf_map_lookup_elem(&ancestor, &key);
			if (!found)
				return false;
			above = *found;
		}
		task = same_process(&above, &now) ? up : 0;
		key = above;
	}
	return false;
}

SEC("iter/task")
int list_processes(struct bpf_iter__task *context)
{
	struct task_struct *task = context->task;
	struct rw_actor actor;

	if (!task || !leads_live_process(task))
		return 0;
	rw_read_actor(&actor, task);
	write_record(context->meta->seq, &actor,
		     rw_is_protected(&actor.key, actor.flags, actor.uid) ? RW_MARK_PROTECTED
									 : RW_MARK_NONE);
	return 0;
}

SEC("iter/task")
int mark_tree(struct bpf_iter__task *context)
{
	struct task_struct *task = context->task;
	const struct rw_tree_request *request;
	enum rw_mark mark = RW_MARK_NONE;
	struct rw_process_key root;
	struct rw_actor actor;
	__u32 zero = 0;

	request = bpf_map_lookup_elem(&tree_request, &zero);
	if (!request || !task || !leads_live_process(task))
		return 0;
	root = request->root;
	rw_read_actor(&actor, task);
	if (!is_in_tree(&actor, &root))
		return 0;
	if (rw_is_protected(&actor.key, actor.flags, actor.uid))
		mark = RW_MARK_PROTECTED;
	else if (request->verdict_id)
		mark = rw_mark_process(&actor.key, request->verdict_id);
	write_record(context->meta->seq, &actor, mark);
	return 0;
}
