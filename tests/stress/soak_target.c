/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/* A target, whose threads make calls and check each result. */
#include <errno.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "soak.h"
#include "trap.h"

static struct target_choice self;

static void *call_until_stopped(void *arg)
{
	struct caller *caller = arg;
	uint32_t thread = (uint32_t)(caller - shared->callers[self.number]);
	uint32_t state = self.seed + thread * 7919;

	while (!shared->stop) {
		uint32_t offset = next_random(&state) >> 1;
		uint32_t salt = next_random(&state);
		long expected;
		long result;

		choose_answer(offset, salt, &expected);
		caller->since = (long)seconds_now();
		caller->begun++;
		result = syscall(SYS_lseek, FILE_TO_SEEK, (unsigned long)offset,
				 SEEK_SET, (unsigned long)salt, 0, 0);
		if (result == -1)
			result = -errno;
		if (result != expected)
			fail("target %d: call %lu (offset %u, salt %u) returned %ld instead of %ld",
			     getpid(), (unsigned long)caller->begun, offset,
			     salt, result, expected);
		caller->ended++;
	}
	return NULL;
}

_Noreturn void be_target(int socket, struct target_choice choice)
{
	const struct rule rule = { SYS_lseek, 0, FILE_TO_SEEK,
				   SECCOMP_RET_USER_NOTIF };
	pthread_t threads[THREADS];
	int file = (int)syscall(SYS_memfd_create, "soak", 0);
	int listener;

	self = choice;
	MUST(dup2(file, FILE_TO_SEEK) == FILE_TO_SEEK);
	listener = install_filter(&rule, 1, SECCOMP_RET_ALLOW,
				  SECCOMP_FILTER_FLAG_NEW_LISTENER);
	MUST(listener >= 0);
	MUST(send_fd(socket, listener) == 0);
	close(listener);
	for (int i = 0; i < THREADS; i++)
		MUST(pthread_create(&threads[i], NULL, call_until_stopped,
				    &shared->callers[self.number][i]) == 0);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	_exit(0);
}
