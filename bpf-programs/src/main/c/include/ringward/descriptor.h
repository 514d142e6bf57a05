/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* From a file descriptor of the current process to what is behind it; no lock is taken. */
#ifndef RINGWARD_DESCRIPTOR_H
#define RINGWARD_DESCRIPTOR_H

#include "kernel_types.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define S_IFMT 0170000
#define S_IFSOCK 0140000

#define AF_UNIX 1
#define AF_INET 2
#define AF_INET6 10

/* The open file, or NULL. */
static __always_inline struct file *rw_file_of(int descriptor)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct fdtable *table = BPF_CORE_READ(task, files, fdt);
	struct file *file = 0, **files;

	if (descriptor < 0 || (__u32)descriptor >= BPF_CORE_READ(table, max_fds))
		return 0;
	files = BPF_CORE_READ(table, fd);
	bpf_probe_read_kernel(&file, sizeof(file), &files[descriptor]);
	return file;
}

/* The socket behind a descriptor, or NULL. */
static __always_inline struct sock *rw_sock_of(int descriptor)
{
	struct file *file = rw_file_of(descriptor);
	struct socket *socket;

	if (!file || (BPF_CORE_READ(file, f_inode, i_mode) & S_IFMT) != S_IFSOCK)
		return 0;
	socket = BPF_CORE_READ(file, private_data);
	return BPF_CORE_READ(socket, sk);
}

/* The two words of an address: IPv4 as ::ffff:a.b.c.d. */
static __always_inline void rw_write_ipv4(__u64 words[2], __u32 address)
{
	words[0] = 0;
	words[1] = (__u64)address << 32 | bpf_htonl(0xffff);
}

static __always_inline __u64 rw_ports(__u16 remote, __u16 local, __u16 family, __u16 protocol)
{
	return remote | (__u64)local << 16 | (__u64)family << 32 | (__u64)protocol << 48;
}

/* Writes arguments 0 to 2 of an act about a socket: its peer's address, or its own. */
static __always_inline void rw_write_socket(__u64 *arguments, struct sock *sk, bool own)
{
	__u16 family = BPF_CORE_READ(sk, __sk_common.skc_family);

	arguments[0] = arguments[1] = 0;
	if (family == AF_INET && own)
		rw_write_ipv4(arguments, BPF_CORE_READ(sk, __sk_common.skc_rcv_saddr));
	else if (family == AF_INET)
		rw_write_ipv4(arguments, BPF_CORE_READ(sk, __sk_common.skc_daddr));
	else if (family == AF_INET6 && own)
		bpf_core_read(arguments, 16, &sk->__sk_common.skc_v6_rcv_saddr);
	else if (family == AF_INET6)
		bpf_core_read(arguments, 16, &sk->__sk_common.skc_v6_daddr);
	arguments[2] = 0;
	if (family == AF_INET || family == AF_INET6)
		arguments[2] = rw_ports(bpf_ntohs(BPF_CORE_READ(sk, __sk_common.skc_dport)),
					BPF_CORE_READ(sk, __sk_common.skc_num), 0,
					BPF_CORE_READ(sk, sk_protocol));
	arguments[2] |= (__u64)family << 32;
}

#endif
