/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Does one thing that a sensor has to see, and ends: deed NAME.  0: done; 77: this
 * kernel cannot do it; 78: EPERM; 79: EAGAIN; 1: it went wrong.  What it needs of other processes it makes
 * itself, and it ends them.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/perf_event.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOBODY 65534
#define CANNOT 77
#define REFUSED 78
#define AGAIN 79

static int outcome(long result)
{
	if (result >= 0)
		return 0;
	perror("deed");
	switch (errno) {
	case ENOSYS:
	case EOPNOTSUPP:
		return CANNOT;
	case EPERM:
		return REFUSED;
	case EAGAIN:
		return AGAIN;
	default:
		return 1;
	}
}

/* A child that waits; of another user if asked. */
static pid_t victim(int uid)
{
	int ready[2];
	char byte = 0;
	pid_t child;

	if (pipe(ready))
		exit(1);
	child = fork();
	if (child == 0) {
		if (uid && setresuid(uid, uid, uid))
			_exit(1);
		/* After it: kernel/cred.c, commit_creds() forgets the signal of another user. */
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (write(ready[1], &byte, 1) != 1)
			_exit(1);
		pause();
		_exit(0);
	}
	if (read(ready[0], &byte, 1) != 1)
		exit(1);
	return child;
}

static void end(pid_t child)
{
	kill(child, SIGKILL);
	waitpid(child, 0, 0);
}

static int do_capset(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &header, data))
		return 1;
	data[0].effective &= ~(1U << CAP_NET_RAW);
	return outcome(syscall(SYS_capset, &header, data));
}

static int do_ptrace(void)
{
	pid_t child = victim(NOBODY);
	int result = outcome(ptrace(PTRACE_ATTACH, child, 0, 0));

	if (!result) {
		waitpid(child, 0, 0);
		ptrace(PTRACE_DETACH, child, 0, 0);
	}
	end(child);
	return result;
}

static int do_memory_write(void)
{
	static char cell = 'a';
	char text = 'b';
	struct iovec from = {&text, 1}, to = {&cell, 1};
	pid_t child = victim(0);
	int result = outcome(process_vm_writev(child, &from, 1, &to, 1, 0));

	end(child);
	return result;
}

static int do_memory_read(void)
{
	static char cell = 'a';
	char text;
	struct iovec to = {&text, 1}, from = {&cell, 1};
	pid_t child = victim(0);
	int result = outcome(process_vm_readv(child, &to, 1, &from, 1, 0));

	end(child);
	return result;
}

static int do_open_memory(void)
{
	char path[32];
	pid_t child = victim(0);
	int file, result;

	snprintf(path, sizeof(path), "/proc/%d/mem", child);
	file = open(path, O_RDONLY);
	/* The file system says EACCES for whatever the hook says: fs/proc/base.c, proc_mem_open(). */
	if (file < 0 && errno == EACCES)
		errno = EPERM;
	result = outcome(file);
	end(child);
	return result;
}

/* What every process does when a library is loaded. */
static int do_map_library(void)
{
	int file = open("/proc/self/exe", O_RDONLY);

	return mmap(0, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, file, 0) == MAP_FAILED ? outcome(-1)
										  : 0;
}

/* An image that is none, so that nothing is loaded: the kernel takes a copy of it first. */
static int do_load_module(void)
{
	static const char image[4096];

	if (!syscall(SYS_init_module, image, sizeof(image), ""))
		return 1;
	return errno == ENOEXEC ? 0 : outcome(-1);
}

/* A file system in memory, in a mount namespace of its own, which ends with this process. */
static int do_mount(void)
{
	if (unshare(CLONE_NEWNS))
		return 1;
	if (mount("", "/", 0, MS_REC | MS_PRIVATE, 0))
		return outcome(-1);
	return outcome(mount("deed", "/tmp", "tmpfs", 0, "size=64k"));
}

/* Of what is not to be unmounted: the kernel says so after the hook. */
static int do_unmount(void)
{
	if (!umount2("/", MNT_EXPIRE))
		return 1;
	return errno == EINVAL || errno == EAGAIN ? 0 : outcome(-1);
}

static int do_steal(void)
{
	pid_t child = victim(0);
	int pidfd = syscall(SYS_pidfd_open, child, 0);
	int result = outcome(syscall(SYS_pidfd_getfd, pidfd, 2, 0));

	end(child);
	return result;
}

