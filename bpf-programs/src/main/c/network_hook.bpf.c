/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * connect and bind of sockets that the cgroup hooks do not see, and sends that no packet hook
 * sees: raw sockets, SCTP, UDP-Lite's connect, vsock, packets below IP.  In addition to those
 * hooks, never instead: what they see is left to them, so that nothing is charged twice.
 *
 * Which sockets those are, the kernel's own tables say.  connect runs a cgroup hook where the
 * protocol has a pre_connect (net/ipv4/af_inet.c, inet_dgram_connect()); bind does where the
 * protocol has no bind of its own (inet_bind_sk(), "RAW").  MPTCP and SMC have neither, and
 * connect and bind a TCP socket inside, which has.
 *
 * Sockets that end on this machine (unix, netlink and their like) are not what connect means.
 */
#include "ringward/endpoint.h"
#include "ringward/refusal.h"
#include <bpf/bpf_tracing.h>

#define AF_UNSPEC 0
#define IPPROTO_SMC 256
#define IPPROTO_MPTCP 262

/* include/linux/socket.h: AF_UNSPEC, UNIX, KEY, NETLINK, ALG; KCM and SMC go by TCP sockets. */
#define LOCAL_FAMILIES \
	(1ULL << 0 | 1ULL << 1 | 1ULL << 15 | 1ULL << 16 | 1ULL << 38 | 1ULL << 41 | 1ULL << 43)

/* include/uapi/linux/sctp.h */
#define SCTP_SOCKOPT_BINDX_ADD 100
#define SCTP_SOCKOPT_CONNECTX_OLD 107
#define SCTP_SOCKOPT_CONNECTX 110
#define SCTP_SENDMSG_CONNECT 126

/* Mirrored by SocketHooks.java. */
enum socket_call {
	CALL_CONNECT = 0,
	CALL_BIND = 1,
	CALL_SEND = 2,
	CALL_COUNT = 3,
};

/* How often a program had to do with a socket that is its own to judge. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, CALL_COUNT);
	__type(key, __u32);
	__type(value, __u64);
} socket_runs SEC(".maps");

/* include/uapi/linux/in.h, in6.h: struct sockaddr_in and the part of sockaddr_in6 that is needed */
struct internet_address {
	__u16 family;
	__u16 port;
	__u32 ip4; /* IPv6: the flow */
	__u32 ip6[4];
};

#define LENGTH4 8
#define LENGTH6 sizeof(struct internet_address)

static __always_inline void count_run(enum socket_call call)
{
	__u32 index = call;
	__u64 *runs = bpf_map_lookup_elem(&socket_runs, &index);

	if (runs)
		__sync_fetch_and_add(runs, 1);
}

static __always_inline bool leaves_the_machine(__u16 family)
{
	return family < 64 && !(1ULL << family & LOCAL_FAMILIES);
}

static __always_inline bool is_internet(__u16 family)
{
	return family == AF_INET || family == AF_INET6;
}

/* Whether a hook of the cgroup comes after this one. */
static __always_inline bool is_seen_by_cgroup(struct sock *sk, __u16 family, enum socket_call call)
{
	struct proto *prot;
	__u16 protocol;

	if (!is_internet(family))
		return false;
	prot = sk->__sk_common.skc_prot;
	if (call == CALL_CONNECT ? prot->pre_connect != 0 : prot->bind == 0)
		return true;
	protocol = sk->sk_protocol;
	return protocol == IPPROTO_MPTCP || protocol == IPPROTO_SMC;
}

/* The kernel's copy of what the caller gave. */
static __always_inline bool read_endpoint(struct rw_endpoint *endpoint, void *address, int length)
{
	struct internet_address given = {};

	if (length < LENGTH4 || bpf_probe_read_kernel(&given, LENGTH4, address))
		return false;
	endpoint->port = bpf_ntohs(given.port);
	if (given.family == AF_INET) {
		rw_write_endpoint4(endpoint, given.ip4);
		return true;
	}
	if (given.family != AF_INET6 || length < (int)LENGTH6 ||
	    bpf_probe_read_kernel(&given, LENGTH6, address))
		return false;
	rw_write_endpoint6(endpoint, given.ip6[0], given.ip6[1], given.ip6[2], given.ip6[3]);
	return true;
}

static __always_inline enum rw_hook hook_of(__u16 family, enum socket_call call)
{
	if (!is_internet(family))
		return RW_HOOK_SOCKET;
	if (call == CALL_CONNECT)
		return family == AF_INET ? RW_HOOK_CONNECT4 : RW_HOOK_CONNECT6;
	return family == AF_INET ? RW_HOOK_BIND4 : RW_HOOK_BIND6;
}

