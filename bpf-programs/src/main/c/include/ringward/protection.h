/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Who is never acted on, whatever a verdict says. */
#ifndef RINGWARD_PROTECTION_H
#define RINGWARD_PROTECTION_H

#include "counters.h"
#include "executable.h"
#include "identity.h"
#include "references.h"

static __always_inline bool rw_is_protected(const struct rw_process_key *key, __u32 flags,
					    __u32 uid)
{
	const __u8 *protection;

	if (flags & PF_KTHREAD || key->tgid == 1)
		return true;
	protection = bpf_map_lookup_elem(&protected_process, key);
	if (!protection)
		return false;
	return *protection == RW_PROTECTION_PROCESS || uid == 0;
}

/*
 * At exec: a process gains protection with a protected executable run as root
 * and loses it with any other (a shell below sshd is not protected).  One that
 * is already under a verdict gains none: exec must not shed what was decided.
 */
static __always_inline void rw_protect_at_exec(const struct rw_actor *actor,
					       const struct rw_file_identity *file)
{
	const __u8 *have = bpf_map_lookup_elem(&protected_process, &actor->key);
	__u8 by_executable = RW_PROTECTION_EXECUTABLE;
	struct task_struct *task = actor->task;
	bool match = actor->uid == 0 && BPF_CORE_READ(task, cred, uid.val) == 0 &&
		     bpf_map_lookup_elem(&protected_executable, file);

	if (match && !have && !rw_has_live_reference(&actor->key))
		bpf_map_update_elem(&protected_process, &actor->key, &by_executable, BPF_NOEXIST);
	if (!match && have && *have == RW_PROTECTION_EXECUTABLE)
		bpf_map_delete_elem(&protected_process, &actor->key);
}

/* At fork: the child runs the same file as its parent, until it execs. */
static __always_inline void rw_protect_at_fork(const struct rw_process_key *parent,
					       const struct rw_process_key *child)
{
	const __u8 *have = bpf_map_lookup_elem(&protected_process, parent);
	__u8 by_executable = RW_PROTECTION_EXECUTABLE;

	if (have && *have == RW_PROTECTION_EXECUTABLE)
		bpf_map_update_elem(&protected_process, child, &by_executable, BPF_NOEXIST);
}

#endif
