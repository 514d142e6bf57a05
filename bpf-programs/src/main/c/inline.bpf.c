/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The classifier over the tables of the inline policy, and what follows from it.  Whatever is
 * missing lets the operation through: no tables, a table that is being filled, a program of which
 * nothing is known, an agent that is gone (but for rows that persist).
 */
#include "ringward/inline.h"
#include "ringward/counters.h"
#include "ringward/hit.h"
#include "ringward/protection.h"
#include "ringward/wakeup.h"

#define GROUP_DEPTH 64
#define BITS_OF_ADDRESS 128
#define BITS_OF_PORT 16

/* Acts on processes of this cgroup and below alone; 0: on all.  Set by the loader. */
const volatile __u64 inline_root_cgroup = 0;

/*
 * Adds what an atom's entry says, when there is one.  A global function, like all that is called
 * more than once here: the verifier checks each once for a program.  Takes the parts of the atom,
 * so that it is on the stack once: 6.1 takes map keys from the stack alone.
 */
__noinline int rw_inline_collect(struct rw_inline_entry *into, __u32 generation, __u32 place,
				 __u64 high, __u64 low)
{
	struct rw_inline_atom atom = {
		.generation = generation,
		.dimension = place >> 8,
		.bits = place & 0xff,
		.high = high,
		.low = low,
	};
	const struct rw_inline_entry *found;

	if (!into)
		return 0;
	found = bpf_map_lookup_elem(&inline_entry, &atom);
	if (!found)
		return 0;
	for (int i = 0; i < RW_INLINE_WORDS; i++) {
		into->hit.word[i] |= found->hit.word[i];
		into->miss.word[i] |= found->miss.word[i];
	}
	return 1;
}

/* Which atoms are meant: those of a dimension, for the upper bits of a value. */
static __always_inline __u32 place_of(__u32 dimension, __u32 bits)
{
	return dimension << 8 | bits;
}

/* Leaves those rows that a dimension lets match. */
static __always_inline void narrow(struct rw_inline_mask *rows, const struct rw_inline_table *table,
				   enum rw_inline_dimension dimension,
				   const struct rw_inline_entry *found)
{
	for (int i = 0; i < RW_INLINE_WORDS; i++)
		rows->word[i] &= (table->otherwise[dimension].word[i] | found->hit.word[i]) &
				 ~found->miss.word[i];
}

/* Leaves those rows that do not look at a dimension whose value is not known. */
static __always_inline void skip(struct rw_inline_mask *rows, const struct rw_inline_table *table,
				 enum rw_inline_dimension dimension)
{
	for (int i = 0; i < RW_INLINE_WORDS; i++)
		rows->word[i] &= table->open[dimension].word[i];
}

/* Narrows the rows by a dimension of which each value has one atom. */
__noinline int rw_inline_value(struct rw_inline_mask *rows, const struct rw_inline_table *table,
			       __u32 dimension, __u64 value)
{
	struct rw_inline_entry found = {};

	if (!rows || !table || dimension >= RW_INLINE_DIMENSION_COUNT)
		return 0;
	rw_inline_collect(&found, table->generation, place_of(dimension, 0), 0, value);
	narrow(rows, table, dimension, &found);
	return 0;
}

/* The upper bits of 128, in two halves. */
static __always_inline __u64 upper_half(__u64 high, __u32 bits)
{
	if (bits >= 64)
		return high;
	return bits ? high & ~0ULL << (64 - bits) : 0;
}

static __always_inline __u64 lower_half(__u64 low, __u32 bits)
{
	if (bits >= BITS_OF_ADDRESS)
		return low;
	return bits > 64 ? low & ~0ULL << (BITS_OF_ADDRESS - bits) : 0;
}

__noinline int rw_inline_address(struct rw_inline_mask *rows, const struct rw_inline_table *table,
				 const struct rw_inline_facts *facts)
{
	struct rw_inline_entry found = {};

	if (!rows || !table || !facts)
		return 0;
	for (int i = 0; i < RW_INLINE_LENGTHS; i++) {
		__u32 bits = table->address_bits[i];

		if (i >= table->address_lengths)
			break;
		rw_inline_collect(&found, table->generation, place_of(RW_INLINE_ADDRESS, bits),
				  upper_half(facts->address_high, bits),
				  lower_half(facts->address_low, bits));
	}
	narrow(rows, table, RW_INLINE_ADDRESS, &found);
	return 0;
}

__noinline int rw_inline_port(struct rw_inline_mask *rows, const struct rw_inline_table *table,
			      const struct rw_inline_facts *facts)
{
	struct rw_inline_entry found = {};

	if (!rows || !table || !facts)
		return 0;
	for (int i = 0; i < RW_INLINE_LENGTHS; i++) {
		__u32 bits = table->port_bits[i];

		if (i >= table->port_lengths || bits > BITS_OF_PORT)
			break;
		rw_inline_collect(&found, table->generation, place_of(RW_INLINE_PORT, bits), 0,
				  facts->port & (0xffffU << (BITS_OF_PORT - bits)));
	}
	narrow(rows, table, RW_INLINE_PORT, &found);
	return 0;
}

