/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The contract between the kernel programs and user space: every struct that
 * crosses a ring or lives in a map that user space touches.  The Java mirror is
 * io.ringward.kernel (a test compares both through BTF).  All fields are in the
 * byte order of the host; padding is explicit and zero.
 */
#ifndef RINGWARD_WIRE_H
#define RINGWARD_WIRE_H

/* A process, for as long as the machine is up: survives exec, never reused. */
struct rw_process_key {
	__u64 start_boottime_nanos; /* of the thread group leader */
	__u32 tgid; /* in the initial pid namespace */
	__u32 zero;
};
_Static_assert(sizeof(struct rw_process_key) == 16, "wire");

/* ---- hooks and drop causes (indices into the counters map) --------------- */

enum rw_hook {
	RW_HOOK_EXEC = 0,
	RW_HOOK_FORK = 1,
	RW_HOOK_EXIT = 2,
	RW_HOOK_CONNECT4 = 3,
	RW_HOOK_CONNECT6 = 4,
	RW_HOOK_BIND4 = 5,
	RW_HOOK_BIND6 = 6,
	RW_HOOK_ENFORCEMENT = 7, /* the audit events of enforcement itself */
	RW_HOOK_SCHEDULE = 8, /* aggregated in maps, sends nothing */
	RW_HOOK_IDENTITY = 9, /* setuid, setgid, capset */
	RW_HOOK_INTRUSION = 10, /* ptrace, process_vm_writev, pidfd_getfd, signals */
	RW_HOOK_NAMESPACE = 11, /* setns, unshare */
	RW_HOOK_KERNEL = 12, /* modules, bpf, perf, io_uring, userfaultfd, keyctl */
	RW_HOOK_MEMORY = 13, /* mmap and mprotect to executable, memfd_create */
	RW_HOOK_SOCKET = 14, /* socket, listen, accept, dup onto stdio */
	RW_HOOK_DATAGRAM = 15, /* sends to a peer without connect, DNS questions */
	RW_HOOK_FLOW = 16, /* summaries of TCP connections at their end */
	RW_HOOK_SYSCALLS = 17, /* batches of watched threads */
	RW_HOOK_FILE_OPEN = 18,
	RW_HOOK_FILE_NAME = 19, /* unlink, rename, link, symlink */
	RW_HOOK_FILE_ATTRIBUTE = 20, /* chmod, chown, setxattr */
	RW_HOOK_MOUNT = 21, /* mount, umount, pivot_root */
	RW_HOOK_PERFORMANCE = 22, /* aggregated in maps, sends nothing */
	RW_HOOK_SEND = 23, /* packets that leave; only what verdicts did to them, sends nothing */
	RW_HOOK_COUNT = 24,
};

enum rw_drop_cause {
	RW_DROP_RING_FULL = 0, /* bpf_ringbuf_reserve/output failed */
	RW_DROP_QUOTA = 1, /* this process used up its events for this second */
	RW_DROP_READ_FAULT = 2, /* the facts could not be read */
	RW_DROP_CAUSE_COUNT = 3,
};

enum rw_map_failure {
	RW_MAP_FAILURE_INHERIT = 0, /* process_verdict full at fork: child escapes */
	RW_MAP_FAILURE_LINEAGE = 1,
	RW_MAP_FAILURE_ACCOUNT = 2, /* CPU accounting entry could not be made */
	RW_MAP_FAILURE_QUOTA = 3,
	RW_MAP_FAILURE_WATCH = 4, /* a thread of a watched tree could not be followed */
	RW_MAP_FAILURE_PROGRAM = 5, /* a program could not be noted: inline rules let it be */
	RW_MAP_FAILURE_PERFORMANCE = 6, /* something that happened is not accounted */
	RW_MAP_FAILURE_COUNT = 7,
};

/* Value of the per-CPU array "hook_counters", index enum rw_hook. */
struct rw_hook_counters {
	__u64 produced; /* events that the hook wanted to send, each once */
	__u64 dropped[RW_DROP_CAUSE_COUNT];
	__u64 map_failures[RW_MAP_FAILURE_COUNT];
};
_Static_assert(sizeof(struct rw_hook_counters) == 88, "wire");

/* ---- events --------------------------------------------------------------- */

enum rw_event_kind {
	RW_EVENT_EXEC = 1,
	RW_EVENT_FORK = 2,
	RW_EVENT_EXIT = 3,
	RW_EVENT_CONNECT = 4,
	RW_EVENT_BIND = 5,
	RW_EVENT_ENFORCEMENT = 6,
	RW_EVENT_ACT = 7,
	RW_EVENT_SYSCALLS = 8,
	RW_EVENT_FILE = 9,
};

struct rw_event_header {
	__u16 kind; /* enum rw_event_kind */
	__u16 hook; /* enum rw_hook: who produced it, for the balance of losses */
	__u32 size; /* of the whole event in bytes */
	__u64 kernel_time_nanos; /* CLOCK_BOOTTIME */
	struct rw_process_key process; /* who acts; for fork: the parent */
	struct rw_process_key parent; /* who forked it, also when it is an orphan now */
	__u32 tid;
	__u32 uid; /* effective, in the initial user namespace, at the event */
	__u64 cgroup_id; /* in the default (version 2) hierarchy */
};
_Static_assert(sizeof(struct rw_event_header) == 64, "wire");

