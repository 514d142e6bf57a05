// SPDX-License-Identifier: Apache-2.0
/*
 * A process for tests, which does on request what the hooks watch.  It listens on
 * the Unix socket DIRECTORY/PID.sock; each connection sends one line and gets one
 * back.  Its children listen on sockets of their own, so each member of a tree can
 * be addressed, also when its parent is gone.
 *
 * usage: actor DIRECTORY
 *
 *   connect4|connect6|mapped|udp4 PORT COUNT   connects to loopback, COUNT times
 *   raw4|raw6|lite4|sctp4 PORT COUNT           the same with a raw socket (ICMP), UDP-Lite, SCTP
 *   fastopen|associate PORT COUNT              the same by sendto(MSG_FASTOPEN); by SCTP's sendto
 *   vsock|netlink PORT COUNT                   connects to this machine's own vsock; to the kernel
 *   bind4|bind6|bindmapped|bindraw4|bindraw6|bindsctp4 COUNT  binds to loopback, any port, COUNT times
 *   packet COUNT                               sends below IP on loopback, COUNT times
 *        answer: "ok eagain eperm other", how often each came out
 *   open tcp|udp ADDRESS PORT  connects, and keeps the socket; answer: "open", or the error
 *   push BYTES COUNT     sends COUNT times so much there, without waiting; answer: "ok eagain eperm other"
 *   fork                 answer: the child's pid, once it listens
 *   forks COUNT          makes children that exit at once; answer: how many were made
 *   tryforks COUNT       the same; answer: "ok eagain eperm other"
 *   tryexecs PATH COUNT  children that exec it; answer: the same, killed ones are "other"
 *   run PATH ARGUMENT... forks and execs, waits; answer: pid and wait status
 *   memfd PATH           the same from a memfd that holds a copy of PATH
 *   exec PATH DIRECTORY  replaces itself: no answer
 *   leave                the main thread exits, another one goes on serving; answer: "left"
 *   spin MILLISECONDS    burns CPU; answer: "spun"
 *   calls COUNT          COUNT times getppid, openat of what is not there, sched_yield; answer: "called"
 *   threadcalls THREADS COUNT  the same in each of so many threads at once
 *   touch MEBIBYTES      writes to each page of new memory; answer: "touched"
 *   giveback MEBIBYTES   the same, and gives it back (MADV_FREE) but for its addresses; answer: "given"
 *   direct PATH COUNT    writes 4 KiB past the page cache, COUNT times; answer: "written", or the error
 *   stay CPU             runs on this processor only; answer: "stays"
 *   exit CODE            no answer
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/netlink.h>
#include <linux/vm_sockets.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netpacket/packet.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char *directory;
static int listener = -1;
static char reply[256];

struct tally {
	long ok, eagain, eperm, other;
};

static void count(struct tally *tally, int result)
{
	/* Nobody has to listen: a refused connection has passed the hook. */
	if (result == 0 || errno == ECONNREFUSED || errno == EINPROGRESS)
		tally->ok++;
	else if (errno == EAGAIN)
		tally->eagain++;
	else if (errno == EPERM)
		tally->eperm++;
	else
		tally->other++;
}

static void answer(const struct tally *tally)
{
	snprintf(reply, sizeof(reply), "%ld %ld %ld %ld", tally->ok, tally->eagain, tally->eperm,
		 tally->other);
}

static socklen_t loopback4(struct sockaddr_storage *address, int port)
{
	struct sockaddr_in *in = (struct sockaddr_in *)address;

	memset(address, 0, sizeof(*address));
	in->sin_family = AF_INET;
	in->sin_port = htons(port);
	in->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return sizeof(*in);
}

static socklen_t loopback6(struct sockaddr_storage *address, int port, const char *text)
{
	struct sockaddr_in6 *in = (struct sockaddr_in6 *)address;

	memset(address, 0, sizeof(*address));
	in->sin6_family = AF_INET6;
	in->sin6_port = htons(port);
	inet_pton(AF_INET6, text, &in->sin6_addr);
	return sizeof(*in);
}

