/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "process.h"

/* NULL in musl and in glibc before 2.32. */
extern const char *name_of_error(int error) __asm__("strerrorname_np")
	__attribute__((weak));

const char *error_name(int error)
{
	const char *name = name_of_error ? name_of_error(error) : NULL;

	return name ? name : strerror(error);
}

void must_abort(const char *file, int line, const char *condition)
{
	int error = errno;

	fflush(stdout);
	fprintf(stderr, "%s:%d: this must be true: %s (errno is %s)\n", file,
		line, condition, error_name(error));
	abort();
}

pid_t fork_bound(void)
{
	pid_t parent = getpid();
	pid_t pid;

	/* The child must not write the parent's buffered output again. */
	fflush(NULL);
	pid = fork();
	if (pid < 0) {
		fprintf(stderr,
			"cannot start a process: %s; is the limit on processes (ulimit -u) too low?\n",
			error_name(errno));
		abort();
	}
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
		/* The parent may have ended before the prctl(). */
		if (getppid() != parent)
			_exit(126);
	}
	return pid;
}

int reap(pid_t child)
{
	int status;

	while (waitpid(child, &status, 0) != child)
		MUST(errno == EINTR);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void *shared_memory(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	MUST(memory != MAP_FAILED);
	return memory;
}

void stay_on_one_processor(void)
{
	cpu_set_t set;
	int last = CPU_SETSIZE - 1;

	MUST(sched_getaffinity(0, sizeof(set), &set) == 0);
	/* The last one gets the fewest interrupts. */
	while (!CPU_ISSET(last, &set))
		last--;
	CPU_ZERO(&set);
	CPU_SET(last, &set);
	MUST(sched_setaffinity(0, sizeof(set), &set) == 0);
}

static void do_nothing(int signal)
{
	(void)signal;
}

void catch_signal(int signal, int flags)
{
	const struct sigaction action = { .sa_handler = do_nothing,
					  .sa_flags = flags };

	MUST(sigaction(signal, &action, NULL) == 0);
}

double seconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

void sleep_ms(unsigned int ms)
{
	poll(NULL, 0, (int)ms);
}
