// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* One map of each type that the tests use, and global variables. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct pair {
	__u64 left;
	__u32 right;
	__u32 zero;
};
_Static_assert(sizeof(struct pair) == 16, "layout");

/* For the reader of struct layouts: padding, an anonymous union, a bit field, a nested struct. */
struct layout_sample {
	__u8 first;
	__u32 second;
	union {
		__u64 whole;
		__u32 half;
	};
	__u16 low_bits : 3;
	__u16 high_bits : 13;
	struct pair nested[2];
	char text[5];
};

#define MAP(NAME, TYPE, KEY, VALUE, ENTRIES, FLAGS) \
	struct {                                    \
		__uint(type, TYPE);                 \
		__type(key, KEY);                   \
		__type(value, VALUE);               \
		__uint(max_entries, ENTRIES);       \
		__uint(map_flags, FLAGS);           \
	} NAME SEC(".maps")

MAP(hash, BPF_MAP_TYPE_HASH, __u32, struct pair, 4096, 0);
MAP(small_hash, BPF_MAP_TYPE_HASH, __u32, __u64, 4, 0);
MAP(lru, BPF_MAP_TYPE_LRU_HASH, __u32, __u64, 1024, 0);
MAP(array, BPF_MAP_TYPE_ARRAY, __u32, __u64, 1000, 0);
MAP(mapped_array, BPF_MAP_TYPE_ARRAY, __u32, __u32, 1500, BPF_F_MMAPABLE);
MAP(cpu_hash, BPF_MAP_TYPE_PERCPU_HASH, __u32, __u32, 2048, 0);
MAP(cpu_array, BPF_MAP_TYPE_PERCPU_ARRAY, __u32, struct pair, 100, 0);
MAP(lru_cpu_hash, BPF_MAP_TYPE_LRU_PERCPU_HASH, __u32, __u64, 1024, 0);
/* No batch operations: for the way without. */
MAP(devices, BPF_MAP_TYPE_DEVMAP, __u32, __u32, 8, 0);
MAP(task_storage, BPF_MAP_TYPE_TASK_STORAGE, int, __u64, 0, BPF_F_NO_PREALLOC);
MAP(prefixes, BPF_MAP_TYPE_LPM_TRIE, __u64, __u32, 128, BPF_F_NO_PREALLOC);

const volatile __u32 answer = 41;
const volatile __u8 enabled = 0;
const volatile __s64 offset = 0;
const volatile char label[16] = "unset";
__u64 runs;
__u64 initial = 7;
struct layout_sample sample;

struct globals_seen {
	__u64 answer;
	__s64 offset;
	__u32 enabled;
	__u32 zero;
	__u64 initial;
	char label[16];
};

SEC("syscall")
int report(struct globals_seen *seen)
{
	seen->answer = answer;
	seen->offset = offset;
	seen->enabled = enabled;
	seen->zero = 0;
	seen->initial = initial;
	for (int i = 0; i < 16; i++)
		seen->label[i] = label[i];
	__sync_fetch_and_add(&runs, 1);
	return 5;
}

struct count_request {
	__u32 key;
	__u32 amount;
};

/* Adds to this CPU's values, and to element key of the mapped array. */
SEC("syscall")
int count(struct count_request *request)
{
	__u32 key = request->key;
	__u32 *counter = bpf_map_lookup_elem(&mapped_array, &key);
	struct pair *pair = bpf_map_lookup_elem(&cpu_array, &key);

	if (counter)
		__sync_fetch_and_add(counter, request->amount);
	if (pair)
		pair->left += request->amount;
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
