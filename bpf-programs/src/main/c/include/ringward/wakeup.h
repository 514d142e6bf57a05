/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * When to wake the reader.  By itself the kernel does so for each record that
 * finds the ring empty (kernel/bpf/ringbuf.c, bpf_ringbuf_commit()), so a reader
 * that keeps up is woken for every single one although it does not sleep: some
 * four microseconds each in a virtual machine, since the wakeup goes by an
 * interrupt to the own CPU.  So the reader tells when it is about to sleep, and
 * the first record after that wakes it.
 */
#ifndef RINGWARD_WAKEUP_H
#define RINGWARD_WAKEUP_H

#include "kernel_types.h"
#include <bpf/bpf_helpers.h>

/* 1 while the reader sleeps, or will unless it finds a record; written by both sides. */
extern volatile __u32 reader_sleeps;

/*
 * The flags to submit a record with that has been reserved before.  The order is
 * what makes it safe, as in Dekker's algorithm: we show the reservation, then look
 * at the reader's word; the reader shows its word, then looks for reservations,
 * with a full barrier between on both sides.  The first addition is that barrier
 * here: a failed compare-and-exchange need not be one on every architecture.
 */
static __always_inline __u64 rw_wakeup_flags(void)
{
	if (!__sync_fetch_and_add(&reader_sleeps, 0))
		return BPF_RB_NO_WAKEUP;
	return __sync_val_compare_and_swap(&reader_sleeps, 1, 0) == 1 ? BPF_RB_FORCE_WAKEUP
								      : BPF_RB_NO_WAKEUP;
}

#endif