static void sockets(const char *what, int port, long times)
{
	struct tally tally = {0};

	for (long i = 0; i < times; i++) {
		struct sockaddr_storage address;
		int family = AF_INET, type = SOCK_STREAM, result;
		socklen_t length;

		if (!strcmp(what, "connect6") || !strcmp(what, "bind6") || !strcmp(what, "raw6") ||
		    !strcmp(what, "bindraw6")) {
			family = AF_INET6;
			length = loopback6(&address, port, "::1");
		} else if (!strcmp(what, "mapped") || !strcmp(what, "bindmapped")) {
			family = AF_INET6;
			length = loopback6(&address, port, "::ffff:127.0.0.1");
		} else {
			length = loopback4(&address, port);
		}
		int protocol = 0;

		if (!strcmp(what, "udp4")) {
			type = SOCK_DGRAM;
		} else if (strstr(what, "raw")) {
			type = SOCK_RAW;
			protocol = family == AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6;
		} else if (!strcmp(what, "lite4")) {
			type = SOCK_DGRAM;
			protocol = IPPROTO_UDPLITE;
		} else if (strstr(what, "sctp")) {
			protocol = IPPROTO_SCTP;
		} else if (!strcmp(what, "associate")) {
			type = SOCK_SEQPACKET;
			protocol = IPPROTO_SCTP;
		} else if (!strcmp(what, "vsock")) {
			struct sockaddr_vm *local = (struct sockaddr_vm *)&address;

			memset(&address, 0, sizeof(address));
			local->svm_family = family = AF_VSOCK;
			local->svm_port = port;
			local->svm_cid = VMADDR_CID_LOCAL;
			length = sizeof(*local);
		} else if (!strcmp(what, "netlink")) {
			memset(&address, 0, sizeof(address));
			address.ss_family = family = AF_NETLINK;
			type = SOCK_RAW;
			length = sizeof(struct sockaddr_nl);
		}
		int fd = socket(family, type | SOCK_CLOEXEC, protocol);

		if (!strncmp(what, "bind", 4)) {
			result = bind(fd, (struct sockaddr *)&address, length);
		} else if (!strcmp(what, "fastopen")) {
			result = sendto(fd, "x", 1, MSG_FASTOPEN | MSG_DONTWAIT | MSG_NOSIGNAL,
					(struct sockaddr *)&address, length);
			if (result > 0)
				result = 0;
		} else if (!strcmp(what, "associate")) {
			result = sendto(fd, "x", 1, MSG_DONTWAIT | MSG_NOSIGNAL,
					(struct sockaddr *)&address, length);
			if (result > 0)
				result = 0;
		} else {
			result = connect(fd, (struct sockaddr *)&address, length);
		}
		count(&tally, result);
		close(fd);
	}
	answer(&tally);
}

static void packets(long times)
{
	struct sockaddr_ll to = {.sll_family = AF_PACKET,
				 .sll_protocol = htons(ETH_P_LOOP),
				 .sll_ifindex = (int)if_nametoindex("lo"),
				 .sll_halen = ETH_ALEN};
	struct tally tally = {0};

	for (long i = 0; i < times; i++) {
		int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

		count(&tally, sendto(fd, "x", 1, 0, (struct sockaddr *)&to, sizeof(to)) == 1 ? 0
											      : -1);
		close(fd);
	}
	answer(&tally);
}

static int peer = -1;

