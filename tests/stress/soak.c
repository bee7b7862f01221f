/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/*
 * 64 threads in 8 target processes make calls, 8 supervisor threads in another
 * process answer them, and this process kills targets at random and starts
 * others in their place.
 *
 * The right answer follows from the arguments, so that a target notices a wrong
 * one. The environment gives DURATION=SECONDS (60) and SEED=N.
 * Needs Linux 5.9, which reports that the last target has gone.
 */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "soak.h"

enum {
	PATIENCE = 60,	  /* seconds until a call counts as lost */
	KILL_EVERY = 400, /* milliseconds at most */
	REPORT_EVERY = 5, /* seconds */
	WARM_UP = 5,	  /* seconds, after which memory may not grow */
	GROWTH = 1024,	  /* KiB that resident memory may grow by */
};

struct shared *shared;

_Noreturn void fail(const char *format, ...)
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

uint32_t next_random(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

enum kind choose_answer(uint32_t offset, uint32_t salt, long *result)
{
	uint32_t mix = (offset ^ salt * 2654435761U) | 1;
	enum kind kind;

	next_random(&mix);
	kind = (enum kind)(next_random(&mix) % 3);
	if (kind == VALUE)
		*result = (long)(next_random(&mix) >> 1);
	else if (kind == ERROR)
		*result = -1 - (long)(next_random(&mix) % 133);
	else
		*result = (long)offset;
	return kind;
}

static pid_t supervisor_pid;
static pid_t targets[TARGETS];
static unsigned long killed;

static void start_target(unsigned int number, int socket, uint32_t seed)
{
	/* The calls of the target that died are not lost: they died with it. */
	for (int i = 0; i < THREADS; i++) {
		struct caller *caller = &shared->callers[number][i];

		caller->begun = (unsigned long)caller->ended;
		caller->since = (long)seconds_now();
	}
	targets[number] = fork_bound();
	if (targets[number] == 0)
		be_target(socket, (struct target_choice){ number, seed });
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

static unsigned int count_lost_calls(void)
{
	unsigned int lost = 0;

	for (int i = 0; i < TARGETS; i++)
		for (int n = 0; n < THREADS; n++) {
			struct caller *caller = &shared->callers[i][n];

			/* A thread that has not begun is late too. */
			lost += caller->since + PATIENCE < (long)seconds_now();
		}
	return lost;
}

static unsigned int count_descriptors(void)
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

static unsigned long measure_memory(void) /* KiB, resident */
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

static unsigned long count_answered(void)
{
	return shared->answered[VALUE] + shared->answered[ERROR] +
	       shared->answered[CONTINUE];
}

static unsigned int descriptors_before; /* with no target */
static unsigned long memory_before;	/* 0 until the warm-up is over */

static void report(long elapsed, double rate)
{
	unsigned int lost = count_lost_calls();
	unsigned int descriptors = count_descriptors();
	unsigned long memory = measure_memory();

	printf("%5ld s %8.0f/s answered %lu (value %lu, error %lu, continue %lu) gone %lu killed %lu lost %u memory %lu KiB descriptors %u\n",
	       elapsed, rate, count_answered(),
	       (unsigned long)shared->answered[VALUE],
	       (unsigned long)shared->answered[ERROR],
	       (unsigned long)shared->answered[CONTINUE],
	       (unsigned long)shared->gone, killed, lost, memory, descriptors);
	fflush(stdout);
	if (lost)
		fail("%u threads have waited for an answer for more than %d s",
		     lost, PATIENCE);
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

/* Only a target that was killed may end before the end. */
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

/* Waits until all targets have ended, and their listeners are closed. */
static void end_targets(void)
{
	long deadline = (long)seconds_now() + PATIENCE;

	shared->stop = true;
	for (int i = 0; i < TARGETS; i++) {
		int status;
		pid_t pid;

		while ((pid = waitpid(targets[i], &status, WNOHANG)) == 0) {
			if ((long)seconds_now() > deadline)
				fail("target %d has waited for an answer for more than %d s",
				     targets[i], PATIENCE);
			sleep_ms(10);
		}
		MUST(pid == targets[i]);
		if (status != 0)
			fail("target %d ended with status %d", pid, status);
	}
	while (count_descriptors() != descriptors_before) {
		if ((long)seconds_now() > deadline)
			fail("the supervisor keeps %u descriptors; it began with %u",
			     count_descriptors(), descriptors_before);
		sleep_ms(10);
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
	if (count_answered() < ended ||
	    count_answered() > ended + killed * THREADS)
		fail("%lu answers were sent, %lu received, %lu targets killed",
		     count_answered(), ended, killed);
	printf("%lu answers sent, %lu received; %lu threads were killed\n",
	       count_answered(), ended, killed * THREADS);
}

static unsigned long read_number(const char *variable, unsigned long otherwise)
{
	const char *text = getenv(variable);
	char *end;
	unsigned long number;

	if (!text)
		return otherwise;
	number = strtoul(text, &end, 0);
	if (!*text || *end)
		fail("%s=%s is not a number", variable, text);
	return number;
}

int main(void)
{
	long duration = (long)read_number("DURATION", 60);
	uint32_t seed =
		(uint32_t)read_number("SEED", (unsigned long)time(NULL)) | 1;
	uint32_t state = seed;
	unsigned long answered_before = 0;
	long began = (long)seconds_now();
	long reported = began;
	int sockets[2];
	int epoll;

	printf("SEED=%u DURATION=%ld: %d threads in %d targets, %d supervisor threads\n",
	       seed, duration, TARGETS * THREADS, TARGETS, SUPERVISORS);
	shared = shared_memory(sizeof(*shared));
	MUST(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) == 0);
	epoll = epoll_create1(EPOLL_CLOEXEC);
	MUST(epoll >= 0);
	supervisor_pid = fork_bound();
	if (supervisor_pid == 0)
		be_supervisor(sockets[0], epoll);
	close(epoll);
	descriptors_before = count_descriptors();
	for (unsigned int i = 0; i < TARGETS; i++)
		start_target(i, sockets[1], next_random(&state));

	while ((long)seconds_now() < began + duration) {
		long now;
		unsigned int victim = next_random(&state) % TARGETS;

		sleep_ms(next_random(&state) % KILL_EVERY);
		check_alive();
		kill_target(victim);
		start_target(victim, sockets[1], next_random(&state));
		now = (long)seconds_now();
		if (now < reported + REPORT_EVERY)
			continue;
		report(now - began,
		       (double)(count_answered() - answered_before) /
			       (double)(now - reported));
		answered_before = count_answered();
		reported = now;
	}
	end_targets();
	check_alive();
	check_sums();
	return 0;
}
