/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * listen, accept, and sockets that become standard input, output or error, which
 * is how a shell is given away.  Addresses are read from the socket, not from the
 * caller's memory.
 */
#include "ringward/act.h"
#include "ringward/descriptor.h"
#include <bpf/bpf_tracing.h>

#define F_DUPFD 0
#define F_DUPFD_CLOEXEC 1030

static __always_inline int tell_sock(enum rw_act act, int descriptor, bool own, __u64 number,
				     long result)
{
	struct sock *sk = rw_sock_of(descriptor);
	__u16 family = BPF_CORE_READ(sk, __sk_common.skc_family);
	struct rw_act_event *event;
	struct rw_actor actor;

	if (!sk || (family != AF_INET && family != AF_INET6)) {
		rw_count_filtered(act);
		return 0;
	}
	if (!rw_begin_act(&actor, act))
		return 0;
	if (!rw_may_tell(RW_HOOK_SOCKET, &actor))
		return 0;
	event = bpf_ringbuf_reserve(act == RW_ACT_ACCEPT ? (void *)&activity_ring
							 : (void *)&lifecycle_ring,
				    sizeof(*event), 0);
	if (!event)
		return rw_lose_act(RW_HOOK_SOCKET);
	rw_fill_act(event, RW_HOOK_SOCKET, act, &actor, result);
	rw_write_socket(event->arguments, sk, own);
	event->arguments[3] = number;
	bpf_ringbuf_submit(event, rw_wakeup_flags());
	return 0;
}

/* Exit of listen(descriptor, backlog). */
SEC("tp")
int tell_listen(struct rw_syscall_exit *context)
{
	rw_count_seen(RW_ACT_LISTEN);
	return tell_sock(RW_ACT_LISTEN, rw_syscall_argument(0), true, rw_syscall_argument(1),
			 context->result);
}

/* Exit of accept(…) and accept4(…). */
SEC("tp")
int tell_accept(struct rw_syscall_exit *context)
{
	rw_count_seen(RW_ACT_ACCEPT);
	if (context->result < 0) {
		rw_count_filtered(RW_ACT_ACCEPT);
		return 0;
	}
	return tell_sock(RW_ACT_ACCEPT, context->result, false, 0, context->result);
}

/* Exit of dup(old), dup2(old, new), dup3(old, new, flags). */
SEC("tp")
int tell_dup(struct rw_syscall_exit *context)
{
	rw_count_seen(RW_ACT_DUP);
	if (context->result < 0 || context->result > 2) {
		rw_count_filtered(RW_ACT_DUP);
		return 0;
	}
	return tell_sock(RW_ACT_DUP, context->result, false, rw_syscall_argument(0),
			 context->result);
}

/* Exit of fcntl(descriptor, command, argument). */
SEC("tp")
int tell_fcntl(struct rw_syscall_exit *context)
{
	__u64 command = rw_syscall_argument(1);

	rw_count_seen(RW_ACT_DUP);
	if ((command != F_DUPFD && command != F_DUPFD_CLOEXEC) || context->result < 0 ||
	    context->result > 2) {
		rw_count_filtered(RW_ACT_DUP);
		return 0;
	}
	return tell_sock(RW_ACT_DUP, context->result, false, rw_syscall_argument(0),
			 context->result);
}