#define RW_COMM_SIZE 16
#define RW_PATH_SIZE 256 /* longest path carried, with its NUL */
#define RW_ARGUMENTS_SIZE 512 /* argv bytes carried, with the NULs between */

enum rw_exec_flag {
	RW_EXEC_MEMFD = 1 << 0, /* the file never had a name on any mount (memfd_create) */
	RW_EXEC_UPPER_LAYER = 1 << 1, /* overlay: changed or added in the container */
	RW_EXEC_ARGUMENTS_TRUNCATED = 1 << 2, /* longer than carried, or unreadable */
	RW_EXEC_PATH_TRUNCATED = 1 << 3,
	RW_EXEC_UNLINKED = 1 << 4, /* no name is left (nlink 0; O_TMPFILE, memfd too) */
	RW_EXEC_SETID = 1 << 5, /* effective uid or gid differs from the real one */
	RW_EXEC_INTERPRETER = 1 << 6, /* a script: the file is its interpreter */
	RW_EXEC_PATH_GIVEN = 1 << 7, /* the path is as the caller wrote it, not as mounts have it */
	RW_EXEC_CAPABILITIES = 1 << 8, /* not root, and has capabilities: the file gave them */
	RW_EXEC_REFUSED = 1 << 9, /* by an inline rule, before it happened: the process runs on as
				     what it was; its arguments are not known */
};

/*
 * Followed by path_length bytes of path, then arguments_length bytes of argv, then
 * directory_length bytes of the working directory's path.
 */
struct rw_exec_event {
	struct rw_event_header header;
	__u64 inode; /* of the file that runs, as the hook reads it */
	__u32 device; /* the kernel's dev_t: major << 20 | minor */
	__u32 flags; /* enum rw_exec_flag */
	__u32 gid;
	__u32 argument_count;
	__u16 path_length; /* bytes, no NUL counted */
	__u16 arguments_length; /* bytes, each argument ends with a NUL but the last */
	__u16 directory_length; /* bytes, no NUL counted; 0: not known */
	__u16 zero;
	char comm[RW_COMM_SIZE];
};
_Static_assert(sizeof(struct rw_exec_event) == 112, "wire");

struct rw_fork_event {
	struct rw_event_header header;
	struct rw_process_key child;
	char comm[RW_COMM_SIZE]; /* of the parent */
};
_Static_assert(sizeof(struct rw_fork_event) == 96, "wire");

/* Sent when the last thread of a process is gone. */
struct rw_exit_event {
	struct rw_event_header header;
	__u32 exit_code; /* as wait(2) reports it: status << 8 | signal */
	__u32 zero;
	__u64 lifetime_nanos;
	__u64 cpu_nanos; /* of all its threads together */
	__u64 read_bytes; /* from storage; all ones: not known here */
	__u64 written_bytes; /* to storage, and likewise */
	char comm[RW_COMM_SIZE];
};
_Static_assert(sizeof(struct rw_exit_event) == 120, "wire");

enum rw_decision {
	RW_DECISION_ALLOWED = 0,
	RW_DECISION_THROTTLED = 1, /* -EAGAIN (-EPERM before Linux 5.18) */
	RW_DECISION_BLOCKED = 2, /* -EPERM */
};

/* connect and bind.  ::ffff:a.b.c.d is carried as IPv4 with MAPPED set. */
enum rw_socket_flag {
	RW_SOCKET_MAPPED = 1 << 0,
};

struct rw_socket_event {
	struct rw_event_header header;
	__u16 family; /* AF_INET or AF_INET6 */
	__u16 port; /* host byte order */
	__u8 protocol; /* IPPROTO_* */
	__u8 type; /* SOCK_* */
	__u8 decision; /* enum rw_decision */
	__u8 flags; /* enum rw_socket_flag */
	__u8 address[16]; /* network byte order; IPv4 in the first four */
	char comm[RW_COMM_SIZE];
};
_Static_assert(sizeof(struct rw_socket_event) == 104, "wire");

/* An enforcement happened: the first hit at once, then at most one a second. */
struct rw_enforcement_event {
	struct rw_event_header header;
	__u64 verdict_id;
	__u64 hits; /* of this verdict so far, exact */
	__u32 action; /* enum rw_action */
	__u32 operation; /* enum rw_operation, one bit */
	__u16 error; /* the errno that the caller sees; 0 for a signal */
	__u16 shadow; /* 1: would have been enforced, was let through */
	__u32 hook; /* enum rw_hook where it was enforced */
};
_Static_assert(sizeof(struct rw_enforcement_event) == 96, "wire");

/*
 * What else a process does that says something of it: one event for all of these,
 * with a few numbers whose meaning hangs on the act, and sometimes a text.
 * "uids": in the initial user namespace.  "socket": arguments 0 and 1 are an
 * address in network byte order (IPv4 as ::ffff:a.b.c.d), 2 is the remote port |
 * local port << 16 | family << 32 | protocol << 48 (ports in host order).
 */
