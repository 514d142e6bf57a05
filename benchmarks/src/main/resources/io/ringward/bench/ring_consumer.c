// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* libbpf's own consumer, for RingBenchmark: one callback a record, as its users write it. */
#include <bpf/libbpf.h>
#include <linux/types.h>
#include <time.h>

struct totals {
	__u64 sequences;
	__u64 bytes;
	__u64 nanoseconds;
};

static int on_sample(void *context, void *data, size_t size)
{
	struct totals *totals = context;

	totals->sequences += *(__u64 *)data;
	totals->bytes += size;
	return 0;
}

static __u64 now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000ULL + time.tv_nsec;
}

void *consumer_open(int map_fd, struct totals *totals)
{
	return ring_buffer__new(map_fd, on_sample, totals, NULL);
}

int consumer_drain(void *consumer, struct totals *totals)
{
	__u64 start = now();
	int count = ring_buffer__consume(consumer);

	totals->nanoseconds += now() - start;
	return count;
}

void consumer_close(void *consumer)
{
	ring_buffer__free(consumer);
}