/* Narrows the rows by the path of a file: the whole, and each of its folders. */
__noinline int rw_inline_path(struct rw_inline_mask *rows, const struct rw_inline_table *table,
			      const struct rw_program *program, __u32 dimension)
{
	struct rw_inline_entry found = {};
	__u32 folder = place_of(dimension, 1);

	if (!rows || !table || dimension >= RW_INLINE_DIMENSION_COUNT)
		return 0;
	if (!program || !program->path) {
		skip(rows, table, dimension);
		return 0;
	}
	rw_inline_collect(&found, table->generation, place_of(dimension, 0), 0, program->path);
	for (__u32 i = 0; i < RW_PROGRAM_FOLDERS; i++) {
		if (i >= program->folders)
			break;
		rw_inline_collect(&found, table->generation, folder, 0, program->folder[i]);
	}
	narrow(rows, table, dimension, &found);
	return 0;
}

static __always_inline void narrow_by_program(struct rw_inline_mask *rows,
					      const struct rw_inline_table *table,
					      __u32 constrained, const struct rw_program *program)
{
	if (!program) {
		for (int i = 0; i < RW_INLINE_WORDS; i++)
			rows->word[i] &= table->open[RW_INLINE_INODE].word[i] &
					 table->open[RW_INLINE_FLAGS].word[i] &
					 table->open[RW_INLINE_NAME].word[i] &
					 table->open[RW_INLINE_PATH].word[i];
		return;
	}
	if (constrained & 1 << RW_INLINE_INODE)
		rw_inline_value(rows, table, RW_INLINE_INODE, program->inode);
	if (constrained & 1 << RW_INLINE_FLAGS)
		rw_inline_value(rows, table, RW_INLINE_FLAGS,
				program->flags & RW_INLINE_PROGRAM_FLAGS);
	if (constrained & 1 << RW_INLINE_NAME) {
		if (program->name)
			rw_inline_value(rows, table, RW_INLINE_NAME, program->name);
		else
			skip(rows, table, RW_INLINE_NAME);
	}
	if (constrained & 1 << RW_INLINE_PATH)
		rw_inline_path(rows, table, program, RW_INLINE_PATH);
}

/*
 * Which rows match.  A global function, like its parts: the verifier checks each by itself.  All
 * that it reads belongs to one generation, which stays as it is while any program may read it.
 */
__noinline int rw_inline_match(struct rw_inline_mask *rows, const struct rw_inline_facts *facts,
			       const struct rw_program *program,
			       const struct rw_inline_files *files, __u32 generation)
{
	const struct rw_inline_table *table;
	__u32 index = generation & 1, operation, constrained;

	if (!rows || !facts)
		return 0;
	table = bpf_map_lookup_elem(&inline_table, &index);
	if (!table || table->generation != generation)
		return 0;
	operation = facts->operation & (RW_INLINE_OPERATIONS - 1);
	constrained = table->constrained[operation];
	*rows = table->covers[operation];
	if (constrained & 1 << RW_INLINE_CGROUP)
		rw_inline_value(rows, table, RW_INLINE_CGROUP, facts->cgroup_id);
	if (constrained & 1 << RW_INLINE_USER)
		rw_inline_value(rows, table, RW_INLINE_USER, facts->uid);
	if (constrained & 1 << RW_INLINE_PROTOCOL)
		rw_inline_value(rows, table, RW_INLINE_PROTOCOL, facts->protocol);
	if (constrained & 1 << RW_INLINE_PORT)
		rw_inline_port(rows, table, facts);
	if (constrained & 1 << RW_INLINE_ADDRESS)
		rw_inline_address(rows, table, facts);
	narrow_by_program(rows, table, constrained, program);
	if (constrained & 1 << RW_INLINE_INTENT)
		rw_inline_value(rows, table, RW_INLINE_INTENT, facts->intent);
	if (constrained & 1 << RW_INLINE_OBJECT)
		rw_inline_path(rows, table, files ? &files->object : 0, RW_INLINE_OBJECT);
	if (constrained & 1 << RW_INLINE_TARGET)
		rw_inline_path(rows, table, files ? &files->target : 0, RW_INLINE_TARGET);
	return 1;
}

/* ---- from the rows to the judgement --------------------------------------------- */

/* The first of the rows that is not in another set, or RW_INLINE_ROWS. */
static __always_inline __u32 first_row(const struct rw_inline_mask *rows,
				       const struct rw_inline_mask *without)
{
	for (int i = 0; i < RW_INLINE_WORDS; i++) {
		__u64 word = rows->word[i] & ~(without ? without->word[i] : 0);

		if (word)
			return i * 64 + rw_lowest_bit(word);
	}
	return RW_INLINE_ROWS;
}