enum rw_act {
	RW_ACT_SETUID = 0, /* uids real, effective, saved before, then after */
	RW_ACT_SETGID = 1, /* gids likewise */
	RW_ACT_CAPSET = 2, /* capabilities effective, permitted, inheritable before, then after */
	RW_ACT_PTRACE = 3, /* target; request, uid of the target, address, data */
	RW_ACT_PROCESS_VM_WRITEV = 4, /* target; bytes written, uid of the target */
	RW_ACT_PIDFD_GETFD = 5, /* target; its file descriptor, uid of the target */
	RW_ACT_SIGNAL = 6, /* target; signal, uid of the target, si_code */
	RW_ACT_SETNS = 7, /* CLONE_NEW* asked for (0: any), file descriptor */
	RW_ACT_UNSHARE = 8, /* CLONE_* asked for */
	RW_ACT_USERFAULTFD = 9, /* flags */
	RW_ACT_KEYCTL = 10, /* command, its first three arguments */
	RW_ACT_MODULE = 11, /* text: name; taints */
	RW_ACT_BPF = 12, /* command, type of the program or map (or ~0) */
	RW_ACT_PERF_EVENT_OPEN = 13, /* type, config, pid, cpu */
	RW_ACT_IO_URING_SETUP = 14, /* entries, flags */
	RW_ACT_MMAP = 15, /* address, length, protection, flags, enum rw_memory */
	RW_ACT_MPROTECT = 16, /* address, length, protection, 0, enum rw_memory */
	RW_ACT_MEMFD_CREATE = 17, /* text: name; flags */
	RW_ACT_SOCKET = 18, /* family, type, protocol */
	RW_ACT_LISTEN = 19, /* socket: the local address; backlog */
	RW_ACT_ACCEPT = 20, /* socket: the peer */
	RW_ACT_SEND = 21, /* socket: the peer of a datagram, first of a while */
	RW_ACT_DUP = 22, /* socket: the peer (or nothing); descriptor copied */
	RW_ACT_FLOW = 23, /* socket: the peer; bytes sent, bytes received, packets sent | received
			     << 32, nanoseconds, segments retransmitted | 1 << 63 if accepted */
	RW_ACT_DNS = 24, /* socket: the server; text: the message as it is */
	RW_ACT_COUNT = 25,
};

/* What is mapped or made executable. */
enum rw_memory {
	RW_MEMORY_ANONYMOUS = 1 << 0, /* no file stands behind it */
	RW_MEMORY_WRITTEN = 1 << 1, /* it is writable too, or has been written */
	RW_MEMORY_MEMFD = 1 << 2, /* its file never had a name */
	RW_MEMORY_STACK = 1 << 3, /* it is the stack */
	RW_MEMORY_HEAP = 1 << 4, /* it is the heap */
};

#define RW_ACT_ARGUMENTS 8
#define RW_ACT_TEXT_SIZE 512

/* Followed by text_length bytes. */
struct rw_act_event {
	struct rw_event_header header;
	__u16 act; /* enum rw_act */
	__u16 text_length;
	__s32 result; /* what the system call returned; -errno; 0 where there is none */
	struct rw_process_key target; /* zero where there is none, or it is not known */
	__u64 arguments[RW_ACT_ARGUMENTS];
	char comm[RW_COMM_SIZE];
};
_Static_assert(sizeof(struct rw_act_event) == 168, "wire");

/* Value of the per-CPU array "act_runs", index enum rw_act. */
struct rw_act_runs {
	__u64 seen;
	__u64 filtered; /* of these: nothing that anybody wants to know */
};
_Static_assert(sizeof(struct rw_act_runs) == 16, "wire");

/* A system call that has returned to a watched thread. */
struct rw_syscall {
	__u16 number; /* of the kernel's table; RW_SYSCALL_* for what is not one */
	__u16 error; /* errno; 0: it succeeded */
};
_Static_assert(sizeof(struct rw_syscall) == 4, "wire");

#define RW_SYSCALL_COMPAT 0x8000 /* bit of a number: of the table of 32-bit programs */
#define RW_SYSCALL_UNKNOWN 0x7fff /* has no number any more: return from a signal handler */
#define RW_SYSCALLS_SIZE 64 /* most calls of one batch */

/*
 * What a watched thread has called, in its order: followed by count times struct
 * rw_syscall.  The header's time is that of sending.  Batches of a thread come
 * in order; where first_sequence is not the one before plus its count, calls
 * between them were lost.
 */
struct rw_syscalls_event {
	struct rw_event_header header;
	__u64 verdict_id; /* which watch */
	__u64 first_sequence; /* of the first call: how many this thread made before, watched */
	__u64 first_nanos; /* CLOCK_BOOTTIME, when the first call returned */
	__u16 count;
	__u16 errors; /* how many of them failed */
	__u32 zero;
	char comm[RW_COMM_SIZE];
};
_Static_assert(sizeof(struct rw_syscalls_event) == 112, "wire");
/*
 * What happens to files: one event for all of these.  Where a hook of the kernel
 * tells it, the path is that of the file, whatever way the caller took; it is told
 * before it happens, unless the decision says that it will not.  Where only system
 * calls can be seen, it is told after it has happened, and of what is not an open
 * file any more the path is as the caller wrote it (RW_FILE_FLAG_PATH_GIVEN).
 */
