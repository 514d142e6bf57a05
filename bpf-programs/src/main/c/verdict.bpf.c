/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The judge.  Every way out that is not an explicit, unexpired verdict lets the
 * operation through; so does the end of the agent, but for a verdict that says
 * that it persists.
 *
 * Its parts are global functions, since the verifier then checks each by itself:
 * with all of it inlined into the loops, a hook took 200,000 instructions to
 * verify, and minutes on an emulated 6.1.
 */
#include "ringward/verdict.h"
#include "ringward/hit.h"
#include "ringward/protection.h"
#include "ringward/wakeup.h"

/* Takes up what a process or cgroup refers to.  Of two throttles the slower is the stricter,
 * of two equal ones that of the lower slot. */
__noinline int rw_consider(struct rw_strictest *strictest,
			   const struct rw_verdict_references *references,
			   const struct rw_trial *trial)
{
	if (!strictest || !references || !trial)
		return 0;
	for (int i = 0; i < RW_VERDICT_SLOTS; i++) {
		__u64 verdict_id = references->verdict_id[i];
		const struct rw_verdict *found;

		if (!verdict_id)
			continue;
		found = bpf_map_lookup_elem(&verdict, &verdict_id);
		if (!found || found->expiry_nanos <= trial->now || found->action < trial->least ||
		    !(found->operations & trial->operation))
			continue;
		if (strictest->only_persistent && !(found->flags & RW_VERDICT_PERSIST))
			continue;
		if (found->action < strictest->action ||
		    (found->action == strictest->action &&
		     found->interval_nanos <= strictest->interval_nanos))
			continue;
		strictest->verdict_id = verdict_id;
		strictest->action = found->action;
		strictest->interval_nanos = found->interval_nanos;
	}
	return 0;
}

/* What one cgroup is under; 0 when there is none above it. */
__noinline int rw_consider_cgroup(struct rw_cgroup_climb *climb, struct rw_strictest *strictest,
				  const struct rw_trial *trial)
{
	const struct rw_verdict_references *references;
	struct cgroup_subsys_state *state;
	__u64 cgroup_id;

	if (!climb || !strictest || !trial)
		return 0;
	state = climb->state;
	cgroup_id = BPF_CORE_READ(state, cgroup, kn, id);
	references = bpf_map_lookup_elem(&cgroup_verdict, &cgroup_id);
	if (references)
		rw_consider(strictest, references, trial);
	climb->state = BPF_CORE_READ(state, parent);
	return climb->state != 0;
}

/* What the actor's cgroup and the cgroups above it are under. */
static __always_inline void consider_cgroups(struct rw_strictest *strictest,
					     const struct rw_trial *trial)
{
	struct task_struct *task = trial->actor.task;
	struct rw_cgroup_climb climb = {
		.state = &BPF_CORE_READ(task, cgroups, dfl_cgrp)->self,
	};

	for (int level = 0; level < RW_CGROUP_DEPTH; level++)
		if (!rw_consider_cgroup(&climb, strictest, trial))
			break;
}

/*
 * GCRA, the virtual scheduling form (ITU-T I.371): true when the operation is
 * within the rate.  Who loses every race for the word is refused: others have
 * just taken the tokens, and a bucket must never give more than it holds.
 */
static __always_inline bool take_token(struct rw_verdict *verdict, __u64 now)
{
	for (int attempt = 0; attempt < RW_BUCKET_ATTEMPTS; attempt++) {
		__u64 seen = *(volatile __u64 *)&verdict->theoretical_arrival_nanos;
		__u64 arrival = seen > now ? seen : now;

		if (arrival - now > verdict->burst_nanos)
			return false;
		if (__sync_val_compare_and_swap(&verdict->theoretical_arrival_nanos, seen,
						arrival + verdict->interval_nanos) == seen)
			return true;
	}
	return false;
}

/* Counts a hit, and tells user space when that is due. */
static __always_inline void report_hit(struct rw_verdict *verdict, __u64 verdict_id, __u16 error,
				       bool shadow, const struct rw_trial *trial)
{
	struct rw_enforcement_event *event = rw_count_hit(verdict, verdict_id, trial->now);

	if (!event)
		return;
	rw_fill_header(&event->header, RW_EVENT_ENFORCEMENT, RW_HOOK_ENFORCEMENT, sizeof(*event),
		       &trial->actor);
	event->operation = trial->operation;
	event->error = error;
	event->shadow = shadow;
	event->hook = trial->hook;
	bpf_ringbuf_submit(event, rw_wakeup_flags());
}

static __always_inline enum rw_judgement judgement_of(struct rw_verdict *verdict,
						      const struct rw_trial *trial)
{
	switch (verdict->action) {
	case RW_ACTION_THROTTLE:
		return take_token(verdict, trial->now) ? RW_JUDGEMENT_ALLOW : RW_JUDGEMENT_RETRY;
	case RW_ACTION_BLOCK:
		return RW_JUDGEMENT_REFUSE;
	case RW_ACTION_FREEZE:
		/* Whoever is to be frozen does nothing until it is; but a signal would end it. */
		return trial->refuse_error ? RW_JUDGEMENT_REFUSE : RW_JUDGEMENT_ALLOW;
	case RW_ACTION_KILL:
		return RW_JUDGEMENT_KILL;
	default:
		return RW_JUDGEMENT_ALLOW;
	}
}

__noinline int rw_judge(const struct rw_trial *asked)
{
	const struct rw_verdict_references *references;
	struct rw_strictest strictest = {};
	const struct rw_control *controls;
	enum rw_judgement judgement;
	struct rw_verdict *found;
	struct rw_trial trial;
	__u32 first = 0;
	__u16 error = 0;
	bool shadow;

	if (!asked)
		return RW_JUDGEMENT_ALLOW;
	trial = *asked; /* 6.1 takes map keys from the stack, not from an argument's memory */
	controls = bpf_map_lookup_elem(&control, &first);
	if (!controls)
		return RW_JUDGEMENT_ALLOW;
	strictest.only_persistent = !rw_agent_lives(controls, trial.now);
	references = bpf_map_lookup_elem(&process_verdict, &trial.actor.key);
	if (references)
		rw_consider(&strictest, references, &trial);
	if (controls->cgroup_verdicts)
		consider_cgroups(&strictest, &trial);
	if (!strictest.verdict_id ||
	    rw_is_protected(&trial.actor.key, trial.actor.flags, trial.actor.uid))
		return RW_JUDGEMENT_ALLOW;
	found = bpf_map_lookup_elem(&verdict, &strictest.verdict_id);
	if (!found)
		return RW_JUDGEMENT_ALLOW; /* it has just ended */

	judgement = judgement_of(found, &trial);
	if (judgement == RW_JUDGEMENT_ALLOW)
		return RW_JUDGEMENT_ALLOW;
	shadow = !controls->enforce || found->flags & RW_VERDICT_SHADOW;
	if (judgement == RW_JUDGEMENT_RETRY)
		error = trial.retry_error;
	else
		error = trial.refuse_error;
	report_hit(found, strictest.verdict_id, error, shadow, &trial);
	return shadow ? RW_JUDGEMENT_ALLOW : judgement;
}
