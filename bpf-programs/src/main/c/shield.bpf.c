/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Self-protection: who may not end, stop, trace or reach into the agent.  Attached only when the
 * administrator asks for it.  It ends with the agent: nothing of it is pinned, and an agent whose
 * heartbeat is over protects nothing, so that no machine can be locked up by it.
 *
 * What the kernel does of itself is never refused, since it does not come by here: signals of a
 * terminal, of the out-of-memory killer, of cgroup.kill.
 */
#include "ringward/counters.h"
#include "ringward/identity.h"
#include "ringward/references.h"
#include "ringward/verdict.h"
#include <bpf/bpf_tracing.h>

#define SIGCHLD 17
#define SIGCONT 18
#define SIGURG 23
#define SIGWINCH 28
#define PTRACE_MODE_ATTACH 0x2 /* include/linux/ptrace.h */
#define FMODE_WRITE 0x2 /* include/linux/fs.h */
#define BPF_LINK_GET_FD_BY_ID 30 /* include/uapi/linux/bpf.h, enum bpf_cmd */

/* Its one value; all zero: there is nobody to protect. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct rw_process_key);
} shield_agent SEC(".maps");

/* What of the agent's is not to be opened by its id. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, struct rw_shield_object);
	__type(value, __u8);
} shield_object SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, RW_ATTACK_COUNT);
	__type(key, __u32);
	__type(value, struct rw_attack_account);
} shield_attack SEC(".maps");

static __always_inline const struct rw_process_key *agent_key(void)
{
	__u32 first = 0;

	return bpf_map_lookup_elem(&shield_agent, &first);
}

static __always_inline bool is_same(const struct rw_process_key *one,
				    const struct rw_process_key *other)
{
	return one->tgid == other->tgid && one->start_boottime_nanos == other->start_boottime_nanos;
}

/* Whether the agent itself acts; counts that, so that it can see that the hook runs. */
static __always_inline bool is_agent(const struct rw_process_key *caller,
				     const struct rw_process_key *agent, enum rw_attack attack)
{
	__u32 index = attack;
	struct rw_attack_account *account;

	if (!is_same(caller, agent))
		return false;
	account = bpf_map_lookup_elem(&shield_attack, &index);
	if (account)
		__sync_fetch_and_add(&account->runs, 1);
	return true;
}

/*
 * Who may stop the agent: the service manager, the agent's ancestors, and what its parent has
 * started beside it (as a container's shim starts runc), unless that is the service manager, to
 * which anybody's orphans go.
 */
static __always_inline bool is_supervisor(const struct rw_process_key *caller,
					  struct task_struct *current, struct task_struct *agent)
{
	const __u8 *protection;
	int parent;

	if (caller->tgid == 1 || BPF_CORE_READ(current, flags) & PF_KTHREAD)
		return true;
	protection = bpf_map_lookup_elem(&protected_process, caller);
	if (protection && *protection == RW_PROTECTION_PROCESS)
		return true;
	parent = BPF_CORE_READ(agent, real_parent, tgid);
	return parent > 1 && BPF_CORE_READ(current, real_parent, tgid) == parent;
}

/* Counts, and refuses while the agent lives and enforces. */
static __always_inline int refuse(enum rw_attack attack, const struct rw_process_key *caller,
				  struct task_struct *current, __u32 detail)
{
	__u32 index = attack, first = 0;
	const struct rw_control *controls = bpf_map_lookup_elem(&control, &first);
	struct rw_attack_account *account = bpf_map_lookup_elem(&shield_attack, &index);

	if (!controls || !account || !rw_agent_lives(controls, bpf_ktime_get_boot_ns()))
		return 0;
	__sync_fetch_and_add(&account->attempts, 1);
	account->tgid = caller->tgid;
	account->uid = BPF_CORE_READ(current, cred, euid.val);
	account->detail = detail;
	account->refused = controls->enforce != 0;
	rw_read_comm(account->comm, current);
	return controls->enforce ? -RW_EPERM : 0;
}

