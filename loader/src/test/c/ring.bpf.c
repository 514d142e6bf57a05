// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Producers of ring buffer records, run on request by BPF_PROG_TEST_RUN. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define SIZE_MIXED 5

/* What the tests check of each record: its number, its length, and its last byte. */
struct record_head {
	__u64 sequence;
	__u32 length;
	__u32 zero;
};

struct produce_request {
	__u64 first;
	__u32 count;
	__u32 discard_every;
	__u32 size_class;
	__u32 ring; /* 0: ring, 1: other */
	__u64 flags; /* of bpf_ringbuf_submit */
	/* answers */
	__u64 submitted;
	__u64 discarded;
	__u64 failed;
	__u64 bytes;
};
_Static_assert(sizeof(struct record_head) == 16, "layout");
_Static_assert(sizeof(struct produce_request) == 64, "layout");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} ring SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} other SEC(".maps");

static __always_inline void produce_sized(void *map, struct produce_request *request,
					  __u64 sequence, const __u32 length)
{
	struct record_head *head = bpf_ringbuf_reserve(map, length, 0);

	if (!head) {
		request->failed++;
		return;
	}
	head->sequence = sequence;
	head->length = length;
	head->zero = 0;
	*((__u8 *)head + length - 1) = (__u8)sequence ^ 0x5a;
	if (request->discard_every && sequence % request->discard_every == 0) {
		bpf_ringbuf_discard(head, request->flags);
		request->discarded++;
		return;
	}
	bpf_ringbuf_submit(head, request->flags);
	request->submitted++;
	request->bytes += length;
}

static __always_inline void produce_into(void *map, struct produce_request *request, __u64 sequence)
{
	__u32 size_class = request->size_class;

	if (size_class == SIZE_MIXED)
		size_class = (__u32)(sequence * 7 + sequence / 5) % 5;
	switch (size_class) {
	case 0:
		produce_sized(map, request, sequence, 17);
		break;
	case 1:
		produce_sized(map, request, sequence, 24);
		break;
	case 2:
		produce_sized(map, request, sequence, 64);
		break;
	case 3:
		produce_sized(map, request, sequence, 203);
		break;
	default:
		produce_sized(map, request, sequence, 1000);
		break;
	}
}

static long produce_one(__u32 index, struct produce_request *request)
{
	__u64 sequence = request->first + index;

	if (request->ring)
		produce_into(&other, request, sequence);
	else
		produce_into(&ring, request, sequence);
	return 0;
}

SEC("syscall")
int produce(struct produce_request *context)
{
	struct produce_request request = *context;

	/* Masked, since clang may pass the upper half of a wider load along, and the kernel's
	 * inlined bpf_loop compares all 64 bits.
	 */
	bpf_loop(request.count & 0xffffff, produce_one, &request, 0);
	*context = request;
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
