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
#include "ringward/path.h"
#include "ringward/references.h"
#include "ringward/refusal.h"
#include <bpf/bpf_tracing.h>

#define SIGCHLD 17
#define SIGCONT 18
#define SIGURG 23
#define SIGWINCH 28
#define FMODE_WRITE 0x2 /* include/linux/fs.h */
#define BPF_LINK_GET_FD_BY_ID 30 /* include/uapi/linux/bpf.h, enum bpf_cmd */
#define BPF_FS_MAGIC 0xcafe4a11 /* include/uapi/linux/magic.h */

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

volatile __u32 shield_device = 0; /* of the file system that holds our pins */
volatile __u32 shield_mount = 0; /* where it is mounted: mnt_id; 0: nowhere */
volatile __u32 shield_trial = 0; /* the agent looks whether the hooks of pins run */

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

/* ---- pins: attached while there are any ---------------------------------------------- */

/* Who may do what he likes with pins: the agent, and who may stop it whatever his parent is. */
static __always_inline int on_pins(enum rw_attack attack, __u32 detail)
{
	struct task_struct *current = (struct task_struct *)bpf_get_current_task();
	const struct rw_process_key *agent = agent_key();
	struct rw_process_key caller;
	const __u8 *protection;

	if (!agent || !agent->tgid)
		return 0;
	rw_read_key(&caller, current);
	if (is_agent(&caller, agent, attack) || !detail)
		return 0;
	protection = bpf_map_lookup_elem(&protected_process, &caller);
	if (caller.tgid == 1 || BPF_CORE_READ(current, flags) & PF_KTHREAD ||
	    (protection && *protection == RW_PROTECTION_PROCESS))
		return 0;
	return refuse(attack, &caller, current, detail);
}

/*
 * The inode, if it is a pin of ours or a directory of such, with what is refused there; or 0.
 * Loads and no calls of helpers, since it is done for each part of each path; through an argument
 * of the hook the verifier allows them, also where there is nothing.
 */
static __always_inline __u32 own_pin(struct inode *inode, __u8 *refused)
{
	struct rw_shield_object object = {.kind = RW_ATTACK_PIN};
	struct super_block *super = inode->i_sb;
	const __u8 *found;

	if (super->s_magic != BPF_FS_MAGIC || super->s_dev != shield_device)
		return 0;
	object.id = inode->i_ino;
	found = bpf_map_lookup_elem(&shield_object, &object);
	if (!found)
		return 0;
	*refused = *found;
	return object.id;
}

/*
 * fs/namei.c, inode_permission(): asked of a pin by BPF_OBJ_GET (kernel/bpf/inode.c,
 * bpf_obj_do_get()), and of its directory before anything is made, removed or renamed in it
 * (may_create(), may_delete()).  Runs for each part of each path: the magic comes first.
 */
static __always_inline int on_permission(struct inode *inode, int mask)
{
	__u8 refused = 0;
	__u32 pin = own_pin(inode, &refused);

	if (pin ? !(refused & mask) : !shield_trial)
		return 0;
	return on_pins(RW_ATTACK_PIN, pin);
}

/* fs/namei.c, vfs_rename(): the directory of all pins is in one that is not ours. */
static __always_inline int on_rename(struct dentry *from, struct dentry *to)
{
	struct inode *one = from->d_inode, *other = to->d_inode;
	__u32 pin = 0;
	__u8 unused;

	if (one)
		pin = own_pin(one, &unused);
	if (!pin && other)
		pin = own_pin(other, &unused);
	return pin || shield_trial ? on_pins(RW_ATTACK_RENAME, pin) : 0;
}

/* fs/namespace.c, path_umount(): its other mounts, in containers say, hold no less. */
static __always_inline int on_unmount(struct vfsmount *visible)
{
	__u32 id = BPF_CORE_READ(rw_mount_of(visible), mnt_id);

	return id && id == shield_mount ? on_pins(RW_ATTACK_UMOUNT, id) : 0;
}

RW_BOTH(task_kill, shield_signal, on_signal(target, signal), struct task_struct *target, void *info,
	int signal)
RW_BOTH(ptrace_access_check, shield_trace, on_trace(target, mode), struct task_struct *target,
	unsigned int mode)
RW_BOTH(bpf_map, shield_map, on_map(map, mode), struct bpf_map *map, unsigned int mode)
RW_BOTH(bpf, shield_link, on_bpf(command, attributes), int command, union bpf_attr *attributes)
RW_BOTH(inode_permission, shield_pin, on_permission(inode, mask), struct inode *inode, int mask)
RW_BOTH(inode_rename, shield_rename, on_rename(from, to), struct inode *from_directory,
	struct dentry *from, struct inode *to_directory, struct dentry *to)
RW_BOTH(sb_umount, shield_umount, on_unmount(mount), struct vfsmount *mount, int flags)
