// SPDX-License-Identifier: Apache-2.0
/*
 * Load for Ringward's benchmarks: real system calls, seen by the real hooks, in
 * a cgroup of its own.  Sends no packet: connecting a datagram socket only sets
 * its peer, and every peer is on loopback.  Ends by itself, and with its parent.
 *
 *   load background CGROUP EVENTS_PER_SECOND SECONDS   (0: as fast as it goes)
 *   load subjects   CGROUP COUNT INTERVAL_MICROS TRIGGER_PORT
 *
 *   load probe      CGROUP SECONDS 0
 *   load calls      CGROUP COUNT 0
 *
 * "background" prints how many connects it made and the nanoseconds they took.
 * "subjects" starts processes, each of which connects once to the trigger port,
 * then tries another connect every 100 ms until it is refused, for 3 s at most;
 * prints how many there were and how many of them the kernel refused.
 * "probe" connects every millisecond until the kernel refuses it; prints how often
 * it was let through, and the time of the refusal (CLOCK_MONOTONIC, nanoseconds).
 * "calls" makes so many system calls for each line that it reads, and prints their
 * nanoseconds of processor time.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NANOS 1000000000ULL
#define SLICES 1000 /* a second of load is cut into so many bursts */
#define VERIFY_MICROS 100000
#define VERIFY_ATTEMPTS 30
#define DISCARD_PORT 9

static void die(const char *what)
{
	fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
	exit(1);
}

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * NANOS + time.tv_nsec;
}

static void sleep_until(uint64_t nanos)
{
	struct timespec time = {.tv_sec = nanos / NANOS, .tv_nsec = nanos % NANOS};

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL) == EINTR)
		;
}

static void enter(const char *cgroup)
{
	char path[4096];
	int fd;

	snprintf(path, sizeof(path), "%s/cgroup.procs", cgroup);
	fd = open(path, O_WRONLY);
	if (fd < 0 || write(fd, "0", 1) != 1)
		die(path);
	close(fd);
}

static int open_socket(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (fd < 0)
		die("socket");
	return fd;
}

static int set_peer(int fd, uint32_t address, uint16_t port)
{
	struct sockaddr_in peer = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(address),
	};

	return connect(fd, (struct sockaddr *)&peer, sizeof(peer));
}

/* Different peers, so that what counts distinct ones has work to do. */
static void burst(int fd, uint64_t first, uint64_t count)
{
	for (uint64_t i = first; i < first + count; i++) {
		uint32_t address = INADDR_LOOPBACK + (uint32_t)(i & 255);
		uint16_t port = 1024 + (uint16_t)((i * 7) & 1023);

		if (set_peer(fd, address, port))
			die("connect");
	}
}

static void background(uint64_t rate, uint64_t seconds)
{
	uint64_t start = now(), end = start + seconds * NANOS, made = 0;
	int fd = open_socket();

	if (!rate) {
		for (; now() < end; made += 256)
			burst(fd, made, 256);
	} else {
		uint64_t slices = rate < SLICES ? rate : SLICES;

		for (uint64_t slice = 1; slice <= seconds * slices; slice++) {
			uint64_t due = rate * slice / slices;

			burst(fd, made, due - made);
			made = due;
			sleep_until(start + slice * (NANOS / slices));
		}
	}
	printf("%llu %llu\n", (unsigned long long)made, (unsigned long long)(now() - start));
}

static void subject(uint16_t trigger)
{
	int fd = open_socket();

	if (set_peer(fd, INADDR_LOOPBACK, trigger))
		die("connect to the trigger port");
	for (int attempt = 0; attempt < VERIFY_ATTEMPTS; attempt++) {
		usleep(VERIFY_MICROS);
		if (set_peer(fd, INADDR_LOOPBACK, DISCARD_PORT))
			_exit(errno == EPERM ? 0 : 1);
	}
	_exit(1);
}

static void subjects(uint64_t count, uint64_t interval_micros, uint16_t trigger)
{
	uint64_t start = now(), refused = 0, ended = 0;
	int status;

	for (uint64_t i = 0; i < count; i++) {
		pid_t child;

		sleep_until(start + i * interval_micros * 1000);
		child = fork();
		if (child < 0)
			die("fork");
		if (!child) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			subject(trigger);
		}
		for (; waitpid(-1, &status, WNOHANG) > 0; ended++)
			refused += WIFEXITED(status) && !WEXITSTATUS(status);
	}
	for (; ended < count && waitpid(-1, &status, 0) > 0; ended++)
		refused += WIFEXITED(status) && !WEXITSTATUS(status);
	printf("%llu %llu\n", (unsigned long long)count, (unsigned long long)refused);
}

static void probe(uint64_t seconds)
{
	uint64_t start = now(), end = start + seconds * NANOS, tries = 0;
	int fd = open_socket();

	for (; now() < end; tries++) {
		if (set_peer(fd, INADDR_LOOPBACK, DISCARD_PORT)) {
			uint64_t refused = now();

			if (errno != EPERM)
				die("connect");
			printf("%llu %llu\n", (unsigned long long)tries, (unsigned long long)refused);
			return;
		}
		sleep_until(start + (tries + 1) * (NANOS / 1000));
	}
	printf("%llu 0\n", (unsigned long long)tries);
}

/* Of the processor, so that others that run meanwhile do not count. */
static uint64_t own_time(void)
{
	struct timespec time;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return time.tv_sec * NANOS + time.tv_nsec;
}

static void calls(uint64_t count)
{
	char line[16];

	while (fgets(line, sizeof(line), stdin)) {
		uint64_t start = own_time();

		for (uint64_t i = 0; i < count; i++)
			syscall(SYS_getppid);
		printf("%llu\n", (unsigned long long)(own_time() - start));
		fflush(stdout);
	}
}

int main(int argc, char **argv)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (argc < 5) {
		fprintf(stderr, "load: see load.c\n");
		return 2;
	}
	enter(argv[2]);
	if (!strcmp(argv[1], "background"))
		background(strtoull(argv[3], NULL, 10), strtoull(argv[4], NULL, 10));
	else if (!strcmp(argv[1], "probe"))
		probe(strtoull(argv[3], NULL, 10));
	else if (!strcmp(argv[1], "calls"))
		calls(strtoull(argv[3], NULL, 10));
	else if (!strcmp(argv[1], "subjects") && argc == 6)
		subjects(strtoull(argv[3], NULL, 10), strtoull(argv[4], NULL, 10),
			 (uint16_t)atoi(argv[5]));
	else
		return 2;
	return 0;
}
