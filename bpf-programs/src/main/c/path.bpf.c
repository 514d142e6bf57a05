/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The walk up a path where the kernel has no bpf_loop, see path.h. */
#include "ringward/path.h"

const volatile bool use_loop_helper = true;

__noinline int rw_path_turn(struct rw_path_walk *walk)
{
	return walk ? rw_climb_path(walk) : 1;
}