enum rw_file_operation {
	RW_FILE_OPERATION_OPEN = 0,
	RW_FILE_OPERATION_UNLINK = 1, /* a directory too */
	RW_FILE_OPERATION_RENAME = 2, /* target: the new path */
	RW_FILE_OPERATION_LINK = 3, /* path: the file; target: the new name */
	RW_FILE_OPERATION_SYMLINK = 4, /* path: the new name; target: what it says */
	RW_FILE_OPERATION_CHMOD = 5, /* mode */
	RW_FILE_OPERATION_CHOWN = 6, /* owner, group; ~0 for unchanged */
	RW_FILE_OPERATION_SETXATTR = 7, /* target: the attribute's name */
	RW_FILE_OPERATION_MOUNT = 8, /* path: where; target: what; mode: the flags */
	RW_FILE_OPERATION_UMOUNT = 9,
	RW_FILE_OPERATION_PIVOT_ROOT = 10, /* path: the new root; target: where the old goes */
	RW_FILE_OPERATION_COUNT = 11,
};

enum rw_file_flag {
	RW_FILE_FLAG_READ = 1 << 0, /* opened for reading */
	RW_FILE_FLAG_WRITE = 1 << 1, /* opened for writing */
	RW_FILE_FLAG_CREATE = 1 << 2, /* this open has made it */
	RW_FILE_FLAG_TRUNCATE = 1 << 3, /* emptied by this open */
	RW_FILE_FLAG_PATH_GIVEN = 1 << 4, /* as the caller wrote it, behind where he stands */
	RW_FILE_FLAG_PATH_TRUNCATED = 1 << 5, /* path or target are longer than carried */
	RW_FILE_FLAG_NO_MOUNT = 1 << 6, /* the path begins at the root of its file system */
	RW_FILE_FLAG_DIRECTORY = 1 << 7, /* unlink: of a directory */
};

#define RW_FILE_TEXT_SIZE (4 * RW_PATH_SIZE) /* path and target: a base and what was given each */

/* Followed by path_length bytes of path, then target_length bytes of target. */
struct rw_file_event {
	struct rw_event_header header;
	__u64 inode; /* 0: not known, there is no such file any more */
	__u32 device; /* the kernel's dev_t: major << 20 | minor */
	__u32 flags; /* enum rw_file_flag */
	__u8 operation; /* enum rw_file_operation */
	__u8 decision; /* enum rw_decision */
	__u16 path_length; /* bytes, no NUL counted */
	__u16 target_length;
	__u16 zero;
	__u32 mode;
	__u32 owner;
	__u32 group;
	__u32 zero2;
	char comm[RW_COMM_SIZE];
};
_Static_assert(sizeof(struct rw_file_event) == 120, "wire");

/* Value of the per-CPU array "file_runs", index enum rw_file_operation. */
struct rw_file_runs {
	__u64 seen;
	__u64 filtered; /* of these: wanted by nobody */
};
_Static_assert(sizeof(struct rw_file_runs) == 16, "wire");

/* What somebody may want to know of files, bits of a mask. */
enum rw_file_wish {
	RW_FILE_WISH_READ = 1 << 0,
	RW_FILE_WISH_WRITE = 1 << 1, /* creation and truncation too */
	RW_FILE_WISH_NAME = 1 << 2, /* unlink, rename, link, symlink */
	RW_FILE_WISH_ATTRIBUTE = 1 << 3, /* chmod, chown, setxattr */
	RW_FILE_WISH_MOUNT = 1 << 4,
};

/* The one value of the array "file_control".  User space writes, kernel reads. */
struct rw_file_control {
	__u32 wanted; /* mask of enum rw_file_wish: all that is wanted anywhere */
	__u32 everywhere; /* the same: wanted wherever it happens */
	__u32 deep; /* the same: wanted below some directory, however far below */
	__u32 names; /* of the others: how many names above a file it is enough to look */
};
_Static_assert(sizeof(struct rw_file_control) == 16, "wire");

/*
 * Value of the hash "wanted_directory" (key: struct rw_file_identity), and of
 * "wanted_name": a directory that is made anew under a wanted name is known at once.
 */
struct rw_wanted_directory {
	__u32 below; /* mask of enum rw_file_wish: of itself and all that is below */
	__u32 named; /* directory: of what "wanted_name" has in it; name: of itself alone */
};
_Static_assert(sizeof(struct rw_wanted_directory) == 8, "wire");

/* Key of the hash "wanted_name" (value: struct rw_wanted_directory). */
#define RW_WANTED_NAME_SIZE 64
struct rw_wanted_name {
	__u64 inode; /* of the directory */
	__u32 device;
	__u32 length; /* of the name, less than its room */
	char name[RW_WANTED_NAME_SIZE]; /* zero behind its end */
};
_Static_assert(sizeof(struct rw_wanted_name) == 80, "wire");