static void open_peer(const char *how, const char *host, int port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
	int tcp = !strcmp(how, "tcp"), on = 1;

	inet_pton(AF_INET, host, &address.sin_addr);
	if (peer >= 0)
		close(peer);
	peer = socket(AF_INET, (tcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC, 0);
	/* Else a datagram that is lost on this machine is lost without a word: udp(7). */
	if (!tcp)
		setsockopt(peer, IPPROTO_IP, IP_RECVERR, &on, sizeof(on));
	if (connect(peer, (struct sockaddr *)&address, sizeof(address)))
		snprintf(reply, sizeof(reply), "%s", strerror(errno));
	else
		snprintf(reply, sizeof(reply), "open");
}

static void push(long size, long times)
{
	static char bytes[65536];
	struct tally tally = {0};

	for (long i = 0; i < times; i++)
		count(&tally,
		      send(peer, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL) == size ? 0 : -1);
	answer(&tally);
}

static void serve(void);

static void listen_here(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	char text[sizeof(address.sun_path) + 16];

	if (listener >= 0)
		close(listener);
	listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	snprintf(text, sizeof(text), "%s/%d.sock", directory, getpid());
	if (strlen(text) >= sizeof(address.sun_path))
		_exit(70);
	strcpy(address.sun_path, text);
	unlink(text);
	if (bind(listener, (struct sockaddr *)&address, sizeof(address)) || listen(listener, 8))
		_exit(71);
}

static void make_child(int connection)
{
	int ready[2];
	char byte;

	if (pipe2(ready, O_CLOEXEC))
		_exit(72);
	pid_t child = fork();

	if (child == 0) {
		alarm(300);
		close(ready[0]);
		close(connection);
		listen_here();
		if (write(ready[1], "x", 1) != 1)
			_exit(73);
		close(ready[1]);
		serve();
		_exit(0);
	}
	close(ready[1]);
	if (child < 0 || read(ready[0], &byte, 1) != 1)
		snprintf(reply, sizeof(reply), "failed %d", errno);
	else
		snprintf(reply, sizeof(reply), "%d", child);
	close(ready[0]);
}

static void make_short_children(long times)
{
	long made = 0;

	for (long i = 0; i < times; i++) {
		pid_t child = fork();

		if (child == 0)
			_exit(0);
		if (child > 0) {
			made++;
			waitpid(child, NULL, 0);
		}
	}
	snprintf(reply, sizeof(reply), "%ld", made);
}

static void try_forks(long times)
{
	struct tally tally = {0};

	for (long i = 0; i < times; i++) {
		pid_t child = fork();

		if (child == 0)
			_exit(0);
		count(&tally, child > 0 ? 0 : -1);
		if (child > 0)
			waitpid(child, NULL, 0);
	}
	answer(&tally);
}

/* The child tells by its exit status which error it saw. */
static void try_execs(char *path, long times)
{
	struct tally tally = {0};

	for (long i = 0; i < times; i++) {
		char *arguments[] = {path, NULL};
		int status = 0;
		pid_t child = fork();

		if (child == 0) {
			execv(path, arguments);
			_exit(errno);
		}
		waitpid(child, &status, 0);
		errno = WIFEXITED(status) ? WEXITSTATUS(status) : ECANCELED;
		count(&tally, errno ? -1 : 0);
	}
	answer(&tally);
}

static int copy_to_memfd(const char *path)
{
	char buffer[65536];
	int from = open(path, O_RDONLY | O_CLOEXEC), to = memfd_create("actor", 0);
	ssize_t got;

	while ((got = read(from, buffer, sizeof(buffer))) > 0)
		if (write(to, buffer, got) != got)
			return -1;
	close(from);
	return to;
}

static void run(char **arguments, int is_memfd)
{
	int status = 0;
	pid_t child = fork();

	if (child == 0) {
		int null = open("/dev/null", O_RDWR);

		dup2(null, 0);
		dup2(null, 1);
		dup2(null, 2);
		if (is_memfd)
			fexecve(copy_to_memfd(arguments[0]), arguments, environ);
		else
			execv(arguments[0], arguments);
		_exit(127);
	}
	waitpid(child, &status, 0);
	snprintf(reply, sizeof(reply), "%d %d", child, status);
}

static void *call_known(void *count)
{
	for (long i = 0; i < (long)count; i++) {
		syscall(SYS_getppid);
		syscall(SYS_openat, AT_FDCWD, "/nowhere/at/all", O_RDONLY, 0);
		syscall(SYS_sched_yield);
	}
	return NULL;
}

static void calls(long count)
{
	call_known((void *)count);
	snprintf(reply, sizeof(reply), "called");
}

static void thread_calls(long threads, long count)
{
	pthread_t all[64];

	for (long i = 0; i < threads && i < 64; i++)
		pthread_create(&all[i], NULL, call_known, (void *)count);
	for (long i = 0; i < threads && i < 64; i++)
		pthread_join(all[i], NULL);
	snprintf(reply, sizeof(reply), "called");
}

static void touch(long mebibytes)
{
	size_t size = (size_t)mebibytes << 20;
	char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		return;
	madvise(memory, size, MADV_NOHUGEPAGE);
	for (size_t at = 0; at < size; at += 4096)
		memory[at] = 1;
	munmap(memory, size);
	snprintf(reply, sizeof(reply), "touched");
}

/* Memory that the kernel may take back, without a swap and whatever file system there is. */
static void give_back(long mebibytes)
{
	size_t size = 1 << 20;

	for (long i = 0; i < mebibytes; i++) {
		char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
				    -1, 0);

		if (memory == MAP_FAILED)
			return;
		madvise(memory, size, MADV_NOHUGEPAGE);
		for (size_t at = 0; at < size; at += 4096)
			memory[at] = 1;
		madvise(memory, size, MADV_FREE);
	}
	snprintf(reply, sizeof(reply), "given");
}

