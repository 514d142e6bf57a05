/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The system calls of the threads of a few process trees, in the order in which
 * each thread made them.
 *
 * A call is taken where it returns, with what came of it: one program for each
 * call, not two.  It goes into a buffer of the thread's own, and every
 * RW_SYSCALLS_SIZE calls into the ring, so that a call of a watched thread costs
 * a few stores.  What lies in the buffer of a thread that has gone to sleep is
 * sent by an iterator, which user space runs a few times a second.
 *
 * Only watch_exit_syscall runs for each call, for those of all processes: it is
 * attached while somebody is watched, and looks at one byte first.
 */
#include "ringward/counters.h"
#include "ringward/identity.h"
#include "ringward/wakeup.h"
#include <bpf/bpf_tracing.h>

#define BUFFER_SIZE (2 * RW_SYSCALLS_SIZE) /* a power of two: room while a batch is being sent */
#define MAXIMUM_ERRNO 4095
#define CLAIM_ATTEMPTS 64
#define WATCHED_THREADS 4096 /* most at once, about 600 bytes each */

/* Batches that one thread may send in a second: 262,144 calls. */
const volatile __u32 watch_batches_per_second = 4096;

/*
 * A watched thread.  It alone appends; whoever holds "sending" sends.  Entries
 * [sent, written) wait, each in its place modulo BUFFER_SIZE.
 */
struct watched_thread {
	__u64 verdict_id;
	__u64 written;
	__u64 sent;
	__u64 settled; /* written, as the iterator saw it the last time */
	__u64 first_nanos; /* when the first of those that wait was written */
	__u64 second; /* of its quota */
	__u32 batches; /* sent in that second */
	__u32 sending;
	struct rw_syscall calls[BUFFER_SIZE];
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct watched_thread);
} watched_thread SEC(".maps");

/*
 * Not 0 where a process of this number, modulo the size, may be watched.  Set by
 * the programs, cleared by user space when nobody is watched any more.
 */
#define WATCHED_FILTER_SIZE 65536
volatile __u8 watched_filter[WATCHED_FILTER_SIZE] = {};

/* Calls of processes that are not watched and share a place in the filter with one that is. */
volatile __u64 watch_strangers = 0;

/* How many threads have a buffer. */
volatile __s64 watched_threads = 0;

/* ---- who is watched ------------------------------------------------------------ */

/* The watch that a verdict id stands for; none when it is over or is no watch. */
static __always_inline struct rw_verdict *live_watch(__u64 verdict_id, __u64 now)
{
	struct rw_verdict *found = bpf_map_lookup_elem(&verdict, &verdict_id);

	return found && found->action == RW_ACTION_WATCH && found->expiry_nanos > now ? found : 0;
}

/* The id of a watch that a process is under, 0 when there is none. */
static __always_inline __u64 find_watch(const struct rw_process_key *process, __u64 now)
{
	const struct rw_verdict_references *have = bpf_map_lookup_elem(&process_verdict, process);

	if (!have)
		return 0;
	for (int i = 0; i < RW_VERDICT_SLOTS; i++) {
		__u64 verdict_id = have->verdict_id[i];

		if (verdict_id && live_watch(verdict_id, now))
			return verdict_id;
	}
	return 0;
}

/* Gives a thread a buffer, once.  Returns whether it is new. */
static __always_inline bool follow(struct task_struct *task, __u64 verdict_id)
{
	struct watched_thread *thread = bpf_task_storage_get(&watched_thread, task, 0, 0);

	if (thread)
		return false;
	if (__sync_fetch_and_add(&watched_threads, 1) < WATCHED_THREADS)
		thread = bpf_task_storage_get(&watched_thread, task, 0,
					      BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!thread) {
		__sync_fetch_and_add(&watched_threads, -1);
		rw_count_map_failure(RW_HOOK_SYSCALLS, RW_MAP_FAILURE_WATCH);
		return false;
	}
	thread->verdict_id = verdict_id;
	watched_filter[task->tgid & (WATCHED_FILTER_SIZE - 1)] = 1;
	return true;
}

static __always_inline void leave(struct task_struct *task)
{
	if (!bpf_task_storage_delete(&watched_thread, task))
		__sync_fetch_and_add(&watched_threads, -1);
}

/* ---- sending --------------------------------------------------------------------- */

static __always_inline bool claim(struct watched_thread *thread)
{
	return __sync_val_compare_and_swap(&thread->sending, 0, 1) == 0;
}