/*
 * Key of the trie "wanted_prefix" (value: __u32, mask of enum rw_file_wish, with
 * that of all shorter prefixes in it): for paths that only the caller has told.
 */
#define RW_WANTED_PREFIX_SIZE 252
struct rw_wanted_prefix {
	__u32 bits; /* of the text */
	char text[RW_WANTED_PREFIX_SIZE];
};
_Static_assert(sizeof(struct rw_wanted_prefix) == 256, "wire");

/* ---- hooks that refuse ---------------------------------------------------- */

/* Index of the per-CPU array "refusal_runs" (value: __u64): how often each has run. */
enum rw_refusal_hook {
	RW_REFUSAL_EXEC = 0,
	RW_REFUSAL_FORK = 1,
	RW_REFUSAL_OPEN = 2,
	RW_REFUSAL_UNLINK = 3,
	RW_REFUSAL_RENAME = 4,
	RW_REFUSAL_MEMORY_EXEC = 5,
	RW_REFUSAL_MODULE_LOAD = 6,
	RW_REFUSAL_PTRACE = 7,
	RW_REFUSAL_BPF = 8,
	RW_REFUSAL_MOUNT = 9,
	RW_REFUSAL_SETUID = 10,
	RW_REFUSAL_COUNT = 11,
};

/* ---- sends ------------------------------------------------------------------ */

/* Index of the per-CPU array "send_counts": what became of packets while the hook is attached. */
enum rw_send_outcome {
	RW_SEND_SEEN = 0, /* all, whoever sends them */
	RW_SEND_PASSED = 1, /* of a subject, at once */
	RW_SEND_PACED = 2, /* of a subject, later */
	RW_SEND_DROPPED = 3, /* of a subject, never */
	RW_SEND_OUTCOME_COUNT = 4,
};

struct rw_send_count {
	__u64 packets;
	__u64 bytes; /* from the header of IP on */
};
_Static_assert(sizeof(struct rw_send_count) == 16, "wire");

/* One record of what the iterator "list_devices" writes. */
struct rw_device_record {
	char name[16]; /* of a network device in user space's own namespace */
	char discipline[16]; /* of its first queue for sending: fq, noqueue, ... */
};
_Static_assert(sizeof(struct rw_device_record) == 32, "wire");

/* ---- self-protection ------------------------------------------------------ */

/* What somebody may try on the agent. */
enum rw_attack {
	RW_ATTACK_SIGNAL = 0, /* one that ends or stops it */
	RW_ATTACK_TRACE = 1, /* ptrace, and what asks for as much */
	RW_ATTACK_MAP = 2, /* to open one of its maps for writing */
	RW_ATTACK_LINK = 3, /* to open one of its links, by which it can be detached */
	RW_ATTACK_PIN = 4, /* to open one of its pins, or to remove one */
	RW_ATTACK_RENAME = 5, /* to give the directories of its pins another name */
	RW_ATTACK_UMOUNT = 6, /* to unmount the file system that holds them */
	RW_ATTACK_COUNT = 7,
};

/*
 * Key of the hash "shield_object": what others may not open.  Value: __u8, for a pin or a
 * directory of pins what is refused, MAY_READ | MAY_WRITE.
 */
struct rw_shield_object {
	__u32 kind; /* RW_ATTACK_MAP, RW_ATTACK_LINK or RW_ATTACK_PIN */
	__u32 id; /* of a pin its inode */
};
_Static_assert(sizeof(struct rw_shield_object) == 8, "wire");

/* Value of the array "shield_attack", index enum rw_attack.  What follows the counts is the last.
 */
struct rw_attack_account {
	__u64 attempts; /* by others */
	__u64 runs; /* of the hook, for the agent itself */
	__u32 tgid; /* who tried */
	__u32 uid;
	__u32 detail; /* the signal, the mode, the id */
	__u32 refused; /* 0: let through, in shadow */
	char comm[RW_COMM_SIZE];
};
_Static_assert(sizeof(struct rw_attack_account) == 48, "wire");

/* ---- verdicts ------------------------------------------------------------- */

enum rw_action {
	RW_ACTION_OBSERVE = 0,
	RW_ACTION_WATCH = 1,
	RW_ACTION_THROTTLE = 2,
	RW_ACTION_BLOCK = 3,
	RW_ACTION_FREEZE = 4,
	RW_ACTION_KILL = 5,
};

/* Bits of a verdict's mask. */
enum rw_operation {
	RW_OPERATION_CONNECT = 1 << 0,
	RW_OPERATION_BIND = 1 << 1,
	RW_OPERATION_EXEC = 1 << 2,
	RW_OPERATION_FORK = 1 << 3,
	RW_OPERATION_OPEN = 1 << 4,
	RW_OPERATION_UNLINK = 1 << 5,
	RW_OPERATION_RENAME = 1 << 6,
	RW_OPERATION_SEND = 1 << 7, /* packets of IP; a throttle counts bytes */
	RW_OPERATION_CPU = 1 << 8, /* these three by controllers of cgroups alone */
	RW_OPERATION_MEMORY = 1 << 9,
	RW_OPERATION_IO = 1 << 10,
	RW_OPERATION_MEMORY_EXEC = 1 << 11, /* not of a file as it is on disk */
	RW_OPERATION_MODULE_LOAD = 1 << 12,
	RW_OPERATION_PTRACE = 1 << 13, /* and what asks the kernel for as much */
	RW_OPERATION_BPF = 1 << 14,
	RW_OPERATION_MOUNT = 1 << 15, /* and umount, pivot_root */
	RW_OPERATION_SETUID = 1 << 16, /* and setgid; a set-user-id program is an exec */
};