static int do_signal(void)
{
	pid_t child = victim(NOBODY);
	int result = outcome(kill(child, SIGUSR1));

	waitpid(child, 0, 0);
	return result;
}

static int do_perf(void)
{
	struct perf_event_attr attributes = {
		.type = PERF_TYPE_SOFTWARE, .size = sizeof(attributes), .config = 1, .disabled = 1};

	return outcome(syscall(SYS_perf_event_open, &attributes, 0, -1, -1, 0));
}

static int do_map(void)
{
	void *page = mmap(0, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS,
			  -1, 0);

	return page == MAP_FAILED ? outcome(-1) : 0;
}

static int do_protect(void)
{
	char *page = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (page == MAP_FAILED)
		return outcome(-1);
	page[0] = (char)0xc3;
	return outcome(mprotect(page, 4096, PROT_READ | PROT_EXEC));
}

static int do_protect_file(void)
{
	int file = open("/proc/self/exe", O_RDONLY);
	char *page = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0);

	if (page == MAP_FAILED)
		return outcome(-1);
	page[0] = (char)0xc3;
	return outcome(mprotect(page, 4096, PROT_READ | PROT_EXEC));
}

static int do_map_memory_file(void)
{
	int file = memfd_create("deed", 0);

	if (file < 0 || ftruncate(file, 4096))
		return outcome(-1);
	return mmap(0, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, file, 0) == MAP_FAILED ? outcome(-1)
											: 0;
}

/* A TCP connection over loopback: client, server, listener. */
static int connected(int sockets[3])
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof(address);

	sockets[2] = socket(AF_INET, SOCK_STREAM, 0);
	if (sockets[2] < 0 || bind(sockets[2], (struct sockaddr *)&address, length) ||
	    listen(sockets[2], 5) || getsockname(sockets[2], (struct sockaddr *)&address, &length))
		return -1;
	sockets[0] = socket(AF_INET, SOCK_STREAM, 0);
	if (connect(sockets[0], (struct sockaddr *)&address, length))
		return -1;
	sockets[1] = accept(sockets[2], 0, 0);
	return sockets[1];
}

static int do_dup(int how)
{
	int sockets[3], result;

	if (connected(sockets) < 0)
		return outcome(-1);
	if (how == 2) {
		result = dup2(sockets[0], 0);
	} else if (how == 3) {
		result = dup3(sockets[0], 1, 0);
	} else {
		close(0);
		result = how == 1 ? dup(sockets[0]) : fcntl(sockets[0], F_DUPFD, 0);
	}
	return outcome(result);
}

/* 1000 bytes there, 500 back, and an end. */
static int do_talk(void)
{
	static char bytes[1000];
	int sockets[3];

	if (connected(sockets) < 0)
		return outcome(-1);
	if (write(sockets[0], bytes, 1000) != 1000 ||
	    recv(sockets[1], bytes, 1000, MSG_WAITALL) != 1000 ||
	    write(sockets[1], bytes, 500) != 500 ||
	    recv(sockets[0], bytes, 500, MSG_WAITALL) != 500)
		return 1;
	close(sockets[0]);
	if (read(sockets[1], bytes, 1) != 0)
		return 1;
	close(sockets[1]);
	return 0;
}

static int do_send(const char *where, int port, int connecting, int times)
{
	/* A question for www.example.org, type TXT: RFC 1035, 4.1. */
	static const char question[] = "\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00"
				       "\x03WWW\x07" "example\x03org\x00\x00\x10\x00\x01";
	struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons(port)};
	struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
	int is_four = inet_pton(AF_INET, where, &four.sin_addr) == 1;
	struct sockaddr *address = is_four ? (struct sockaddr *)&four : (struct sockaddr *)&six;
	socklen_t length = is_four ? sizeof(four) : sizeof(six);
	int sender;

	if (!is_four && inet_pton(AF_INET6, where, &six.sin6_addr) != 1)
		return 1;
	sender = socket(address->sa_family, SOCK_DGRAM, 0);
	if (connecting && connect(sender, address, length))
		return outcome(-1);
	while (times-- > 0) {
		long sent = connecting ? send(sender, question, sizeof(question) - 1, 0)
				       : sendto(sender, question, sizeof(question) - 1, 0, address,
						length);
		/* Nobody listens there: the answer to the first is an error of the second. */
		if (sent < 0 && errno != ECONNREFUSED)
			return outcome(-1);
	}
	return 0;
}

