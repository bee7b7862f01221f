/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/*
 * What the processes of the soak test share: soak.c starts them, soak_target.c
 * calls, and soak_supervisor.c answers.
 */
#ifndef SOAK_H
#define SOAK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "process.h"

enum {
	TARGETS = 8,
	THREADS = 8, /* of each target */
	SUPERVISORS = 8,
	FILE_TO_SEEK = 100, /* the descriptor that the filter traps */
};

/* One for each thread of a target. Once the target runs, only that thread
 * writes it.
 */
struct caller {
	atomic_ulong begun;
	atomic_ulong ended;
	atomic_long since; /* when the last call began, in seconds */
};

enum kind { VALUE, ERROR, CONTINUE };

/* In shared memory, so that the counters of a killed target remain. */
struct shared {
	struct caller callers[TARGETS][THREADS];
	atomic_bool stop;
	atomic_ulong answered[3]; /* by kind */
	atomic_ulong gone;	  /* received, and then the target died */
};

extern struct shared *shared;

_Noreturn void fail(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

/* Marsaglia's xorshift. */
uint32_t next_random(uint32_t *state);

/*
 * The call is lseek(FILE_TO_SEEK, offset, SEEK_SET), whose real result is the
 * offset. A fourth argument, which the kernel ignores, decides together with
 * the offset what the answer is.
 */
enum kind choose_answer(uint32_t offset, uint32_t salt, long *result);

/* The two bodies of processes; each gets its end of the socket. */
struct target_choice {
	unsigned int number;
	uint32_t seed;
};
_Noreturn void be_target(int socket, struct target_choice choice);
_Noreturn void be_supervisor(int socket, int epoll);

#endif