enum rw_verdict_flag {
	RW_VERDICT_SHADOW = 1 << 0, /* count and report hits, refuse nothing */
	RW_VERDICT_PERSIST = 1 << 1, /* enforced until its expiry also when the agent is gone */
};

/*
 * Value of the hash "verdict" (key: __u64 verdict id).  Written whole by user
 * space with BPF_NOEXIST; the kernel advances only the last three fields.
 * The bucket is GCRA: theoretical_arrival_nanos moves by interval_nanos with
 * each operation let through and may run ahead of now by burst_nanos.
 */
struct rw_verdict {
	__u64 expiry_nanos; /* CLOCK_BOOTTIME; never 0: user space refuses it */
	__u32 action;
	__u32 operations; /* mask of enum rw_operation */
	__u64 interval_nanos; /* throttle: nanoseconds a token; of sends: 1024 bytes */
	__u64 burst_nanos; /* throttle: (burst - 1) * interval_nanos */
	__u32 flags; /* mask of enum rw_verdict_flag */
	__u32 zero;
	__u64 theoretical_arrival_nanos;
	__u64 hits;
	__u64 last_report_nanos;
};
_Static_assert(sizeof(struct rw_verdict) == 64, "wire");

/*
 * Value of the hashes "process_verdict" (key: struct rw_process_key) and
 * "cgroup_verdict" (key: __u64 cgroup id): references into "verdict".  A child
 * gets a copy of these references at fork, so that it draws from the same
 * bucket.  0 is a free slot; an id that "verdict" does not hold means nothing.
 */
#define RW_VERDICT_SLOTS 4
struct rw_verdict_references {
	__u64 verdict_id[RW_VERDICT_SLOTS];
};
_Static_assert(sizeof(struct rw_verdict_references) == 32, "wire");

/* A heartbeat older than this: the agent is gone, everything is let through. */
#define RW_HEARTBEAT_LIMIT_NANOS 3000000000ULL

/* The one value of the array "control".  User space writes, kernel reads. */
struct rw_control {
	__u64 heartbeat_nanos; /* CLOCK_BOOTTIME of the last beat */
	__u32 enforce; /* 0: shadow, nothing is refused or signalled */
	__u32 cgroup_verdicts; /* how many cgroups have references; 0 saves the walk up the tree */
	__u32 signal_operations; /* mask of enum rw_operation: refused by a signal, for want of a
				    hook */
	__u32 judged_operations; /* mask of enum rw_operation: what verdicts in force name; hot
				    hooks look here first */
};
_Static_assert(sizeof(struct rw_control) == 24, "wire");

/* Request to the task iterator "mark_tree": the one value of "tree_request". */
struct rw_tree_request {
	struct rw_process_key root;
	__u64 verdict_id; /* 0: mark nothing, list the live members only */
};
_Static_assert(sizeof(struct rw_tree_request) == 24, "wire");

/* What an iterator did with a process. */
enum rw_mark {
	RW_MARK_NONE = 0, /* listed only */
	RW_MARK_NEW = 1, /* the reference is new */
	RW_MARK_PRESENT = 2, /* the reference was there */
	RW_MARK_NO_SLOT = 3, /* all its slots hold live verdicts */
	RW_MARK_MAP_FULL = 4, /* process_verdict is full */
	RW_MARK_PROTECTED = 5, /* never marked: kernel thread, pid 1, or in "protected_process" */
};

/*
 * Value of the hash "protected_process" (key: struct rw_process_key).  The first
 * is written by user space, the second by the exec and fork hooks for processes
 * that run a "protected_executable" as root.
 */
enum rw_protection {
	RW_PROTECTION_PROCESS = 1, /* this very process, whatever it runs */
	RW_PROTECTION_EXECUTABLE = 2, /* while it runs that file as uid 0 */
};

/* Key of the hash "protected_executable" (value: __u8 1). */
struct rw_file_identity {
	__u64 inode;
	__u32 device; /* the kernel's dev_t: major << 20 | minor */
	__u32 zero;
};
_Static_assert(sizeof(struct rw_file_identity) == 16, "wire");

/* One record of what the iterator "identify_files" writes: a file that user space has open. */
struct rw_file_record {
	struct rw_file_identity file;
	__u32 fd;
	__u32 zero;
};
_Static_assert(sizeof(struct rw_file_record) == 24, "wire");

