/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Doors into the kernel and out of namespaces, of which the caller's numbers say
 * all: setns, unshare, userfaultfd, keyctl, bpf, perf_event_open, io_uring_setup,
 * socket; and modules.
 */
#include "ringward/act.h"
#include "ringward/descriptor.h"
#include <bpf/bpf_tracing.h>

#define AF_NETLINK 16
#define SOCK_RAW 3
#define SOCK_TYPE_MASK 0xf

#define CLONE_NEW_ANY 0x7e020080 /* include/uapi/linux/sched.h: every CLONE_NEW* */

/*
 * Commands that make, load, attach, detach, pin or get hold of what others have
 * made; reading and writing of own maps is left out.  include/uapi/linux/bpf.h.
 */
static __always_inline bool is_telling_bpf(__u64 command)
{
	const __u64 telling = 1ULL << BPF_MAP_CREATE | 1ULL << BPF_PROG_LOAD | 1ULL << BPF_OBJ_PIN |
			      1ULL << BPF_OBJ_GET | 1ULL << BPF_PROG_ATTACH |
			      1ULL << BPF_PROG_DETACH | 1ULL << BPF_PROG_GET_FD_BY_ID |
			      1ULL << BPF_MAP_GET_FD_BY_ID | 1ULL << BPF_RAW_TRACEPOINT_OPEN |
			      1ULL << BPF_LINK_CREATE | 1ULL << BPF_LINK_UPDATE |
			      1ULL << BPF_LINK_GET_FD_BY_ID | 1ULL << BPF_LINK_DETACH;

	return command < 64 && telling >> command & 1;
}

/* Streams and datagrams of everyday families are left out: their connects and binds tell more. */
static __always_inline bool is_telling_socket(__u64 family, __u64 type)
{
	if (family == AF_UNIX || family == AF_NETLINK)
		return false;
	return (family != AF_INET && family != AF_INET6) || (type & SOCK_TYPE_MASK) == SOCK_RAW;
}

static __always_inline bool is_telling_number(enum rw_act act, __u64 first, __u64 second)
{
	switch (act) {
	case RW_ACT_BPF:
		return is_telling_bpf(first);
	case RW_ACT_SOCKET:
		return is_telling_socket(first, second);
	case RW_ACT_UNSHARE:
		return first & CLONE_NEW_ANY;
	default:
		return true;
	}
}

static __always_inline enum rw_hook hook_of(enum rw_act act)
{
	switch (act) {
	case RW_ACT_SETNS:
	case RW_ACT_UNSHARE:
		return RW_HOOK_NAMESPACE;
	case RW_ACT_SOCKET:
		return RW_HOOK_SOCKET;
	default:
		return RW_HOOK_KERNEL;
	}
}

/*
 * The type of a program or map, the first word of what bpf(2) is given.  From the
 * caller's memory: evidence, not what was loaded.
 */
static __always_inline __u64 bpf_type(__u64 command)
{
	__u32 type = 0;

	if (command != BPF_PROG_LOAD && command != BPF_MAP_CREATE)
		return ~0ULL;
	if (bpf_probe_read_user(&type, sizeof(type), (void *)rw_syscall_argument(1)))
		return ~0ULL;
	return type;
}

SEC("tp")
int tell_numbers(struct rw_syscall_exit *context)
{
	enum rw_act act = bpf_get_attach_cookie(context);
	__u64 first = rw_syscall_argument(0), second = rw_syscall_argument(1);
	struct rw_act_event *event;
	struct rw_actor actor;

	rw_count_seen(act);
	if (!is_telling_number(act, first, second)) {
		rw_count_filtered(act);
		return 0;
	}
	if (!rw_begin_act(&actor, act))
		return 0;
	if (!rw_may_tell(hook_of(act), &actor))
		return 0;
	event = bpf_ringbuf_reserve(&lifecycle_ring, sizeof(*event), 0);
	if (!event)
		return rw_lose_act(hook_of(act));
	rw_fill_act(event, hook_of(act), act, &actor, context->result);
	event->arguments[0] = first;
	event->arguments[1] = second;
	event->arguments[2] = rw_syscall_argument(2);
	event->arguments[3] = rw_syscall_argument(3);
	switch (act) {
	case RW_ACT_SETNS: /* setns(descriptor, flags) */
		event->arguments[0] = second;
		event->arguments[1] = first;
		break;
	case RW_ACT_BPF: /* bpf(command, attributes, size) */
		event->arguments[1] = bpf_type(first);
		event->arguments[2] = event->arguments[3] = 0;
		break;
	case RW_ACT_PERF_EVENT_OPEN: /* perf_event_open(attributes, pid, cpu, group, flags) */
		event->arguments[3] = event->arguments[2];
		event->arguments[2] = second;
		event->arguments[0] = event->arguments[1] = ~0ULL;
		{
			struct {
				__u32 type, size;
				__u64 config;
			} attributes;

			/* The caller's memory: evidence. */
			if (!bpf_probe_read_user(&attributes, sizeof(attributes), (void *)first)) {
				event->arguments[0] = attributes.type;
				event->arguments[1] = attributes.config;
			}
		}
		break;
	case RW_ACT_IO_URING_SETUP: /* io_uring_setup(entries, parameters) */
		event->arguments[1] = event->arguments[2] = event->arguments[3] = 0;
		{
			__u32 flags = 0; /* struct io_uring_params.flags; the caller's memory */

			if (!bpf_probe_read_user(&flags, sizeof(flags), (void *)(second + 8)))
				event->arguments[1] = flags;
		}
		break;
	case RW_ACT_UNSHARE:
	case RW_ACT_USERFAULTFD:
		event->arguments[1] = event->arguments[2] = event->arguments[3] = 0;
		break;
	default:
		break;
	}
	bpf_ringbuf_submit(event, rw_wakeup_flags());
	return 0;
}

/* kernel/module/main.c, load_module(): in its loader's name.  Not where modules are not built in.
 */
SEC("tp_btf/module_load")
int BPF_PROG(tell_module, struct module *module)
{
	struct rw_act_event *event;
	struct rw_actor actor;
	long length;

	rw_count_seen(RW_ACT_MODULE);
	if (!rw_begin_act(&actor, RW_ACT_MODULE))
		return 0;
	if (!rw_may_tell(RW_HOOK_KERNEL, &actor))
		return 0;
	event = bpf_ringbuf_reserve(&lifecycle_ring, sizeof(*event) + RW_ACT_TEXT_SIZE, 0);
	if (!event)
		return rw_lose_act(RW_HOOK_KERNEL);
	rw_fill_act(event, RW_HOOK_KERNEL, RW_ACT_MODULE, &actor, 0);
	event->arguments[0] = BPF_CORE_READ(module, taints);
	length = bpf_core_read_str(event + 1, sizeof(module->name), &module->name);
	if (length > 0 && length <= (long)sizeof(module->name)) {
		event->text_length = length - 1;
		event->header.size = sizeof(*event) + length - 1;
	}
	bpf_ringbuf_submit(event, rw_wakeup_flags());
	return 0;
}
