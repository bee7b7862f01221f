/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "process.h"
#include "runner.h"
#include "trap.h"

#if defined(__has_feature)
#if __has_feature(memory_sanitizer)
/*
 * Check is not instrumented, so MemorySanitizer does not see that Check
 * initializes the memory that it allocates.
 */
const char *__msan_default_options(void);
const char *__msan_default_options(void)
{
	return "poison_in_malloc=0:poison_in_free=0";
}
#endif
#endif

/* Memory shared with the processes of the cases and of their tests. */
static struct shared {
	atomic_int run;
	atomic_int failures;
	atomic_int errors;
	atomic_size_t skipped;
	struct {
		const char *test;
		const char *reason;
	} skips[1000];
} * shared;

static void print_skip(const char *test, const char *reason)
{
	/* Check adds "_fn" to the name of a test's function. */
	fprintf(stderr, "SKIP: %.*s: %s\n", (int)strlen(test) - 3, test,
		reason);
}

void skip(const char *test, const char *reason)
{
	size_t number = shared->skipped++;

	MUST(number < COUNT(shared->skips));
	shared->skips[number].test = test;
	shared->skips[number].reason = reason;
}

/* Check calls fork(2) for each test: kill the child if its parent ends. */
static void bind_test(void)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
}

static _Noreturn void run_case(const char *name, TCase *tests)
{
	Suite *suite = suite_create(name);
	SRunner *runner;
	TestResult **failed;
	int count;

	/* Check kills the running test when it gets SIGTERM. */
	prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0);
	tcase_add_checked_fixture(tests, bind_test, NULL);
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_SILENT);
	srunner_print(runner, CK_ENV);
	shared->run += srunner_ntests_run(runner);
	count = srunner_ntests_failed(runner);
	failed = srunner_failures(runner);
	for (int i = 0; i < count; i++)
		if (tr_rtype(failed[i]) == CK_FAILURE)
			shared->failures++;
		else
			shared->errors++;
	free((void *)failed);
	srunner_free(runner);
	exit(EXIT_SUCCESS);
}

/* Prints the output of a case without the line that counts its checks. */
static void print_output(FILE *output)
{
	char line[4096];
	int percent;
	int checks;

	rewind(output);
	while (fgets(line, sizeof(line), output))
		if (sscanf(line, "%d%%: Checks: %d,", &percent, &checks) != 2)
			fputs(line, stdout);
	fclose(output);
}

/* The number of skips before `end` that have this reason. */
static int count_skips(const char *reason, size_t end)
{
	int count = 0;

	for (size_t i = 0; i < end; i++)
		count += strcmp(shared->skips[i].reason, reason) == 0;
	return count;
}

static bool is_first_skip(size_t number)
{
	for (size_t i = 0; i < number; i++)
		if (shared->skips[i].test == shared->skips[number].test)
			return false;
	return true;
}

static void print_skips(void)
{
	const char *before = ":";

	if (!shared->skipped)
		return;
	for (size_t i = 0; i < shared->skipped; i++)
		if (is_first_skip(i))
			print_skip(shared->skips[i].test,
				   shared->skips[i].reason);
	printf("Skipped: %zu of %d checks", shared->skipped, shared->run);
	for (size_t i = 0; i < shared->skipped; i++) {
		const char *reason = shared->skips[i].reason;

		if (count_skips(reason, i))
			continue;
		printf("%s %s (%d)", before, reason,
		       count_skips(reason, shared->skipped));
		before = ";";
	}
	printf("\n");
}

/* A case that was started. */
struct running {
	const char *name;
	pid_t pid;
	FILE *output;
};

static struct running start_case(const char *suite,
				 const struct test_case *test_case)
{
	struct running running = { test_case->name, -1, tmpfile() };

	MUST(running.output);
	running.pid = fork_bound();
	if (running.pid == 0) {
		MUST(dup2(fileno(running.output), STDOUT_FILENO) >= 0);
		run_case(suite, test_case->make());
	}
	return running;
}

static void end_case(struct running *running)
{
	int status = reap(running->pid);

	print_output(running->output);
	if (status == EXIT_SUCCESS)
		return;
	if (status > 128)
		printf("The process that ran %s was killed by signal %d (%s).\n",
		       running->name, status - 128, strsignal(status - 128));
	else
		printf("The process that ran %s ended with exit status %d.\n",
		       running->name, status);
	shared->run++;
	shared->errors++;
}

/* The number of processors, but at least two, because tests often sleep. */
static size_t count_processors(void)
{
	cpu_set_t set;

	MUST(sched_getaffinity(0, sizeof(set), &set) == 0);
	return CPU_COUNT(&set) > 2 ? (size_t)CPU_COUNT(&set) : 2;
}

int run_cases(const char *suite, const struct test_case *cases, size_t count,
	      size_t at_once)
{
	struct running running[32];
	int failed;

	MUST(count <= COUNT(running));
	if (at_once == 0)
		at_once = count_processors();
	shared = shared_memory(sizeof(*shared));
	printf("Running suite(s): %s\n", suite);
	for (size_t i = 0; i < count; i++) {
		if (i >= at_once)
			end_case(&running[i - at_once]);
		running[i] = start_case(suite, &cases[i]);
	}
	for (size_t i = count > at_once ? count - at_once : 0; i < count; i++)
		end_case(&running[i]);
	fflush(stdout);
	print_skips();
	failed = shared->failures + shared->errors;
	printf("%d%%: Checks: %d, Failures: %d, Errors: %d\n",
	       shared->run ? (shared->run - failed) * 100 / shared->run : 100,
	       shared->run, shared->failures, shared->errors);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