/* One record of what the task iterators write: a live process. */
struct rw_process_record {
	struct rw_process_key process;
	struct rw_process_key parent;
	__u64 cgroup_id;
	__u64 inode;
	__u32 device;
	__u32 uid;
	__u32 mark; /* enum rw_mark */
	__u32 exec_flags;
	char comm[RW_COMM_SIZE];
};
_Static_assert(sizeof(struct rw_process_record) == 80, "wire");

/* ---- inline policy ---------------------------------------------------------- */

/*
 * Rules lowered into tables: bit vectors (T. V. Lakshman, D. Stiliadis, SIGCOMM 1998).  A rule is
 * one row or several, of which one has to match.  A row is a bit.  Each dimension says by one
 * lookup, or a few, which rows it lets match; a hook ANDs what the dimensions say.
 */
#define RW_INLINE_WORDS 4
#define RW_INLINE_ROWS 256 /* 64 a word */
#define RW_INLINE_OPERATIONS 32 /* bit numbers of enum rw_operation */
#define RW_INLINE_LENGTHS 16 /* distinct prefix lengths that one table may use */
#define RW_PROGRAM_FOLDERS 16 /* a path prefix of more folders is not known */

enum rw_inline_dimension {
	RW_INLINE_CGROUP = 0, /* id of the actor's cgroup */
	RW_INLINE_USER = 1, /* effective uid */
	RW_INLINE_INODE = 2, /* of the program's file */
	RW_INLINE_FLAGS = 3, /* RW_INLINE_PROGRAM_FLAGS of the program */
	RW_INLINE_NAME = 4, /* hash of the program's comm */
	RW_INLINE_PATH = 5, /* hashes of the program's path and of its folders */
	RW_INLINE_ADDRESS = 6, /* IPv4 as ::ffff:a.b.c.d; prefixes */
	RW_INLINE_PORT = 7, /* host byte order; prefixes */
	RW_INLINE_PROTOCOL = 8, /* IPPROTO_* */
	RW_INLINE_OBJECT = 9, /* hashes of the path of the file that is acted on */
	RW_INLINE_TARGET = 10, /* rename: hashes of the new path */
	RW_INLINE_INTENT = 11, /* open: RW_INLINE_INTENTS of the flags */
	RW_INLINE_DIMENSION_COUNT = 12,
};

/* The flags of enum rw_exec_flag that rows can test. */
#define RW_INLINE_PROGRAM_FLAGS \
	(RW_EXEC_MEMFD | RW_EXEC_UPPER_LAYER | RW_EXEC_UNLINKED | RW_EXEC_SETID)

/* The flags of enum rw_file_flag that rows can test: what a file is opened for. */
#define RW_INLINE_INTENTS \
	(RW_FILE_FLAG_READ | RW_FILE_FLAG_WRITE | RW_FILE_FLAG_CREATE | RW_FILE_FLAG_TRUNCATE)

/* A set of rows. */
struct rw_inline_mask {
	__u64 word[RW_INLINE_WORDS];
};

/*
 * Key of the hash "inline_entry".  The generation is part of it: an event that is judged by one
 * generation finds the entries of no other.
 */
struct rw_inline_atom {
	__u32 generation;
	__u16 dimension; /* enum rw_inline_dimension */
	__u16 bits; /* length of a prefix; for paths: 1 a folder, 0 the whole */
	__u64 high; /* of an address; else 0 */
	__u64 low;
};
_Static_assert(sizeof(struct rw_inline_atom) == 24, "wire");

/* Its value: rows let match = (otherwise | hit of all found) & ~(miss of all found). */
struct rw_inline_entry {
	struct rw_inline_mask hit; /* rows that ask for this value */
	struct rw_inline_mask miss; /* rows that exclude it */
};
_Static_assert(sizeof(struct rw_inline_entry) == 64, "wire");

/* Value of the array "inline_table", index generation & 1. */
struct rw_inline_table {
	__u32 generation;
	__u8 address_lengths; /* how many of address_bits are in use */
	__u8 port_lengths;
	__u16 zero;
	__u8 address_bits[RW_INLINE_LENGTHS];
	__u8 port_bits[RW_INLINE_LENGTHS];
	__u32 constrained[RW_INLINE_OPERATIONS]; /* dimensions that matter, one bit each */
	struct rw_inline_mask covers[RW_INLINE_OPERATIONS]; /* rows about that operation */
	struct rw_inline_mask otherwise[RW_INLINE_DIMENSION_COUNT]; /* without any entry */
	struct rw_inline_mask open[RW_INLINE_DIMENSION_COUNT]; /* rows that do not look at it */
	struct rw_inline_mask shadow; /* rows that only count */
	struct rw_inline_mask persist; /* rows that outlive the agent, see rw_inline_row */
};
_Static_assert(sizeof(struct rw_inline_table) == 2024, "wire");

/* Value of the array "inline_row", index (generation & 1) * RW_INLINE_ROWS + row. */
struct rw_inline_row {
	__u64 rule_id; /* its top bit is set: no verdict's id */
	__u64 persist_nanos; /* enforced so long after the agent's last beat; 0: while it lives */
	__u64 hits; /* operations that this row decided */
	__u64 last_report_nanos;
};
_Static_assert(sizeof(struct rw_inline_row) == 32, "wire");

