/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Histograms by powers of two: bucket b counts [2^b, 2^(b+1)) nanoseconds, the last all longer. */
#ifndef RINGWARD_HISTOGRAM_H
#define RINGWARD_HISTOGRAM_H

#include "wire.h"

#define RW_BUCKETS 32
_Static_assert(RW_BUCKETS == RW_WAIT_BUCKETS && RW_BUCKETS == RW_BLOCK_BUCKETS, "one form");

/* The place of the highest bit that is set. */
static __always_inline __u32 rw_bucket(__u64 nanos)
{
	__u32 bucket = 0;

	if (nanos >> 32)
		return RW_BUCKETS - 1;
#pragma unroll
	for (int step = 16; step > 0; step >>= 1)
		if (nanos >> step) {
			bucket += step;
			nanos >>= step;
		}
	return bucket & (RW_BUCKETS - 1);
}

#endif