/* The hooks of control groups see their own part of the hierarchy alone; the others see all. */
static __always_inline bool is_in_reach(struct task_struct *task)
{
	struct cgroup_subsys_state *state = &BPF_CORE_READ(task, cgroups, dfl_cgrp)->self;

	if (!inline_root_cgroup)
		return true;
	for (int level = 0; level < GROUP_DEPTH && state; level++) {
		if (BPF_CORE_READ(state, cgroup, kn, id) == inline_root_cgroup)
			return true;
		state = BPF_CORE_READ(state, parent);
	}
	return false;
}

/*
 * Counts; tells user space about the first hit at once, and then once a second.  Not inlined: what
 * it needs of the stack is not needed together with what the classifier needs.
 */
static __noinline void report(struct rw_inline_row *row, bool shadow, const struct rw_trial *trial)
{
	struct rw_actor actor = trial->actor; /* 6.1 takes map keys from the stack */
	__u64 hits = __sync_fetch_and_add(&row->hits, 1) + 1;
	struct rw_enforcement_event *event = rw_begin_report(&row->last_report_nanos, trial->now,
							     row->rule_id, hits, RW_ACTION_BLOCK);

	if (!event)
		return;
	rw_fill_header(&event->header, RW_EVENT_ENFORCEMENT, RW_HOOK_ENFORCEMENT, sizeof(*event),
		       &actor);
	event->operation = trial->operation;
	event->error = trial->refuse_error;
	event->shadow = shadow;
	event->hook = trial->hook;
	bpf_ringbuf_submit(event, rw_wakeup_flags());
}

static __always_inline struct rw_inline_row *row_of(__u32 generation, __u32 row)
{
	__u32 index = (generation & 1) * RW_INLINE_ROWS + row;

	return bpf_map_lookup_elem(&inline_row, &index);
}

__noinline int rw_inline_judge(const struct rw_trial *asked, const struct rw_inline_facts *facts,
			       const struct rw_program *program,
			       const struct rw_inline_files *files)
{
	struct rw_inline_mask matched = {};
	const struct rw_inline_table *table;
	const struct rw_control *controls;
	__u64 active = inline_active;
	__u32 generation = active >> 32, index = generation & 1, first = 0, row;
	struct rw_inline_row *found;
	struct rw_process_key key;
	__s64 silence;
	bool alive, shadow;

	if (!asked || !facts || !(active & asked->operation))
		return RW_JUDGEMENT_ALLOW;
	key = asked->actor.key; /* 6.1 takes map keys from the stack */
	controls = bpf_map_lookup_elem(&control, &first);
	table = bpf_map_lookup_elem(&inline_table, &index);
	if (!controls || !controls->heartbeat_nanos || !table)
		return RW_JUDGEMENT_ALLOW;
	/* Signed: user space may read its clock a little ahead of ours. */
	silence = (__s64)(asked->now - controls->heartbeat_nanos);
	alive = silence <= (__s64)RW_HEARTBEAT_LIMIT_NANOS;
	if (!rw_inline_match(&matched, facts, program, files, generation))
		return RW_JUDGEMENT_ALLOW;
	if (!alive)
		for (int i = 0; i < RW_INLINE_WORDS; i++)
			matched.word[i] &= table->persist.word[i];
	row = first_row(&matched, &table->shadow);
	shadow = row == RW_INLINE_ROWS;
	if (shadow)
		row = first_row(&matched, 0);
	if (row == RW_INLINE_ROWS)
		return RW_JUDGEMENT_ALLOW;
	if (rw_is_protected(&key, asked->actor.flags, asked->actor.uid) ||
	    !is_in_reach(asked->actor.task))
		return RW_JUDGEMENT_ALLOW;
	found = row_of(generation, row);
	if (!found || (!alive && silence > (__s64)found->persist_nanos))
		return RW_JUDGEMENT_ALLOW;
	shadow = shadow || !controls->enforce;
	report(found, shadow, asked);
	return shadow ? RW_JUDGEMENT_ALLOW : RW_JUDGEMENT_REFUSE;
}

/* ---- for user space ---------------------------------------------------------- */

/* Asks the tables in force: the same classifier as in the hooks (BPF_PROG_TEST_RUN). */
SEC("syscall")
int match_inline(void *context)
{
	__u32 zero = 0, generation = inline_active >> 32;
	struct rw_inline_question *question = bpf_map_lookup_elem(&inline_question, &zero);

	if (!question)
		return 0;
	__builtin_memset(&question->matched, 0, sizeof(question->matched));
	rw_inline_match(&question->matched, &question->facts, &question->program, &question->files,
			generation);
	question->generation = generation;
	return 1;
}