static __always_inline void unclaim(struct watched_thread *thread)
{
	__sync_val_compare_and_swap(&thread->sending, 1, 0);
}

static __always_inline bool within_quota(struct watched_thread *thread, __u64 now)
{
	__u64 second = now / 1000000000ULL;

	if (thread->second != second) {
		thread->second = second;
		thread->batches = 0;
	}
	return thread->batches++ < watch_batches_per_second;
}

static __always_inline bool agent_lives(__u64 now)
{
	__u32 first = 0;
	const struct rw_control *controls = bpf_map_lookup_elem(&control, &first);

	return controls && controls->heartbeat_nanos &&
	       (__s64)(now - controls->heartbeat_nanos) <= (__s64)RW_HEARTBEAT_LIMIT_NANOS;
}

/* Copies the next calls into a record; returns how many of them failed. */
static __always_inline __u16 copy_calls(struct rw_syscall calls[RW_SYSCALLS_SIZE],
					const struct watched_thread *thread, __u64 from,
					__u32 count)
{
	__u16 errors = 0;

	for (__u32 i = 0; i < RW_SYSCALLS_SIZE; i++) {
		struct rw_syscall call;

		if (i >= count)
			break;
		call = thread->calls[(from + i) & (BUFFER_SIZE - 1)];
		errors += call.error != 0;
		calls[i] = call;
	}
	return errors;
}

/*
 * Sends a batch that ends before "until".  A record has room for a full batch in
 * any case; what it holds is in its size.  Returns 0 when no watch is left that
 * the thread is under.  Whoever calls this holds "sending".
 */
static __always_inline bool send_batch(struct watched_thread *thread, struct task_struct *task,
				       __u64 until)
{
	struct {
		struct rw_syscalls_event event;
		struct rw_syscall calls[RW_SYSCALLS_SIZE];
	} * record;
	__u64 now = bpf_ktime_get_boot_ns();
	__u64 from = thread->sent, waiting = until - from, first_nanos = thread->first_nanos;
	struct rw_verdict *watch = live_watch(thread->verdict_id, now);
	struct rw_actor actor;
	__u32 count;

	if (!watch) {
		struct rw_process_key process;

		rw_read_key(&process, task);
		thread->verdict_id = find_watch(&process, now);
		watch = live_watch(thread->verdict_id, now);
	}
	if (!watch)
		return false;
	count = waiting < RW_SYSCALLS_SIZE ? waiting : RW_SYSCALLS_SIZE;
	thread->first_nanos = now; /* of those that stay, if any; else the next one sets it */
	thread->sent = from + count;
	if (!count || !agent_lives(now))
		return true;
	__sync_fetch_and_add(&watch->hits, count);
	rw_count_produced(RW_HOOK_SYSCALLS);
	if (!within_quota(thread, now)) {
		rw_count_dropped(RW_HOOK_SYSCALLS, RW_DROP_QUOTA);
		return true;
	}
	record = bpf_ringbuf_reserve(&watch_ring, sizeof(*record), 0);
	if (!record) {
		rw_count_dropped(RW_HOOK_SYSCALLS, RW_DROP_RING_FULL);
		return true;
	}
	rw_read_actor(&actor, task);
	rw_fill_header(&record->event.header, RW_EVENT_SYSCALLS, RW_HOOK_SYSCALLS,
		       sizeof(record->event) + count * sizeof(struct rw_syscall), &actor);
	record->event.verdict_id = thread->verdict_id;
	record->event.first_sequence = from;
	record->event.first_nanos = first_nanos;
	record->event.count = count;
	record->event.zero = 0;
	rw_read_comm(record->event.comm, task);
	record->event.errors = copy_calls(record->calls, thread, from, count);
	bpf_ringbuf_submit(record, rw_wakeup_flags());
	return true;
}

/* ---- the hooks ------------------------------------------------------------------- */

/* In thread_info.status of x86: it is in a call of a 32-bit program (asm/thread_info.h). */
#define TS_COMPAT 0x0002

