/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Which file is which: stat(2) tells another device, and sometimes another inode,
 * than the hooks read on overlay file systems.  User space opens the files that it
 * means and asks here how the hooks will see them.
 */
#include "ringward/executable.h"
#include <bpf/bpf_tracing.h>

/* The process that asks, set by the loader; its threads share the files. */
const volatile __u32 own_tgid = 0;

SEC("iter/task_file")
int identify_files(struct bpf_iter__task_file *context)
{
	struct task_struct *task = context->task;
	struct file *file = context->file;
	struct rw_file_record record = {.fd = context->fd};

	if (!task || !file || (__u32)BPF_CORE_READ(task, pid) != own_tgid)
		return 0;
	rw_read_file_identity(&record.file, file);
	bpf_seq_write(context->meta->seq, &record, sizeof(record));
	return 0;
}
