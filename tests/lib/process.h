/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/*
 * Processes, time, signals and memory, for all programs under tests/. These
 * helpers need neither the library nor Check. If one of them fails, it ends the
 * process with a message.
 */
#ifndef PROCESS_H
#define PROCESS_H

#include <sys/types.h>

/* The name of an errno value, for example "ENOENT". */
const char *error_name(int error);

/*
 * Aborts the process if the condition is false, after a message that names the
 * place, the condition and errno. It is cheaper than Check's macros, which
 * write to a file each time.
 */
#define MUST(condition)                                             \
	do {                                                        \
		if (!(condition))                                   \
			must_abort(__FILE__, __LINE__, #condition); \
	} while (0)
_Noreturn void must_abort(const char *file, int line, const char *condition);

/* fork(2) of a child that is killed when the calling thread ends. */
pid_t fork_bound(void);

/* Reaps the child, and returns its exit status, or 128 + its signal. */
int reap(pid_t child);

/* Zeroed memory, shared with the children that this process will fork. */
void *shared_memory(size_t size);

/* Pins the calling thread, and all that it will start, to one processor. */
void stay_on_one_processor(void);

/* Installs a handler that does nothing, with these flags of sigaction(2). */
void catch_signal(int signal, int flags);

/* The time of the monotonic clock. */
double seconds_now(void);

void sleep_ms(unsigned int ms);

#endif
