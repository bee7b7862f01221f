/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/*
 * The targets of a measurement: threads of one child that make a trapped call
 * again and again and check each answer.
 */
#ifndef TARGETS_H
#define TARGETS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* The answer to a call depends on its first argument. */
#define ANSWER(arg) ((arg)*3 + 1)

/* The supervisor's thread that receives this argument ends. */
#define LAST_CALL 0x10000000

struct plan {
	int threads;
	int listeners;	    /* over which the threads are spread evenly */
	int last_calls;	    /* the number of LAST_CALLs; 0 with epoll */
	unsigned int ms;    /* how long to measure */
	unsigned long work; /* turns of work() between two calls */
};

/* Round trips a second, and the latency of one in nanoseconds. */
struct outcome {
	double rate;
	unsigned long median;
	unsigned long percentile_99;
	bool right; /* whether all answers were right */
};

/*
 * Starts the targets. All listeners arrive before the first call is made. The
 * child dies with the thread that started it, exits when it is done, and leaves
 * what it measured in *outcome, which is shared memory. Failure ends the
 * program.
 */
pid_t targets_start(const struct plan *plan, struct outcome *outcome,
		    int *listeners);

/* Keeps the processor busy for this many turns of a loop. */
void work(unsigned long turns);

#endif
