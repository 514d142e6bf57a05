/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Inline policy: what the rules in the kernel's tables say about an operation, before it happens.
 * wire.h has the tables.
 */
#ifndef RINGWARD_INLINE_H
#define RINGWARD_INLINE_H

#include "identity.h"
#include "verdict.h"

/*
 * The one word that switches tables: generation << 32 | mask of the operations that any row is
 * about; 0: there are none.  Read once for each event, which is judged by that generation alone.
 */
extern volatile __u64 inline_active;

/* Makes hashes of texts unforeseeable; drawn by the loader. */
extern const volatile __u64 hash_seed;
extern const volatile __u64 hash_multiplier; /* odd */

/* Whether any row is about an operation: what saves the hooks from collecting facts for nothing. */
static __always_inline bool rw_inline_wants(enum rw_operation operation)
{
	return inline_active & operation;
}

/*
 * Judges an operation that the verdicts let through; returns an enum rw_judgement.  Program and
 * files may be NULL: rows that look at them do not match then, and let the operation through.
 */
int rw_inline_judge(const struct rw_trial *trial, const struct rw_inline_facts *facts,
		    const struct rw_program *program, const struct rw_inline_files *files);

/*
 * The lowest bit that is set; there is one.  Counts the bits below it (Hacker's Delight, 5-1 and
 * 5-4), without branches, since the verifier would follow each combination of them.
 */
static __always_inline __u32 rw_lowest_bit(__u64 word)
{
	__u64 below = (word & -word) - 1;

	/* Else clang makes an instruction of it that the machine does not have. */
	asm volatile("" : "+r"(below));
	below -= below >> 1 & 0x5555555555555555ULL;
	below = (below & 0x3333333333333333ULL) + (below >> 2 & 0x3333333333333333ULL);
	below = (below + (below >> 4)) & 0x0f0f0f0f0f0f0f0fULL;
	return below * 0x0101010101010101ULL >> 56;
}

static __always_inline void rw_read_inline_facts(struct rw_inline_facts *facts,
						 const struct rw_actor *actor, __u32 operation)
{
	__builtin_memset(facts, 0, sizeof(*facts));
	facts->cgroup_id = rw_read_cgroup_id(actor->task);
	facts->uid = actor->uid;
	facts->operation = rw_lowest_bit(operation);
}

/* ---- hashes of texts ------------------------------------------------------- */

static __always_inline __u64 rw_hash_step(__u64 hash, __u8 byte)
{
	hash = (hash ^ byte) * hash_multiplier;
	return hash ^ (hash >> 32);
}

/* 0 is kept for what is not known. */
static __always_inline __u64 rw_hash_end(__u64 hash)
{
	return hash ?: 1;
}

/* Of a NUL-terminated name in a field of fixed size. */
static __always_inline __u64 rw_hash_name(const char name[RW_COMM_SIZE])
{
	__u64 hash = hash_seed;

	if (!name[0])
		return 0;
	for (int i = 0; i < RW_COMM_SIZE; i++) {
		if (!name[i])
			break;
		hash = rw_hash_step(hash, name[i]);
	}
	return rw_hash_end(hash);
}

struct rw_path_hashing {
	const char *text; /* RW_PATH_SIZE bytes of a map's value */
	struct rw_program *program;
	__u64 hash;
	__u32 start;
	__u32 folders;
};

static long rw_hash_path_step(__u32 index, struct rw_path_hashing *hashing)
{
	__u8 byte = hashing->text[(hashing->start + index) & (RW_PATH_SIZE - 1)];

	hashing->hash = rw_hash_step(hashing->hash, byte);
	if (byte == '/' && hashing->folders < RW_PROGRAM_FOLDERS) {
		hashing->program->folder[hashing->folders & (RW_PROGRAM_FOLDERS - 1)] =
			rw_hash_end(hashing->hash);
		hashing->folders++;
	}
	return 0;
}

/* Notes a path, of which text has length bytes from start on.  Needs bpf_loop, as naming does. */
static __always_inline void rw_hash_path(struct rw_program *program, const char *text, __u32 start,
					 __u32 length)
{
	struct rw_path_hashing hashing = {
		.text = text,
		.program = program,
		.hash = hash_seed,
		.start = start,
	};

	program->path = 0;
	program->folders = 0;
	if (!length || !bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_loop))
		return;
	bpf_loop(length, rw_hash_path_step, &hashing, 0);
	program->folders = hashing.folders;
	program->path = rw_hash_end(hashing.hash);
}

#endif