static void write_directly(const char *path, long count)
{
	int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC | O_DIRECT, 0600);
	void *block;

	snprintf(reply, sizeof(reply), "written");
	if (fd < 0 || posix_memalign(&block, 4096, 4096)) {
		snprintf(reply, sizeof(reply), "%s", strerror(errno));
		return;
	}
	memset(block, 'x', 4096);
	for (long i = 0; i < count; i++)
		if (pwrite(fd, block, 4096, i * 4096) < 0)
			snprintf(reply, sizeof(reply), "%s", strerror(errno));
	free(block);
	close(fd);
}

static void stay(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (!sched_setaffinity(0, sizeof(set), &set))
		snprintf(reply, sizeof(reply), "stays");
}

static void spin(long milliseconds)
{
	struct timespec start, now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &start);
	do {
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	} while ((now.tv_sec - start.tv_sec) * 1000 + (now.tv_nsec - start.tv_nsec) / 1000000 <
		 milliseconds);
	snprintf(reply, sizeof(reply), "spun");
}

static void *serve_on(void *unused)
{
	(void)unused;
	serve();
	exit(0);
}

static void act(int connection, char *line, int *leave)
{
	char *words[16] = {0};
	int size = 0;

	for (char *at = strtok(line, " \n"); at && size < 15; at = strtok(NULL, " \n"))
		words[size++] = at;
	reply[0] = 0;
	if (size == 0)
		return;
	if (!strncmp(words[0], "bind", 4))
		sockets(words[0], 0, atol(words[1]));
	else if (!strncmp(words[0], "connect", 7) || !strcmp(words[0], "mapped") ||
		 !strcmp(words[0], "udp4") || !strcmp(words[0], "fastopen") ||
		 !strcmp(words[0], "raw4") || !strcmp(words[0], "raw6") ||
		 !strcmp(words[0], "lite4") || !strcmp(words[0], "sctp4") ||
		 !strcmp(words[0], "associate") || !strcmp(words[0], "vsock") ||
		 !strcmp(words[0], "netlink"))
		sockets(words[0], atoi(words[1]), atol(words[2]));
	else if (!strcmp(words[0], "packet") && size == 2)
		packets(atol(words[1]));
	else if (!strcmp(words[0], "open") && size == 4)
		open_peer(words[1], words[2], atoi(words[3]));
	else if (!strcmp(words[0], "push") && size == 3)
		push(atol(words[1]), atol(words[2]));
	else if (!strcmp(words[0], "fork"))
		make_child(connection);
	else if (!strcmp(words[0], "forks"))
		make_short_children(atol(words[1]));
	else if (!strcmp(words[0], "tryforks"))
		try_forks(atol(words[1]));
	else if (!strcmp(words[0], "tryexecs"))
		try_execs(words[1], atol(words[2]));
	else if (!strcmp(words[0], "run"))
		run(words + 1, 0);
	else if (!strcmp(words[0], "memfd"))
		run(words + 1, 1);
	else if (!strcmp(words[0], "exec"))
		execv(words[1], words + 1);
	else if (!strcmp(words[0], "spin"))
		spin(atol(words[1]));
	else if (!strcmp(words[0], "calls"))
		calls(atol(words[1]));
	else if (!strcmp(words[0], "threadcalls"))
		thread_calls(atol(words[1]), atol(words[2]));
	else if (!strcmp(words[0], "touch"))
		touch(atol(words[1]));
	else if (!strcmp(words[0], "giveback"))
		give_back(atol(words[1]));
	else if (!strcmp(words[0], "direct"))
		write_directly(words[1], atol(words[2]));
	else if (!strcmp(words[0], "stay"))
		stay(atoi(words[1]));
	else if (!strcmp(words[0], "exit"))
		_exit(atoi(words[1]));
	else if (!strcmp(words[0], "leave")) {
		snprintf(reply, sizeof(reply), "left");
		*leave = 1;
	}
}

static void serve(void)
{
	for (;;) {
		char line[1024];
		int leave = 0, connection = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
		ssize_t got;

		if (connection < 0)
			continue;
		got = read(connection, line, sizeof(line) - 1);
		if (got > 0) {
			line[got] = 0;
			act(connection, line, &leave);
			strcat(reply, "\n");
			if (write(connection, reply, strlen(reply)) < 0)
				perror("actor");
		}
		close(connection);
		if (leave) {
			pthread_t thread;

			pthread_create(&thread, NULL, serve_on, NULL);
			pthread_exit(NULL);
		}
	}
}

int main(int argc, char **argv)
{
	if (argc != 2)
		return 64;
	directory = argv[1];
	/* Whoever started the test is gone: so are we, and our children after a while at most. */
	alarm(300);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	listen_here();
	puts("ready");
	fflush(stdout);
	signal(SIGPIPE, SIG_IGN);
	serve();
}
