/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/* Runs the cases of a suite in parallel, and prints one result for all. */
#ifndef RUNNER_H
#define RUNNER_H

#include <check.h>
#include <stddef.h>

/* A function that makes a case, and the name of that function. */
struct test_case {
	const char *name;
	TCase *(*make)(void);
};
#define CASE(make) ((struct test_case){ #make, make })

/*
 * Runs each case in a process of its own, and prints what Check prints for one
 * suite. At most at_once cases run at the same time; 0 means as many as there
 * are processors, but at least two. Check runs only one case if the environment
 * has CK_RUN_CASE=NAME. Returns the exit status for main().
 */
int run_cases(const char *suite, const struct test_case *cases, size_t count,
	      size_t at_once);

/*
 * SKIP() ends the test as skipped. run_cases() prints "SKIP: test: reason" on
 * standard error, once for a loop test, and the number of skipped checks for
 * each reason. Both strings must be constants of the program.
 */
void skip(const char *test, const char *reason);
#define SKIP(reason)                    \
	do {                            \
		skip(__func__, reason); \
		return;                 \
	} while (0)

#endif