/* What the caller gets to see: 0, or a negative error. */
static __always_inline int judge_and_tell(struct sock *sk, void *address, int length,
					  enum socket_call call)
{
	__u16 family = BPF_CORE_READ(sk, __sk_common.skc_family);
	enum rw_event_kind kind = call == CALL_CONNECT ? RW_EVENT_CONNECT : RW_EVENT_BIND;
	enum rw_operation operation = call == CALL_CONNECT ? RW_OPERATION_CONNECT
							   : RW_OPERATION_BIND;
	struct rw_endpoint endpoint = {};
	struct rw_trial trial;
	bool readable;
	int error;

	count_run(call);
	rw_begin_trial(&trial, hook_of(family, call), operation);
	error = rw_answer(&trial);
	readable = is_internet(family) && read_endpoint(&endpoint, address, length);
	if (!readable)
		return error;
	endpoint.protocol = BPF_CORE_READ(sk, sk_protocol);
	endpoint.type = BPF_CORE_READ(sk, sk_type);
	if (!error && rw_inline_wants(operation) &&
	    rw_judge_endpoint(&endpoint, &trial) != RW_JUDGEMENT_ALLOW)
		error = -RW_EPERM;
	rw_tell_endpoint(&trial, kind,
			 error == -RW_EAGAIN ? RW_DECISION_THROTTLED
			 : error	     ? RW_DECISION_BLOCKED
					     : RW_DECISION_ALLOWED,
			 &endpoint);
	return error;
}

static __always_inline int on_address(struct socket *socket, struct sockaddr *address, int length,
				      enum socket_call call)
{
	struct sock *sk = socket->sk;
	__u16 family, wanted = AF_UNSPEC;

	if (!sk)
		return 0;
	family = sk->__sk_common.skc_family;
	if (!leaves_the_machine(family) || is_seen_by_cgroup(sk, family, call))
		return 0;
	/* To connect to AF_UNSPEC is to let go. */
	if (length < (int)sizeof(wanted) ||
	    bpf_probe_read_kernel(&wanted, sizeof(wanted), address) || wanted == AF_UNSPEC)
		return 0;
	return judge_and_tell(sk, address, length, call);
}

/*
 * net/sctp/socket.c: what reaches SCTP by a socket option, or by the first message to a peer.
 * Other options are asked about by the peer's packets, in nobody's name.
 */
static __always_inline int on_association(struct sock *sk, int option, struct sockaddr *address,
					  int length)
{
	switch (option) {
	case SCTP_SOCKOPT_BINDX_ADD:
		return judge_and_tell(sk, address, length, CALL_BIND);
	case SCTP_SOCKOPT_CONNECTX_OLD:
	case SCTP_SOCKOPT_CONNECTX:
	case SCTP_SENDMSG_CONNECT:
		return judge_and_tell(sk, address, length, CALL_CONNECT);
	default:
		return 0;
	}
}

/* Attached while a verdict covers sends.  Bytes are not counted here: only what blocks is obeyed.
 */
static __always_inline int on_send(struct socket *socket)
{
	struct sock *sk = socket->sk;
	struct rw_trial trial;
	__u16 family;

	if (!sk)
		return 0;
	family = sk->__sk_common.skc_family;
	if (!leaves_the_machine(family) || is_internet(family))
		return 0;
	count_run(CALL_SEND);
	rw_begin_trial(&trial, RW_HOOK_SEND, RW_OPERATION_SEND);
	trial.least = RW_ACTION_BLOCK;
	return rw_answer(&trial);
}

/* A hook of the security module, and the function around all modules. */
#define BOTH(hook, call, ...)                    \
	SEC("lsm/" #hook)                        \
	int BPF_PROG(lsm_##hook, __VA_ARGS__)    \
	{                                        \
		return decided ?: call;          \
	}                                        \
	SEC("fmod_ret/security_" #hook)          \
	int BPF_PROG(modify_##hook, __VA_ARGS__) \
	{                                        \
		return decided ?: call;          \
	}

BOTH(socket_connect, on_address(socket, address, length, CALL_CONNECT), struct socket *socket,
     struct sockaddr *address, int length, int decided)
BOTH(socket_bind, on_address(socket, address, length, CALL_BIND), struct socket *socket,
     struct sockaddr *address, int length, int decided)
BOTH(sctp_bind_connect, on_association(sk, option, address, length), struct sock *sk, int option,
     struct sockaddr *address, int length, int decided)
BOTH(socket_sendmsg, on_send(socket), struct socket *socket, void *message, int size, int decided)
