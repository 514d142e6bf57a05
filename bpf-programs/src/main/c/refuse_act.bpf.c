/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Acts that are refused before they happen: memory that becomes executable, modules, ptrace, bpf,
 * other users.  (Mounts are with the files.)  Two programs for each, as in refuse.bpf.c; each looks
 * first whether any verdict names the operation at all.
 *
 * All arguments come from the kernel: no user memory is read.
 */
#include "ringward/executable_memory.h"
#include "ringward/identity.h"
#include "ringward/refusal.h"
#include <bpf/bpf_tracing.h>

/* include/linux/kernel_read_file.h; kernel_load_data_id is made of the same. */
enum kernel_read_file_id {
	READING_MODULE = 2,
	READING_MODULE_COMPRESSED = 3, /* of newer kernels; the number is theirs */
};

static __always_inline int judge(enum rw_hook hook, enum rw_operation operation)
{
	return rw_is_judged(operation) ? rw_ask_verdicts(hook, operation) : 0;
}

/*
 * mm/util.c, vm_mmap_pgoff(), and shmat(): every mapping of the machine comes by.  The protection
 * is what the caller asks for, as the sensor sees it.
 */
static __always_inline int on_map(struct file *file, unsigned long protection, unsigned long flags)
{
	if (!(protection & PROT_EXEC))
		return 0;
	rw_count_refusal_run(RW_REFUSAL_MEMORY_EXEC);
	if (!rw_is_judged(RW_OPERATION_MEMORY_EXEC) || !rw_mapping_traits(file, protection, flags))
		return 0;
	return rw_ask_verdicts(RW_HOOK_MEMORY, RW_OPERATION_MEMORY_EXEC);
}

/* mm/mprotect.c, do_mprotect_pkey(): once for each area. */
static __always_inline int on_protect(struct vm_area_struct *area, unsigned long protection)
{
	if (!(protection & PROT_EXEC))
		return 0;
	rw_count_refusal_run(RW_REFUSAL_MEMORY_EXEC);
	if (!rw_is_judged(RW_OPERATION_MEMORY_EXEC) ||
	    (!(protection & PROT_WRITE) && !rw_area_traits(area)))
		return 0;
	return rw_ask_verdicts(RW_HOOK_MEMORY, RW_OPERATION_MEMORY_EXEC);
}

/* kernel/module/main.c, init_module() and finit_module(); firmware and kexec come by here too. */
static __always_inline int on_image(unsigned int kind)
{
	bool module = kind == READING_MODULE;

	if (bpf_core_enum_value_exists(enum kernel_read_file_id, READING_MODULE_COMPRESSED))
		module |= kind ==
			  bpf_core_enum_value(enum kernel_read_file_id, READING_MODULE_COMPRESSED);
	if (!module)
		return 0;
	rw_count_refusal_run(RW_REFUSAL_MODULE_LOAD);
	return judge(RW_HOOK_KERNEL, RW_OPERATION_MODULE_LOAD);
}

/* kernel/module/kmod.c, __request_module(): what the kernel would load for the caller's sake. */
static __always_inline int on_module_request(void)
{
	return judge(RW_HOOK_KERNEL, RW_OPERATION_MODULE_LOAD);
}

/* kernel/ptrace.c, __ptrace_may_access(): also process_vm_*(), pidfd_getfd, /proc/PID/mem */
static __always_inline int on_access(unsigned int mode)
{
	rw_count_refusal_run(RW_REFUSAL_PTRACE);
	return mode & PTRACE_MODE_ATTACH ? judge(RW_HOOK_INTRUSION, RW_OPERATION_PTRACE) : 0;
}

/* kernel/ptrace.c, ptrace_traceme() */
static __always_inline int on_traceme(void)
{
	return judge(RW_HOOK_INTRUSION, RW_OPERATION_PTRACE);
}

/* kernel/bpf/syscall.c, __sys_bpf(): once for each call, whatever its command. */
static __always_inline int on_bpf(void)
{
	rw_count_refusal_run(RW_REFUSAL_BPF);
	return judge(RW_HOOK_KERNEL, RW_OPERATION_BPF);
}

/* kernel/sys.c: set*uid() and set*gid().  A set-user-id program does not come by here. */
static __always_inline int on_identity(void)
{
	rw_count_refusal_run(RW_REFUSAL_SETUID);
	return judge(RW_HOOK_IDENTITY, RW_OPERATION_SETUID);
}

SEC("lsm/mmap_file")
int BPF_PROG(lsm_map, struct file *file, unsigned long asked, unsigned long protection,
	     unsigned long flags)
{
	return on_map(file, asked, flags);
}

SEC("fmod_ret/security_mmap_file")
int BPF_PROG(modify_map, struct file *file, unsigned long protection, unsigned long flags)
{
	return on_map(file, protection, flags);
}

RW_BOTH(file_mprotect, protect, on_protect(area, asked), struct vm_area_struct *area,
	unsigned long asked)
RW_BOTH(kernel_read_file, read_image, on_image(kind), struct file *file, unsigned int kind)
RW_BOTH(kernel_load_data, load_image, on_image(kind), unsigned int kind)
RW_BOTH(kernel_module_request, request_module, on_module_request(), char *name)
RW_BOTH(ptrace_access_check, trace, on_access(mode), struct task_struct *target, unsigned int mode)
RW_BOTH(ptrace_traceme, traceme, on_traceme(), struct task_struct *parent)
RW_BOTH(bpf, bpf, on_bpf(), int command)
RW_BOTH(task_fix_setuid, setuid, on_identity(), struct cred *next)
RW_BOTH(task_fix_setgid, setgid, on_identity(), struct cred *next)
