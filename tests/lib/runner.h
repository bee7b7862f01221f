/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/* Runs the cases of a suite side by side, and prints one result for all. */
#ifndef RUNNER_H
#define RUNNER_H

#include <check.h>
#include <stddef.h>

/*
 * Runs each case in a process of its own, at_once of them at the same time (0:
 * as many as there are processors, but two at least), and prints what Check
 * prints for one suite; the last line counts all checks. CK_RUN_CASE=NAME (of
 * Check) runs one case. Returns the exit status.
 */
int run_cases(const char *suite, TCase *(*const cases[])(void), size_t count,
	      size_t at_once);

/*
 * The test returns after it. run_cases() prints "SKIP: test: reason" on
 * standard error, once for a loop test, and counts the skipped checks by
 * reason. Both strings must be constants of the program.
 */
void skip(const char *test, const char *reason);
#define SKIP(reason)                    \
	do {                            \
		skip(__func__, reason); \
		return;                 \
	} while (0)

#endif
