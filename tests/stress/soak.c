/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/*
 * 64 threads in 8 target processes make calls, 8 supervisor threads in another
 * process answer them, and this one kills targets at random and starts others
 * in their place.
 *
 * What the answer has to be follows from the arguments, so that a target can
 * tell a wrong one. All counters are in shared memory, where a target that was
 * killed leaves its own behind.
 *
 * DURATION=SECONDS (60) and SEED=N come from the environment.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <seccomp.h>

#include "trap.h"

#ifndef SECCOMP_USER_NOTIF_FLAG_CONTINUE /* Linux 5.5 */
#define SECCOMP_USER_NOTIF_FLAG_CONTINUE (1UL << 0)
#endif

enum {
	TARGETS = 8,
	THREADS = 8, /* of each target */
	SUPERVISORS = 8,
	PATIENCE = 10,	    /* seconds until a call without an answer is lost */
	KILL_EVERY = 400,   /* milliseconds at most */
	REPORT_EVERY = 5,   /* seconds */
	WARM_UP = 5,	    /* seconds, after which memory may not grow */
	GROWTH = 1024,	    /* KiB of resident memory that mean nothing */
	FILE_TO_SEEK = 100, /* the descriptor, by which the filter knows it */
};

/* One for each thread of a target, which is the only one to write it. */
struct caller {
	atomic_ulong begun;
	atomic_ulong ended;
	atomic_long since; /* when the last call began, in seconds */
};

struct shared {
	struct caller callers[TARGETS][THREADS];
	atomic_bool stop;
	atomic_ulong answered[3]; /* by kind */
	atomic_ulong gone;	  /* received, and then the target died */
};

static struct shared *shared;

enum kind { VALUE, ERROR, CONTINUE };

static _Noreturn void __attribute__((format(printf, 1, 2)))
fail(const char *format, ...)
{
	va_list arguments;

	fflush(stdout);
	fprintf(stderr, "soak: ");
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fprintf(stderr, "\n");
	_exit(1);
}

#define MUST(condition)                                                   \
	do {                                                              \
		if (!(condition))                                         \
			fail("%s:%d: not so: %s: %s", __FILE__, __LINE__, \
			     #condition, strerror(errno));                \
	} while (0)

static long seconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (long)now.tv_sec;
}