static __always_inline __u16 call_number(struct pt_regs *registers, struct task_struct *task)
{
	struct pt_regs___x86 *x86 = (void *)registers;
	struct pt_regs___arm64 *arm64 = (void *)registers;
	__s64 number = -1;
	__u16 compat = 0;

	if (bpf_core_field_exists(x86->orig_ax))
		number = x86->orig_ax;
	else if (bpf_core_field_exists(arm64->syscallno))
		number = arm64->syscallno;
	if (number < 0)
		return RW_SYSCALL_UNKNOWN;
	if (bpf_core_field_exists(x86->orig_ax) && task->thread_info.status & TS_COMPAT)
		compat = RW_SYSCALL_COMPAT;
	return (number & RW_SYSCALL_UNKNOWN) | compat;
}

/* kernel/entry/common.c, syscall_exit_work(); the number is that of the call that returns. */
SEC("tp_btf/sys_exit")
int BPF_PROG(watch_exit_syscall, struct pt_regs *registers, long result)
{
	struct task_struct *task = (void *)bpf_get_current_task_btf();
	struct watched_thread *thread;
	struct rw_syscall call;
	__u64 written;

	if (!watched_filter[task->tgid & (WATCHED_FILTER_SIZE - 1)])
		return 0;
	thread = bpf_task_storage_get(&watched_thread, task, 0, 0);
	if (!thread) {
		__sync_fetch_and_add(&watch_strangers, 1);
		return 0;
	}
	call.number = call_number(registers, task);
	call.error = result < 0 && result >= -MAXIMUM_ERRNO ? -result : 0;
	written = thread->written;
	if (written == thread->sent)
		thread->first_nanos = bpf_ktime_get_boot_ns();
	thread->calls[written & (BUFFER_SIZE - 1)] = call;
	thread->written = ++written;
	if (written - thread->sent < RW_SYSCALLS_SIZE)
		return 0;
	if (claim(thread)) {
		bool watched = send_batch(thread, task, written);

		unclaim(thread);
		if (!watched)
			leave(task);
	} else if (written - thread->sent >= BUFFER_SIZE) {
		/* The iterator is at it and has been for a whole batch: it must not be overrun. */
		thread->written = written - 1;
		rw_count_map_failure(RW_HOOK_SYSCALLS, RW_MAP_FAILURE_WATCH);
	}
	return 0;
}

/* After process_fork, which lets the child inherit its parent's verdicts.  For threads, too. */
SEC("tp_btf/sched_process_fork")
int BPF_PROG(watch_fork, struct task_struct *parent, struct task_struct *child)
{
	struct watched_thread *thread = bpf_task_storage_get(&watched_thread, parent, 0, 0);

	if (thread)
		follow(child, thread->verdict_id);
	return 0;
}

/* Before process_exit, so that the last calls come before the exit. */
SEC("tp_btf/sched_process_exit")
int BPF_PROG(watch_exit, struct task_struct *task)
{
	struct watched_thread *thread = bpf_task_storage_get(&watched_thread, task, 0, 0);

	if (!thread)
		return 0;
	for (int attempt = 0; attempt < CLAIM_ATTEMPTS; attempt++) {
		if (!claim(thread))
			continue;
		send_batch(thread, task, thread->written);
		send_batch(thread, task, thread->written);
		unclaim(thread);
		break;
	}
	leave(task);
	return 0;
}

/*
 * Begins with the threads of processes that are under a watch: it writes a byte
 * for each new one, and is run until none is.
 */
SEC("iter/task")
int watch_adopt(struct bpf_iter__task *context)
{
	struct task_struct *task = context->task;
	struct rw_process_key process;
	__u64 verdict_id;
	__u8 one = 1;

	if (!task)
		return 0;
	rw_read_key(&process, task);
	verdict_id = find_watch(&process, bpf_ktime_get_boot_ns());
	if (verdict_id && follow(task, verdict_id))
		bpf_seq_write(context->meta->seq, &one, sizeof(one));
	return 0;
}

/*
 * Sends what waited when it ran the last time: that has been written for long,
 * so that this CPU sees it, and a thread in full swing is left alone.  Lets go of
 * threads whose watch is over.
 */
SEC("iter/task")
int watch_collect(struct bpf_iter__task *context)
{
	struct task_struct *task = context->task;
	struct watched_thread *thread;
	bool watched;
	__u64 until;

	if (!task)
		return 0;
	thread = bpf_task_storage_get(&watched_thread, task, 0, 0);
	if (!thread || !claim(thread))
		return 0;
	until = thread->settled > thread->sent ? thread->settled : thread->sent;
	watched = send_batch(thread, task, until);
	thread->settled = thread->written;
	unclaim(thread);
	if (!watched)
		leave(task);
	return 0;
}
