/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Inline rules about files: the names by which the tables know a file, as its mounts have them.
 * A hook asks when somebody wishes to be told of the operation, and every rule about files does:
 * so the walk up to a file's name is made for what a rule may be about, and for nothing else.
 */
#include "ringward/counters.h"
#include "ringward/file_event.h"
#include "ringward/inline.h"

/* What is asked of the tables; belongs to the path's scratch of the same index. */
struct rw_file_question {
	struct rw_inline_files files;
	struct rw_inline_facts facts;
	struct rw_trial trial;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, RW_PATH_SCRATCHES);
	__type(key, __u32);
	__type(value, struct rw_file_question);
} file_questions SEC(".maps");

/*
 * A name that is not known whole is not known: too long, or on no mount.  Not inlined, for the sake
 * of the stack.
 */
static __noinline void name_file(struct rw_program *into, __u32 slot, const struct rw_place *place)
{
	struct rw_path_scratch *scratch = bpf_map_lookup_elem(&path_scratch, &slot);
	__u32 start, end;

	into->path = 0;
	into->folders = 0;
	if (!scratch || !place->dentry)
		return;
	start = rw_name_dentry(slot, place->mount, place->dentry, &end);
	if (end != RW_PATH_ROOT)
		return;
	if (start >= RW_PATH_SIZE - 1) {
		start = RW_PATH_SIZE - 2;
		scratch->text[RW_PATH_SIZE - 2] = '/';
	}
	rw_hash_path(into, scratch->text, start, RW_PATH_SIZE - 1 - start);
}

static __always_inline int ask(struct rw_file_question *question, const struct rw_file_act *act,
			       __u32 hook, __u32 operation, __u32 slot)
{
	struct rw_trial *trial = &question->trial;
	struct rw_process_key key;

	trial->now = bpf_ktime_get_boot_ns();
	trial->hook = hook;
	trial->operation = operation;
	trial->least = RW_ACTION_THROTTLE;
	trial->retry_error = RW_EAGAIN;
	trial->refuse_error = RW_EPERM;
	rw_read_actor(&trial->actor, (struct task_struct *)bpf_get_current_task());
	rw_read_inline_facts(&question->facts, &trial->actor, operation);
	question->facts.intent = act->flags & RW_INLINE_INTENTS;
	name_file(&question->files.object, slot, &act->path);
	name_file(&question->files.target, slot, &act->target);
	key = trial->actor.key; /* 6.1 takes map keys from the stack */
	return rw_inline_judge(trial, &question->facts, bpf_map_lookup_elem(&program, &key),
			       &question->files);
}

__noinline int rw_answer_file(const struct rw_file_act *act, __u32 hook, __u32 operation)
{
	__u32 slot = rw_take_path_scratch();
	struct rw_file_question *question = bpf_map_lookup_elem(&file_questions, &slot);
	int judgement;

	if (!act)
		return 0;
	if (!question) {
		if (hook < RW_HOOK_COUNT)
			rw_count_map_failure(hook, RW_MAP_FAILURE_PROGRAM);
		return 0;
	}
	judgement = ask(question, act, hook, operation, slot);
	rw_give_path_scratch(slot);
	return judgement == RW_JUDGEMENT_ALLOW ? 0 : -RW_EPERM;
}
