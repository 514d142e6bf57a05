/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The last rung, for kernels that let no program refuse acts and files: a process that may not do
 * it is killed as it enters the system call, and sees no result.  The call itself may still take
 * effect, since nothing here can stop it.  Attached while a verdict covers the operation, to each
 * of its calls; the attachment's cookie is the operation.
 */
#include "ringward/act.h"
#include "ringward/descriptor.h"
#include "ringward/executable_memory.h"
#include "ringward/refusal.h"
#include <bpf/bpf_tracing.h>

#define PTRACE_TRACEME 0
#define PTRACE_ATTACH 16
#define PTRACE_SEIZE 0x4206

static __always_inline enum rw_hook hook_of(enum rw_operation operation)
{
	switch (operation) {
	case RW_OPERATION_OPEN:
		return RW_HOOK_FILE_OPEN;
	case RW_OPERATION_UNLINK:
	case RW_OPERATION_RENAME:
		return RW_HOOK_FILE_NAME;
	case RW_OPERATION_MEMORY_EXEC:
		return RW_HOOK_MEMORY;
	case RW_OPERATION_PTRACE:
		return RW_HOOK_INTRUSION;
	case RW_OPERATION_MOUNT:
		return RW_HOOK_MOUNT;
	case RW_OPERATION_SETUID:
		return RW_HOOK_IDENTITY;
	default:
		return RW_HOOK_KERNEL;
	}
}

static __always_inline enum rw_refusal_hook refusal_of(enum rw_operation operation)
{
	switch (operation) {
	case RW_OPERATION_OPEN:
		return RW_REFUSAL_OPEN;
	case RW_OPERATION_UNLINK:
		return RW_REFUSAL_UNLINK;
	case RW_OPERATION_RENAME:
		return RW_REFUSAL_RENAME;
	case RW_OPERATION_MEMORY_EXEC:
		return RW_REFUSAL_MEMORY_EXEC;
	case RW_OPERATION_MODULE_LOAD:
		return RW_REFUSAL_MODULE_LOAD;
	case RW_OPERATION_PTRACE:
		return RW_REFUSAL_PTRACE;
	case RW_OPERATION_MOUNT:
		return RW_REFUSAL_MOUNT;
	case RW_OPERATION_SETUID:
		return RW_REFUSAL_SETUID;
	default:
		return RW_REFUSAL_BPF;
	}
}

/* A throttle never kills: what is milder than a block is not asked. */
static __noinline int end_if_blocked(enum rw_operation operation)
{
	struct rw_trial trial = {
		.now = bpf_ktime_get_boot_ns(),
		.hook = hook_of(operation),
		.operation = operation,
		.least = RW_ACTION_BLOCK,
	};

	if (!rw_is_judged(operation))
		return 0;
	rw_read_actor(&trial.actor, (struct task_struct *)bpf_get_current_task());
	if (rw_judge(&trial) != RW_JUDGEMENT_ALLOW)
		bpf_send_signal(9);
	return 0;
}

/* Entry of a call that is what it is, whatever its arguments say. */
SEC("tp")
int signal_call(void *context)
{
	enum rw_operation operation = bpf_get_attach_cookie(context);

	rw_count_refusal_run(refusal_of(operation));
	return end_if_blocked(operation);
}

/* Entry of ptrace(request, …): what comes after its beginning needs a traced process. */
SEC("tp")
int signal_ptrace(void *context)
{
	__u64 request = rw_syscall_argument(0);

	rw_count_refusal_run(RW_REFUSAL_PTRACE);
	if (request != PTRACE_TRACEME && request != PTRACE_ATTACH && request != PTRACE_SEIZE)
		return 0;
	return end_if_blocked(RW_OPERATION_PTRACE);
}

/* Entry of mmap(address, length, protection, flags, descriptor, offset). */
SEC("tp")
int signal_mapping(void *context)
{
	__u64 protection = rw_syscall_argument(2), flags;
	struct file *file = 0;

	if (!(protection & PROT_EXEC))
		return 0;
	rw_count_refusal_run(RW_REFUSAL_MEMORY_EXEC);
	flags = rw_syscall_argument(3);
	if (!(flags & MAP_ANONYMOUS))
		file = rw_file_of(rw_syscall_argument(4));
	return rw_mapping_traits(file, protection, flags) ? end_if_blocked(RW_OPERATION_MEMORY_EXEC)
							  : 0;
}

static long look_at_area(struct task_struct *task, struct vm_area_struct *area, __u64 *traits)
{
	*traits |= rw_area_traits(area);
	return 0;
}

/* Entry of mprotect(address, length, protection) and pkey_mprotect(): the first area is asked. */
SEC("tp")
int signal_protection(void *context)
{
	__u64 protection = rw_syscall_argument(2), traits = protection & PROT_WRITE;

	if (!(protection & PROT_EXEC))
		return 0;
	rw_count_refusal_run(RW_REFUSAL_MEMORY_EXEC);
	if (!traits && bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_find_vma)) /* 5.17 */
		bpf_find_vma(bpf_get_current_task_btf(), rw_syscall_argument(0), look_at_area,
			     &traits, 0);
	return traits ? end_if_blocked(RW_OPERATION_MEMORY_EXEC) : 0;
}