int main(int count, char **words)
{
	const char *deed = count > 1 ? words[1] : "";
	unsigned int parameters[30] = {0};

	if (!strcmp(deed, "setuid"))
		return outcome(setresuid(-1, NOBODY, -1));
	if (!strcmp(deed, "sameuid"))
		return outcome(setresuid(0, 0, 0));
	if (!strcmp(deed, "refuseduid")) {
		if (setresuid(NOBODY, NOBODY, NOBODY))
			return 1;
		return setuid(0) == -1 && errno == EPERM ? 0 : 1;
	}
	if (!strcmp(deed, "setgid"))
		return outcome(setresgid(NOBODY, NOBODY, NOBODY));
	if (!strcmp(deed, "capset"))
		return do_capset();
	if (!strcmp(deed, "ptrace"))
		return do_ptrace();
	if (!strcmp(deed, "writev"))
		return do_memory_write();
	if (!strcmp(deed, "getfd"))
		return do_steal();
	if (!strcmp(deed, "traceme"))
		return outcome(ptrace(PTRACE_TRACEME, 0, 0, 0));
	if (!strcmp(deed, "readv"))
		return do_memory_read();
	if (!strcmp(deed, "procmem"))
		return do_open_memory();
	if (!strcmp(deed, "module"))
		return do_load_module();
	if (!strcmp(deed, "mount"))
		return do_mount();
	if (!strcmp(deed, "umount"))
		return do_unmount();
	if (!strcmp(deed, "library"))
		return do_map_library();
	if (!strcmp(deed, "signal"))
		return do_signal();
	if (!strcmp(deed, "unshare"))
		return outcome(unshare(CLONE_NEWUTS | CLONE_NEWNET));
	if (!strcmp(deed, "setns"))
		return outcome(setns(open("/proc/self/ns/uts", O_RDONLY), CLONE_NEWUTS));
	if (!strcmp(deed, "userfaultfd"))
		return outcome(syscall(SYS_userfaultfd, O_CLOEXEC));
	if (!strcmp(deed, "keyctl"))
		return outcome(syscall(SYS_keyctl, 0, -3, 1));
	if (!strcmp(deed, "bpf")) {
		parameters[0] = 2; /* BPF_MAP_TYPE_ARRAY */
		parameters[1] = parameters[2] = 4;
		parameters[3] = 1;
		return outcome(syscall(SYS_bpf, 0, parameters, 72));
	}
	if (!strcmp(deed, "perf"))
		return do_perf();
	if (!strcmp(deed, "iouring"))
		return outcome(syscall(SYS_io_uring_setup, 4, parameters));
	if (!strcmp(deed, "mmap"))
		return do_map();
	if (!strcmp(deed, "mprotect"))
		return do_protect();
	if (!strcmp(deed, "mprotectfile"))
		return do_protect_file();
	if (!strcmp(deed, "mmapmemfd"))
		return do_map_memory_file();
	if (!strcmp(deed, "memfd"))
		return outcome(memfd_create("a name", MFD_CLOEXEC));
	if (!strcmp(deed, "raw"))
		return outcome(socket(AF_INET, SOCK_RAW, IPPROTO_ICMP));
	if (!strcmp(deed, "packet"))
		return outcome(socket(AF_PACKET, SOCK_RAW, htons(3)));
	if (!strcmp(deed, "stream"))
		return outcome(socket(AF_INET, SOCK_STREAM, 0));
	if (!strncmp(deed, "dup", 3))
		return do_dup(atoi(deed + 3));
	if (!strcmp(deed, "talk"))
		return do_talk();
	if (!strcmp(deed, "send") && count == 5)
		return do_send(words[2], atoi(words[3]), 0, atoi(words[4]));
	if (!strcmp(deed, "ask") && count == 5)
		return do_send(words[2], atoi(words[3]), 1, atoi(words[4]));
	fprintf(stderr, "deed: '%s' is not known\n", deed);
	return 1;
}
