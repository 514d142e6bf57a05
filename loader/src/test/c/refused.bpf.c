// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A program that the verifier must refuse: it uses a map value without looking whether it is there.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, __u32);
	__type(value, __u64);
	__uint(max_entries, 4);
} table SEC(".maps");

SEC("syscall")
int careless(void *context)
{
	__u32 key = 1;
	__u64 *value = bpf_map_lookup_elem(&table, &key);

	return *value;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
