/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Memory that becomes executable and does not come from a file as it is on disk: what the sensor
 * tells and what the hooks refuse is the same.  A program and its libraries have no trait.
 */
#ifndef RINGWARD_EXECUTABLE_MEMORY_H
#define RINGWARD_EXECUTABLE_MEMORY_H

#include "executable.h"

#define PROT_WRITE 2
#define PROT_EXEC 4
#define MAP_ANONYMOUS 0x20

/* Of what mmap() is asked for; a mask of enum rw_memory.  The file may be NULL. */
static __always_inline __u64 rw_mapping_traits(struct file *file, __u64 protection, __u64 flags)
{
	__u64 traits = protection & PROT_WRITE ? RW_MEMORY_WRITTEN : 0;

	if (flags & MAP_ANONYMOUS)
		return traits | RW_MEMORY_ANONYMOUS;
	return rw_is_memfd(file) ? traits | RW_MEMORY_MEMFD : traits;
}

/* Of an area whose protection changes, beside what the new one says. */
static __always_inline __u64 rw_area_traits(struct vm_area_struct *area)
{
	struct file *file = BPF_CORE_READ(area, vm_file);

	__u64 traits = 0;

	if (!file)
		return RW_MEMORY_ANONYMOUS;
	if (rw_is_memfd(file))
		traits |= RW_MEMORY_MEMFD;
	/* A private mapping of a file has pages of its own once it was written. */
	if (BPF_CORE_READ(area, anon_vma))
		traits |= RW_MEMORY_WRITTEN;
	return traits;
}

#endif