/*
 * What a process runs, as its exec told: value of the hash "program" (key: struct rw_process_key).
 * A child has what its parent has until it execs.  Hashes are keyed and never 0; 0: not known.
 */
struct rw_program {
	__u64 inode;
	__u32 flags; /* enum rw_exec_flag */
	__u32 folders; /* how many of folder are in use */
	__u64 name;
	__u64 path;
	__u64 folder[RW_PROGRAM_FOLDERS]; /* of the path up to and with its first, second, ... slash
					   */
};
_Static_assert(sizeof(struct rw_program) == 160, "wire");

/* What a hook knows of an operation, beside the program. */
struct rw_inline_facts {
	__u64 address_high; /* the values in the byte order of the host */
	__u64 address_low;
	__u64 cgroup_id;
	__u32 uid;
	__u32 operation; /* bit number of enum rw_operation */
	__u16 port;
	__u8 protocol;
	__u8 intent; /* RW_INLINE_INTENTS */
	__u8 zero[4];
};
_Static_assert(sizeof(struct rw_inline_facts) == 40, "wire");

/* The files that an operation is about: of each the hashes of its path alone. */
struct rw_inline_files {
	struct rw_program object;
	struct rw_program target; /* of a rename */
};
_Static_assert(sizeof(struct rw_inline_files) == 320, "wire");

/* Context of the program "match_inline", by which user space asks the tables. */
struct rw_inline_question {
	struct rw_inline_facts facts;
	struct rw_program program;
	struct rw_inline_files files;
	struct rw_inline_mask matched; /* the answer */
	__u32 generation; /* that gave it; 0: there are no tables */
	__u32 zero;
};
_Static_assert(sizeof(struct rw_inline_question) == 560, "wire");

/* ---- scheduler accounting ------------------------------------------------- */

#define RW_WAIT_BUCKETS 32 /* bucket b counts waits of [2^b, 2^(b+1)) ns, the last all longer */

/*
 * Value of the LRU hash "process_cpu" (key: struct rw_process_key) and of the
 * per-CPU LRU hash "cgroup_cpu" (key: __u64 cgroup id).  Counters only grow.
 */
struct rw_cpu_account {
	__u64 on_cpu_nanos;
	__u64 wait_nanos; /* runnable but not running */
	__u64 switches; /* times it was switched in */
	__u64 exit_nanos; /* process_cpu: CLOCK_BOOTTIME of its exit, 0 while it lives */
	__u32 wait_histogram[RW_WAIT_BUCKETS];
};
_Static_assert(sizeof(struct rw_cpu_account) == 160, "wire");

/* ---- performance ---------------------------------------------------------- */

/* Key of the per-CPU LRU hash "preemption" (value: __u64, how often). */
struct rw_preemption_key {
	__u64 preempted; /* cgroup id of the task that could have run on */
	__u64 preempting; /* of the one that ran instead */
};
_Static_assert(sizeof(struct rw_preemption_key) == 16, "wire");

enum rw_block_operation {
	RW_BLOCK_READ = 0,
	RW_BLOCK_WRITE = 1,
	RW_BLOCK_OTHER = 2, /* flush, discard, … */
};

/* Key of the per-CPU LRU hash "block_account". */
struct rw_block_key {
	__u64 cgroup_id; /* whose data it is; where that is not known, who issued it */
	__u32 device; /* the whole disk: major << 20 | minor */
	__u32 operation; /* enum rw_block_operation */
};
_Static_assert(sizeof(struct rw_block_key) == 16, "wire");

#define RW_BLOCK_BUCKETS 32 /* as RW_WAIT_BUCKETS, from the device's hands to its answer */

struct rw_block_account {
	__u64 requests;
	__u64 bytes;
	__u64 nanos; /* between issue and completion, all requests */
	__u32 histogram[RW_BLOCK_BUCKETS];
};
_Static_assert(sizeof(struct rw_block_account) == 152, "wire");

/* Value of the hash "block_queue" (key: __u32 device). */
struct rw_block_queue {
	__s64 in_flight; /* now */
	__u64 arrivals; /* requests issued */
	__u64 depth_sum; /* of in_flight, as each found it, itself included */
};
_Static_assert(sizeof(struct rw_block_queue) == 24, "wire");

/* Value of the per-CPU LRU hash "cgroup_pressure" (key: __u64 cgroup id). */
struct rw_pressure_account {
	__u64 user_faults;
	__u64 kernel_faults; /* by the kernel, on memory that it was asked to touch */
	__u64 reclaims; /* times a task had to free memory before it got any */
	__u64 reclaim_nanos;
	__u64 oom_kills;
	__u64 tcp_retransmits;
};
_Static_assert(sizeof(struct rw_pressure_account) == 48, "wire");

#define RW_SOFTIRQ_VECTORS 10 /* include/linux/interrupt.h */

/* Value of the per-CPU array "softirq_account", index: vector. */
struct rw_softirq_account {
	__u64 entered_nanos; /* of the run under way; 0: none */
	__u64 runs;
	__u64 nanos;
};
_Static_assert(sizeof(struct rw_softirq_account) == 24, "wire");

#endif
