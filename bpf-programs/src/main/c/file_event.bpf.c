/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Telling an operation on a file: its path, its target, and what is known of it. */
#include "ringward/file_event.h"
#include "ringward/counters.h"
#include "ringward/quota.h"
#include "ringward/wanted.h"

#define PLACE_MASK (2 * RW_PATH_SIZE - 1) /* a place is no longer: a base and what was given */

#define DOTS_STRIDE 10
_Static_assert((RW_WANTED_PREFIX_SIZE - 2) % DOTS_STRIDE == 0, "whole strides");

extern const volatile __u32 quota_per_second;

__noinline int rw_wanted_turn(struct rw_wanted_walk *walk)
{
	return walk ? rw_climb_wanted(walk) : 1;
}

__noinline int rw_is_wanted(const struct rw_place *place, __u32 wish)
{
	return place && place->dentry &&
	       rw_is_wanted_place(place->mount, place->dentry, wish, place->text ? 1 : 0);
}

static __always_inline struct rw_file_scratch *scratch_of(__u32 slot)
{
	return bpf_map_lookup_elem(&file_scratch, &slot);
}

static __always_inline __u32 take_scratch(void)
{
	for (__u32 slot = 0; slot < RW_FILE_SCRATCHES; slot++) {
		struct rw_file_scratch *scratch = scratch_of(slot);

		if (scratch && __sync_val_compare_and_swap(&scratch->taken, 0, 1) == 0)
			return slot;
	}
	return RW_FILE_SCRATCHES;
}

/* Where a dentry is, for as long as its mounts are known. */
static __always_inline __u32 write_dentry(struct rw_file_scratch *scratch, __u32 at,
					  const struct rw_place *place)
{
	__u32 slot = rw_take_path_scratch(), start, end, length, flags = 0;
	struct rw_path_scratch *path = bpf_map_lookup_elem(&path_scratch, &slot);

	if (!path)
		return (__u32)RW_FILE_FLAG_PATH_TRUNCATED << 16;
	start = rw_name_dentry(slot, place->mount, place->dentry, &end);
	length = (RW_PATH_SIZE - 1 - start) & (RW_PATH_SIZE - 1);
	if (length)
		bpf_probe_read_kernel(scratch->tail + (at & PLACE_MASK), length,
				      path->text + (start & (RW_PATH_SIZE - 1)));
	rw_give_path_scratch(slot);
	if (end == RW_PATH_FULL || end == RW_PATH_RUNNING)
		flags |= RW_FILE_FLAG_PATH_TRUNCATED;
	if (end == RW_PATH_NOWHERE)
		flags |= RW_FILE_FLAG_NO_MOUNT;
	return length | flags << 16;
}

__noinline int rw_write_place(const struct rw_place *place, __u32 slot, __u32 at)
{
	struct rw_file_scratch *scratch = scratch_of(slot);
	__u32 length = 0, flags = 0;
	long given;

	if (!scratch || !place)
		return 0;
	at &= PLACE_MASK;
	if (place->dentry) {
		__u32 written = write_dentry(scratch, at, place);

		length = written & 0xffff;
		flags = written >> 16;
	}
	if ((!length && place->dentry && !place->text) || (place->text && place->relative)) {
		scratch->tail[at + (length & (RW_PATH_SIZE - 1))] = '/';
		length++;
	}
	if (place->text) {
		char *end = scratch->tail + at + (length & PLACE_MASK);

		given = place->from_user
				? bpf_probe_read_user_str(end, RW_PATH_SIZE, place->text)
				: bpf_probe_read_kernel_str(end, RW_PATH_SIZE, place->text);
		if (given == RW_PATH_SIZE)
			flags |= RW_FILE_FLAG_PATH_TRUNCATED;
		if (given > 0)
			length += (given - 1) & (RW_PATH_SIZE - 1);
		if (place->dentry)
			flags |= RW_FILE_FLAG_PATH_GIVEN;
	}
	return (length & PLACE_MASK) | flags << 16;
}

/*
 * Whether a "/.." begins in a part of the text in a file's scratch.  A global function without
 * branches: the verifier follows each of them, and each turn of a loop.
 */
__noinline int rw_has_dots(__u32 slot, __u32 from)
{
	struct rw_file_scratch *scratch = scratch_of(slot);
	__u32 last = 0, found = 0;

	if (!scratch || from > RW_WANTED_PREFIX_SIZE - DOTS_STRIDE - 2)
		return 0;
#pragma unroll
	for (__u32 i = 0; i < DOTS_STRIDE + 2; i++) {
		last = last << 8 | (__u8)scratch->prefix.text[from + i];
		/* The highest bit is set by a difference of 0 alone. */
		found |= ((last & 0xffffff) ^ ('/' << 16 | '.' << 8 | '.')) - 1;
	}
	return found >> 31;
}

