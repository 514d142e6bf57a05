/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Memory that becomes executable and does not come from a file as it is on disk:
 * anonymous, written, or from a file without a name.  Everything else (programs
 * and their libraries) is left out at once.  A process that does it all the time
 * (a just-in-time compiler) tells so once a second.
 */
#include "ringward/act.h"
#include "ringward/descriptor.h"
#include "ringward/executable_memory.h"
#include <bpf/bpf_tracing.h>

#define VM_WRITE 2
_Static_assert(VM_WRITE == RW_MEMORY_WRITTEN, "the one is taken for the other");

struct region {
	__u64 address;
	__u64 length;
	__u64 protection;
	__u64 flags;
	__u64 traits; /* enum rw_memory */
};

static __always_inline bool is_first_of_second(const struct rw_actor *actor, enum rw_act act)
{
	struct rw_process_key key = actor->key;

	key.zero = 2 + act;
	return rw_quota_take(&key, bpf_ktime_get_boot_ns(), 1, RW_HOOK_MEMORY);
}

static __always_inline int tell_region(enum rw_act act, const struct region *region)
{
	struct rw_act_event *event;
	struct rw_actor actor;

	if (!rw_begin_act(&actor, act))
		return 0;
	if (!is_first_of_second(&actor, act)) {
		rw_count_filtered(act);
		return 0;
	}
	if (!rw_may_tell(RW_HOOK_MEMORY, &actor))
		return 0;
	event = bpf_ringbuf_reserve(&activity_ring, sizeof(*event), 0);
	if (!event)
		return rw_lose_act(RW_HOOK_MEMORY);
	rw_fill_act(event, RW_HOOK_MEMORY, act, &actor, 0);
	event->arguments[0] = region->address;
	event->arguments[1] = region->length;
	event->arguments[2] = region->protection;
	event->arguments[3] = region->flags;
	event->arguments[4] = region->traits;
	bpf_ringbuf_submit(event, rw_wakeup_flags());
	return 0;
}

/* Exit of mmap(address, length, protection, flags, descriptor, offset). */
SEC("tp")
int tell_mapping(struct rw_syscall_exit *context)
{
	struct region region = {.protection = rw_syscall_argument(2)};
	struct file *file = 0;

	rw_count_seen(RW_ACT_MMAP);
	/* Addresses of errors are those of the last page: include/linux/err.h. */
	if (!(region.protection & PROT_EXEC) || (__u64)context->result > -4096ULL) {
		rw_count_filtered(RW_ACT_MMAP);
		return 0;
	}
	region.flags = rw_syscall_argument(3);
	if (!(region.flags & MAP_ANONYMOUS))
		file = rw_file_of(rw_syscall_argument(4));
	region.traits = rw_mapping_traits(file, region.protection, region.flags);
	if (!region.traits) {
		rw_count_filtered(RW_ACT_MMAP);
		return 0;
	}
	region.address = context->result;
	region.length = rw_syscall_argument(1);
	return tell_region(RW_ACT_MMAP, &region);
}

/*
 * 1 when a < b, both less than 2^63, else 0.  Here and below no branch decides on a trait: the
 * verifier would follow each combination of them.
 */
static __always_inline __u32 is_below(__u64 a, __u64 b)
{
	return (a - b) >> 63;
}

static long look_at_area(struct task_struct *task, struct vm_area_struct *area,
			 struct region *region)
{
	struct mm_struct *mm = BPF_CORE_READ(area, vm_mm);
	__u64 start = BPF_CORE_READ(area, vm_start), end = BPF_CORE_READ(area, vm_end);
	__u64 stack;

	region->traits |= rw_area_traits(area);
	region->traits |= BPF_CORE_READ(area, vm_flags) & VM_WRITE;
	/* include/linux/mm.h, vma_is_initial_heap() and vma_is_initial_stack(). */
	region->traits |= RW_MEMORY_HEAP * (is_below(start, BPF_CORE_READ(mm, brk)) &
					    is_below(BPF_CORE_READ(mm, start_brk), end));
	stack = BPF_CORE_READ(mm, start_stack);
	region->traits |= RW_MEMORY_STACK * (is_below(start, stack + 1) & is_below(stack, end + 1));
	return 0;
}

/* Exit of mprotect(address, length, protection) and pkey_mprotect(). */
SEC("tp")
int tell_protection(struct rw_syscall_exit *context)
{
	struct region region = {.protection = rw_syscall_argument(2)};

	rw_count_seen(RW_ACT_MPROTECT);
	if (!(region.protection & PROT_EXEC) || context->result) {
		rw_count_filtered(RW_ACT_MPROTECT);
		return 0;
	}
	region.address = rw_syscall_argument(0);
	region.length = rw_syscall_argument(1);
	if (region.protection & PROT_WRITE)
		region.traits |= RW_MEMORY_WRITTEN;
	if (bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_find_vma)) /* 5.17 */
		bpf_find_vma(bpf_get_current_task_btf(), region.address, look_at_area, &region, 0);
	if (!region.traits) {
		rw_count_filtered(RW_ACT_MPROTECT);
		return 0;
	}
	return tell_region(RW_ACT_MPROTECT, &region);
}

/* Exit of memfd_create(name, flags).  The name as the kernel has it: "memfd:" and the caller's. */
SEC("tp")
int tell_memory_file(struct rw_syscall_exit *context)
{
	struct rw_act_event *event;
	struct rw_actor actor;
	struct file *file;
	long length;

	rw_count_seen(RW_ACT_MEMFD_CREATE);
	if (!rw_begin_act(&actor, RW_ACT_MEMFD_CREATE))
		return 0;
	if (!rw_may_tell(RW_HOOK_MEMORY, &actor))
		return 0;
	event = bpf_ringbuf_reserve(&activity_ring, sizeof(*event) + RW_ACT_TEXT_SIZE, 0);
	if (!event)
		return rw_lose_act(RW_HOOK_MEMORY);
	rw_fill_act(event, RW_HOOK_MEMORY, RW_ACT_MEMFD_CREATE, &actor, context->result);
	event->arguments[0] = rw_syscall_argument(1);
	file = rw_file_of(context->result);
	if (file) {
		length = bpf_probe_read_kernel_str(event + 1, 256,
						   BPF_CORE_READ(file, f_path.dentry, d_name.name));
		if (length > 0 && length <= 256) {
			event->text_length = length - 1;
			event->header.size = sizeof(*event) + length - 1;
		}
	}
	bpf_ringbuf_submit(event, rw_wakeup_flags());
	return 0;
}
