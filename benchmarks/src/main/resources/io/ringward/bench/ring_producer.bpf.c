// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Fills a ring with records of 64 bytes, run on request by BPF_PROG_TEST_RUN. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct record {
	__u64 sequence;
	__u64 content[7];
};

struct request {
	__u64 first;
	__u64 count;
	__u64 failed; /* the answer */
};
_Static_assert(sizeof(struct record) == 64, "layout");
_Static_assert(sizeof(struct request) == 24, "layout");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 16 * 1024 * 1024);
} ring SEC(".maps");

struct progress {
	__u64 next;
	__u64 failed;
};

static long produce_one(__u32 index, struct progress *progress)
{
	struct record *record = bpf_ringbuf_reserve(&ring, sizeof(*record), 0);

	if (!record) {
		progress->failed++;
		return 1;
	}
	record->sequence = progress->next++;
	for (int i = 0; i < 7; i++)
		record->content[i] = index;
	bpf_ringbuf_submit(record, 0);
	return 0;
}

SEC("syscall")
int produce(struct request *request)
{
	struct progress progress = {.next = request->first};

	bpf_loop((__u32)request->count, produce_one, &progress, 0);
	request->failed = progress.failed;
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