/* Marsaglia's xorshift. */
static uint32_t random_next(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

/*
 * The call is lseek(FILE_TO_SEEK, offset, SEEK_SET), whose real result is the
 * offset. A fourth argument, which the kernel does not look at, says with the
 * offset what the answer is.
 */
static enum kind right_answer(uint32_t offset, uint32_t salt, long *result)
{
	uint32_t mix = (offset ^ salt * 2654435761U) | 1;
	enum kind kind;

	random_next(&mix);
	kind = (enum kind)(random_next(&mix) % 3);
	if (kind == VALUE)
		*result = (long)(random_next(&mix) >> 1);
	else if (kind == ERROR)
		*result = -1 - (long)(random_next(&mix) % 133);
	else
		*result = (long)offset;
	return kind;
}

/* --- Targets ------------------------------------------------------------- */

static unsigned int slot; /* of this target */
static uint32_t target_seed;

static void *calling_thread(void *arg)
{
	struct caller *caller = arg;
	uint32_t state =
		target_seed + (uint32_t)(caller - shared->callers[slot]) * 7919;

	while (!shared->stop) {
		uint32_t offset = random_next(&state) >> 1;
		uint32_t salt = random_next(&state);
		long expected;
		long result;

		right_answer(offset, salt, &expected);
		caller->since = seconds_now();
		caller->begun++;
		result = syscall(SYS_lseek, FILE_TO_SEEK, (unsigned long)offset,
				 SEEK_SET, (unsigned long)salt, 0, 0);
		if (result == -1)
			result = -errno;
		if (result != expected)
			fail("target %d: call %lu (offset %u, salt %u) gave %ld, not %ld",
			     getpid(), (unsigned long)caller->begun, offset,
			     salt, result, expected);
		caller->ended++;
	}
	return NULL;
}

static _Noreturn void target(int socket)
{
	const struct rule rule = { SYS_lseek, 0, FILE_TO_SEEK,
				   SECCOMP_RET_USER_NOTIF };
	pthread_t threads[THREADS];
	int file = (int)syscall(SYS_memfd_create, "soak", 0);
	int listener;

	MUST(dup2(file, FILE_TO_SEEK) == FILE_TO_SEEK);
	listener = install_filter(&rule, 1, SECCOMP_RET_ALLOW,
				  SECCOMP_FILTER_FLAG_NEW_LISTENER);
	MUST(listener >= 0);
	MUST(send_fd(socket, listener) == 0);
	close(listener);
	for (int i = 0; i < THREADS; i++)
		MUST(pthread_create(&threads[i], NULL, calling_thread,
				    &shared->callers[slot][i]) == 0);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	_exit(0);
}

/* --- Supervisor ---------------------------------------------------------- */

/* Closed by the last of its users: the epoll instance, and who answers. */
struct listener {
	int fd;
	atomic_int users;
};

static int epoll;

static void watch(struct listener *listener, int operation)
{
	/* One thread at a time waits on it; others may be answering. */
	struct epoll_event event = { .events = EPOLLIN | EPOLLONESHOT,
				     .data.ptr = listener };

	MUST(epoll_ctl(epoll, operation, listener->fd, &event) == 0);
}

static void leave(struct listener *listener)
{
	if (--listener->users > 0)
		return;
	close(listener->fd);
	free(listener);
}

static void answer(int fd, const struct seccomp_notif *req,
		   struct seccomp_notif_resp *resp)
{
	long result;
	enum kind kind = right_answer((uint32_t)req->data.args[1],
				      (uint32_t)req->data.args[3], &result);

	resp->id = req->id;
	resp->val = kind == VALUE ? result : 0;
	resp->error = kind == ERROR ? (int)result : 0;
	resp->flags = kind == CONTINUE ? SECCOMP_USER_NOTIF_FLAG_CONTINUE : 0;
	if (seccomp_notify_id_valid(fd, req->id) == 0 &&
	    seccomp_notify_respond(fd, resp) == 0) {
		shared->answered[kind]++;
		return;
	}
	MUST(errno == ENOENT);
	shared->gone++;
}

static void *supervisor_thread(void *arg)
{
	struct seccomp_notif *req = NULL;
	struct seccomp_notif_resp *resp = NULL;
	struct epoll_event event;

	for (unsigned int round = 0;; round++) {
		struct listener *listener;

		if (round % 100 == 0) { /* a leak would add up */
			seccomp_notify_free(req, resp);
			MUST(seccomp_notify_alloc(&req, &resp) == 0);
		}
		if (epoll_wait(epoll, &event, 1, -1) != 1) {
			MUST(errno == EINTR);
			continue;
		}
		listener = event.data.ptr;
		if (event.events & EPOLLHUP) {
			MUST(epoll_ctl(epoll, EPOLL_CTL_DEL, listener->fd,
				       NULL) == 0);
			leave(listener);
			continue;
		}
		if (seccomp_notify_receive(listener->fd, req) != 0) {
			/* ENOENT: killed since it was there to receive. */
			MUST(errno == ENOENT || errno == EINTR);
			watch(listener, EPOLL_CTL_MOD);
			continue;
		}
		MUST(req->data.nr == SYS_lseek);
		MUST(req->data.args[0] == FILE_TO_SEEK);
		listener->users++;
		watch(listener, EPOLL_CTL_MOD);
		answer(listener->fd, req, resp);
		leave(listener);
	}
	return arg;
}

static void on_signal(int signal)
{
	(void)signal;
}

static _Noreturn void supervisor(int socket)
{
	const struct sigaction action = { .sa_handler = on_signal };
	struct pollfd arrival = { socket, POLLIN, 0 };
	pthread_t threads[SUPERVISORS];

	MUST(sigaction(SIGUSR1, &action, NULL) == 0);
	for (int i = 0; i < SUPERVISORS; i++)
		MUST(pthread_create(&threads[i], NULL, supervisor_thread,
				    NULL) == 0);
	for (;;) {
		/* Wakes who waits for a target that died; harms nobody. */
		if (poll(&arrival, 1, 100) != 1) {
			for (int i = 0; i < SUPERVISORS; i++)
				pthread_kill(threads[i], SIGUSR1);
			continue;
		}
		struct listener *listener = malloc(sizeof(*listener));

		MUST(listener);
		listener->users = 1;
		listener->fd = receive_fd(socket);
		MUST(listener->fd >= 0);
		watch(listener, EPOLL_CTL_ADD);
	}
}

/* --- Control ------------------------------------------------------------- */

static pid_t supervisor_pid;
static pid_t targets[TARGETS];
static unsigned long killed;

static pid_t start(void (*body)(int), int socket)
{
	pid_t parent = getpid();
	pid_t pid;

	fflush(stdout);
	pid = fork();
	MUST(pid >= 0);
	if (pid > 0)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	if (getppid() == parent)
		body(socket);
	_exit(1);
}

static void start_target(unsigned int number, int socket, uint32_t seed)
{
	slot = number;
	target_seed = seed;
	/* What the dead one had begun is not lost, but died with it. */
	for (int i = 0; i < THREADS; i++) {
		struct caller *caller = &shared->callers[number][i];

		caller->begun = (unsigned long)caller->ended;
		caller->since = seconds_now();
	}
	targets[number] = start(target, socket);
}

static void kill_target(unsigned int number)
{
	int status;

	kill(targets[number], SIGKILL);
	MUST(waitpid(targets[number], &status, 0) == targets[number]);
	if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
		fail("target %d ended before it was killed (status %d)",
		     targets[number], status);
	killed++;
}

static unsigned int lost_calls(void)
{
	unsigned int lost = 0;

	for (int i = 0; i < TARGETS; i++)
		for (int n = 0; n < THREADS; n++) {
			struct caller *caller = &shared->callers[i][n];

			/* A thread that has not begun is late too. */
			lost += caller->since + PATIENCE < seconds_now();
		}
	return lost;
}

static unsigned int supervisor_descriptors(void)
{
	char path[32];
	unsigned int count = 0;
	DIR *directory;

	snprintf(path, sizeof(path), "/proc/%d/fd", supervisor_pid);
	directory = opendir(path);
	MUST(directory);
	for (struct dirent *entry; (entry = readdir(directory));)
		count += entry->d_name[0] != '.';
	closedir(directory);
	return count;
}

static unsigned long supervisor_memory(void) /* KiB, resident */
{
	char path[32];
	unsigned long pages = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/statm", supervisor_pid);
	file = fopen(path, "re");
	MUST(file && fscanf(file, "%*u %lu", &pages) == 1);
	fclose(file);
	return pages * (unsigned long)sysconf(_SC_PAGESIZE) / 1024;
}

static unsigned long answered(void)
{
	return shared->answered[VALUE] + shared->answered[ERROR] +
	       shared->answered[CONTINUE];
}

static unsigned int descriptors_before; /* with no target */
static unsigned long memory_before;	/* 0 until the warm-up is over */

static void report(long elapsed, double rate)
{
	unsigned int lost = lost_calls();
	unsigned int descriptors = supervisor_descriptors();
	unsigned long memory = supervisor_memory();

	printf("%5ld s %8.0f/s answered %lu (value %lu, error %lu, continue %lu) gone %lu killed %lu lost %u memory %lu KiB descriptors %u\n",
	       elapsed, rate, answered(),
	       (unsigned long)shared->answered[VALUE],
	       (unsigned long)shared->answered[ERROR],
	       (unsigned long)shared->answered[CONTINUE],
	       (unsigned long)shared->gone, killed, lost, memory, descriptors);
	fflush(stdout);
	if (lost)
		fail("%u threads wait for an answer since more than %d s", lost,
		     PATIENCE);
	/* Listeners of the dead may be open for a moment. */
	if (descriptors > descriptors_before + 2 * TARGETS)
		fail("the supervisor has %u descriptors; it began with %u",
		     descriptors, descriptors_before);
	if (!memory_before && elapsed >= WARM_UP)
		memory_before = memory;
	if (memory_before && memory > memory_before + GROWTH)
		fail("the supervisor has grown from %lu to %lu KiB",
		     memory_before, memory);
}

/* Nobody but who was killed ends before the end. */
static void check_alive(void)
{
	int status;
	pid_t pid = waitpid(-1, &status, WNOHANG);

	MUST(pid >= 0);
	if (pid > 0)
		fail("%s %d ended (status %d)",
		     pid == supervisor_pid ? "supervisor" : "target", pid,
		     status);
}

/* Every target gets its last answers, and ends; so do their listeners. */
static void end_targets(void)
{
	long deadline = seconds_now() + PATIENCE;

	shared->stop = true;
	for (int i = 0; i < TARGETS; i++) {
		int status;
		pid_t pid;

		while ((pid = waitpid(targets[i], &status, WNOHANG)) == 0) {
			if (seconds_now() > deadline)
				fail("target %d waits for an answer since more than %d s",
				     targets[i], PATIENCE);
			poll(NULL, 0, 10);
		}
		MUST(pid == targets[i]);
		if (status != 0)
			fail("target %d ended with status %d", pid, status);
	}
	while (supervisor_descriptors() != descriptors_before) {
		if (seconds_now() > deadline)
			fail("the supervisor keeps %u descriptors; it began with %u",
			     supervisor_descriptors(), descriptors_before);
		poll(NULL, 0, 10);
	}
}

/* Each answer was taken by a target, or by one of the threads that died. */
static void check_sums(void)
{
	unsigned long begun = 0;
	unsigned long ended = 0;

	for (int i = 0; i < TARGETS; i++)
		for (int n = 0; n < THREADS; n++) {
			begun += shared->callers[i][n].begun;
			ended += shared->callers[i][n].ended;
		}
	if (begun != ended)
		fail("%lu calls were begun, %lu ended", begun, ended);
	if (answered() < ended || answered() > ended + killed * THREADS)
		fail("%lu answers were sent, %lu received, %lu targets killed",
		     answered(), ended, killed);
	printf("%lu answers sent, %lu received; %lu threads were killed\n",
	       answered(), ended, killed * THREADS);
}

static unsigned long number_from(const char *variable, unsigned long otherwise)
{
	const char *text = getenv(variable);

	return text ? strtoul(text, NULL, 0) : otherwise;
}

int main(void)
{
	long duration = (long)number_from("DURATION", 60);
	uint32_t seed =
		(uint32_t)number_from("SEED", (unsigned long)time(NULL)) | 1;
	uint32_t state = seed;
	unsigned long answered_before = 0;
	long began = seconds_now();
	long reported = began;
	int sockets[2];

	printf("SEED=%u DURATION=%ld: %d threads in %d targets, %d supervisor threads\n",
	       seed, duration, TARGETS * THREADS, TARGETS, SUPERVISORS);
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	MUST(shared != MAP_FAILED);
	MUST(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) == 0);
	epoll = epoll_create1(EPOLL_CLOEXEC);
	MUST(epoll >= 0);
	supervisor_pid = start(supervisor, sockets[0]);
	close(epoll);
	descriptors_before = supervisor_descriptors();
	for (unsigned int i = 0; i < TARGETS; i++)
		start_target(i, sockets[1], random_next(&state));

	while (seconds_now() < began + duration) {
		long now;
		unsigned int victim = random_next(&state) % TARGETS;

		poll(NULL, 0, (int)(random_next(&state) % KILL_EVERY));
		check_alive();
		kill_target(victim);
		start_target(victim, sockets[1], random_next(&state));
		now = seconds_now();
		if (now < reported + REPORT_EVERY)
			continue;
		report(now - began, (double)(answered() - answered_before) /
					    (double)(now - reported));
		answered_before = answered();
		reported = now;
	}
	end_targets();
	check_alive();
	check_sums();
	return 0;
}