/* Neither ends nor stops anybody, whether it is handled or not. */
static __always_inline bool is_harmless(int signal)
{
	return signal == 0 || signal == SIGCHLD || signal == SIGCONT || signal == SIGURG ||
	       signal == SIGWINCH;
}

/* kernel/signal.c, check_kill_permission() */
static __always_inline int on_signal(struct task_struct *target, int signal)
{
	struct task_struct *current = (struct task_struct *)bpf_get_current_task();
	const struct rw_process_key *agent = agent_key();
	struct rw_process_key key, caller;

	if (!agent || !agent->tgid || (__u32)BPF_CORE_READ(target, tgid) != agent->tgid)
		return 0;
	rw_read_key(&key, target);
	rw_read_key(&caller, current);
	if (!is_same(&key, agent) || is_agent(&caller, agent, RW_ATTACK_SIGNAL) ||
	    is_harmless(signal) || is_supervisor(&caller, current, target))
		return 0;
	return refuse(RW_ATTACK_SIGNAL, &caller, current, signal);
}

/* kernel/ptrace.c, __ptrace_may_access(): also of process_vm_writev, pidfd_getfd, /proc/PID/mem */
static __always_inline int on_trace(struct task_struct *target, unsigned int mode)
{
	struct task_struct *current = (struct task_struct *)bpf_get_current_task();
	const struct rw_process_key *agent = agent_key();
	struct rw_process_key key, caller;

	if (!agent || !agent->tgid)
		return 0;
	rw_read_key(&caller, current);
	if (is_agent(&caller, agent, RW_ATTACK_TRACE) || !(mode & PTRACE_MODE_ATTACH))
		return 0;
	rw_read_key(&key, target);
	return is_same(&key, agent) ? refuse(RW_ATTACK_TRACE, &caller, current, mode) : 0;
}

static __always_inline int on_object(enum rw_attack attack, __u32 id)
{
	struct task_struct *current = (struct task_struct *)bpf_get_current_task();
	const struct rw_process_key *agent = agent_key();
	struct rw_shield_object object = {.kind = attack, .id = id};
	struct rw_process_key caller;

	if (!agent || !agent->tgid)
		return 0;
	rw_read_key(&caller, current);
	if (is_agent(&caller, agent, attack) || !bpf_map_lookup_elem(&shield_object, &object))
		return 0;
	return refuse(attack, &caller, current, id);
}

/* kernel/bpf/syscall.c, bpf_map_new_fd(): by its id, or by a pin.  To read it is nobody's harm. */
static __always_inline int on_map(struct bpf_map *map, unsigned int mode)
{
	return mode & FMODE_WRITE ? on_object(RW_ATTACK_MAP, BPF_CORE_READ(map, id)) : 0;
}

/* kernel/bpf/syscall.c, __sys_bpf(): the attributes are the kernel's copy. */
static __always_inline int on_bpf(int command, const union bpf_attr *attributes)
{
	__u32 id = 0;

	if (command == BPF_LINK_GET_FD_BY_ID)
		bpf_probe_read_kernel(&id, sizeof(id), attributes); /* link_id comes first */
	return on_object(RW_ATTACK_LINK, id);
}

/* A hook of the security module, and the function around all modules. */
#define BOTH(hook, name, call, ...)                     \
	SEC("lsm/" #hook)                               \
	int BPF_PROG(lsm_shield_##name, __VA_ARGS__)    \
	{                                               \
		return call;                            \
	}                                               \
	SEC("fmod_ret/security_" #hook)                 \
	int BPF_PROG(modify_shield_##name, __VA_ARGS__) \
	{                                               \
		return call;                            \
	}

BOTH(task_kill, signal, on_signal(target, signal), struct task_struct *target, void *info,
     int signal)
BOTH(ptrace_access_check, trace, on_trace(target, mode), struct task_struct *target,
     unsigned int mode)
BOTH(bpf_map, map, on_map(map, mode), struct bpf_map *map, unsigned int mode)
BOTH(bpf, link, on_bpf(command, attributes), int command, union bpf_attr *attributes)