/*
 * The trie finds the longest prefix, whose mask has those of all shorter ones in it.
 * That "/etc" is found for "/etcetera" costs an event; what the path of a caller with
 * ".." in it means, no text tells, so it is told.
 */
__noinline int rw_is_wanted_text(__u32 slot, __u32 at, __u32 length, __u32 wish)
{
	struct rw_file_scratch *scratch = scratch_of(slot);
	const __u32 *found;

	if (!scratch)
		return 0;
	if (length > RW_WANTED_PREFIX_SIZE - 1)
		length = RW_WANTED_PREFIX_SIZE - 1;
	scratch->prefix.bits = length * 8;
	__builtin_memset(scratch->prefix.text, 0, sizeof(scratch->prefix.text));
	bpf_probe_read_kernel(scratch->prefix.text, length & 0xff,
			      scratch->tail + (at & PLACE_MASK));
	found = bpf_map_lookup_elem(&wanted_prefix, &scratch->prefix);
	if (found && *found & wish)
		return 1;
	for (__u32 from = 0; from < RW_WANTED_PREFIX_SIZE - 2 && from < length; from += DOTS_STRIDE)
		if (rw_has_dots(slot, from))
			return 1;
	return 0;
}

static __always_inline enum rw_hook hook_of(__u32 operation)
{
	switch (operation) {
	case RW_FILE_OPERATION_OPEN:
		return RW_HOOK_FILE_OPEN;
	case RW_FILE_OPERATION_CHMOD:
	case RW_FILE_OPERATION_CHOWN:
	case RW_FILE_OPERATION_SETXATTR:
		return RW_HOOK_FILE_ATTRIBUTE;
	case RW_FILE_OPERATION_MOUNT:
	case RW_FILE_OPERATION_UMOUNT:
	case RW_FILE_OPERATION_PIVOT_ROOT:
		return RW_HOOK_MOUNT;
	default:
		return RW_HOOK_FILE_NAME;
	}
}

static __always_inline void fill(struct rw_file_event *event, const struct rw_file_act *act)
{
	struct inode *inode = act->inode;

	event->inode = inode ? BPF_CORE_READ(inode, i_ino) : 0;
	event->device = inode ? BPF_CORE_READ(inode, i_sb, s_dev) : 0;
	event->operation = act->operation;
	event->decision = act->decision;
	event->mode = act->mode;
	event->owner = act->owner;
	event->group = act->group;
}

static __always_inline void send(const struct rw_file_act *act, struct rw_file_scratch *scratch,
				 __u32 slot)
{
	enum rw_hook hook = hook_of(act->operation);
	__u32 path, target, at, size;
	struct rw_actor actor;

	path = rw_write_place(&act->path, slot, 0);
	at = path & PLACE_MASK;
	target = rw_write_place(&act->target, slot, at);
	if (act->undecided && !rw_is_wanted_text(slot, 0, at, act->wish) &&
	    !(act->target.dentry && rw_is_wanted_text(slot, at, target & PLACE_MASK, act->wish))) {
		rw_count_file(act->operation, true);
		return;
	}
	rw_count_produced(hook);
	rw_read_actor(&actor, (struct task_struct *)bpf_get_current_task());
	if (!rw_quota_take(&actor.key, bpf_ktime_get_boot_ns(), quota_per_second, hook)) {
		rw_count_dropped(hook, RW_DROP_QUOTA);
		return;
	}
	fill(&scratch->event, act);
	scratch->event.flags = act->flags | path >> 16 | target >> 16;
	scratch->event.path_length = at;
	scratch->event.target_length = target & PLACE_MASK;
	rw_read_comm(scratch->event.comm, actor.task);
	size = sizeof(scratch->event) + at + (target & PLACE_MASK);
	rw_fill_header(&scratch->event.header, RW_EVENT_FILE, hook, size, &actor);
	if (bpf_ringbuf_output(&activity_ring, &scratch->event, size, 0))
		rw_count_dropped(hook, RW_DROP_RING_FULL);
}

__noinline int rw_tell_file(const struct rw_file_act *act)
{
	__u32 slot = take_scratch();
	struct rw_file_scratch *scratch = scratch_of(slot);

	if (!act)
		return 0;
	if (!scratch) {
		rw_count_produced(hook_of(act->operation));
		rw_count_dropped(hook_of(act->operation), RW_DROP_READ_FAULT);
		return 0;
	}
	send(act, scratch, slot);
	scratch->taken = 0;
	return 0;
}
