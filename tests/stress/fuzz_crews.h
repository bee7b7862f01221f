/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/*
 * The targets of the fuzzer. The callers of the steady crew never die and get
 * no signals, so a notification stays valid until it is answered. They tell in
 * each call what the last one returned, so each answer can be checked. The
 * callers of the restless crew die or get signals at any moment. The third crew
 * has gone.
 */
#ifndef FUZZ_CREWS_H
#define FUZZ_CREWS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* getsid(0), with two more arguments. No sanitizer makes it. */
#define TRAPPED SYS_getsid
#define CALLERS 4 /* of each crew */

struct crew {
	int listener;
	bool steady;
	/* Received and not answered; some are gone if the crew is restless. */
	struct {
		uint64_t id;
		uint64_t caller;
	} pending[16];
	size_t count;
	uint64_t last_id;
	/* What the next call of each steady caller has to report. */
	uint64_t answers[CALLERS];
};

enum { STEADY, RESTLESS, GONE, CREWS };
extern struct crew crews[CREWS];
extern atomic_ulong *died; /* how many restless callers, in shared memory */

void start_crews(void);

/*
 * Between two inputs, with nothing pending: gives the steady crew the state of
 * a new one.
 */
void reset_crews(void);

/* Where an id stands in pending, or count. */
size_t find_pending(const struct crew *crew, uint64_t id);

#endif
