/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/*
 * Runs all cases, or only one if the environment has CK_RUN_CASE=NAME.
 *
 * The quotations in comments are sentences of the manual pages, or parts of
 * them. Each one is at the test that proves it.
 * `tests/quality/sentences.sh --where` lists the tests of each sentence.
 */
#include <signal.h>
#include <stdlib.h>

#include "harness.h"

/* Why the tests cannot run here; NULL if they can. */
static const char *find_obstacle(void)
{
	const struct rule rule = { TRAPPED, -1, 0, SECCOMP_RET_USER_NOTIF };
	int status;
	pid_t child;

	if (access("/proc/self/syscall", R_OK) != 0)
		return "/proc is not mounted";
	child = fork_bound();
	if (child == 0)
		_exit(install_filter(&rule, 1, SECCOMP_RET_ALLOW,
				     SECCOMP_FILTER_FLAG_NEW_LISTENER) < 0 ?
			      errno :
			      0);
	status = reap(child);
	switch (status) {
	case 0:
		return NULL;
	case EINVAL:
		return "the kernel has no user notification (EINVAL); Linux 5.0 or later is needed";
	case ENOSYS:
		return "the kernel has no seccomp(2) (ENOSYS)";
	case EPERM:
		return "a sandbox forbids seccomp(2) (EPERM)";
	case EBUSY:
		return "this process is itself a target of a supervisor, such as a container manager (EBUSY)";
	case 128 + SIGSYS:
		return "a sandbox kills the caller of seccomp(2) (SIGSYS)";
	default:
		fprintf(stderr, "suite: no listener can be made: %s (%d)\n",
			error_name(status), status);
		exit(EXIT_FAILURE);
	}
}

int main(void)
{
	const struct test_case cases[] = {
		CASE(alloc_tests),	  CASE(receive_tests),
		CASE(respond_tests),	  CASE(id_valid_tests),
		CASE(fd_tests),		  CASE(thread_tests),
		CASE(confined_tests),	  CASE(wake_up_tests),
		CASE(notes_tests),	  CASE(interface_tests),
		CASE(guide_tests),	  CASE(guide_target_tests),
		CASE(guide_acting_tests), CASE(guide_rights_tests),
		CASE(guide_copy_tests),
	};
	const char *obstacle = find_obstacle();

	if (obstacle) {
		printf("SKIP: the whole suite: %s\n", obstacle);
		return EXIT_SUCCESS;
	}
	/* Check's default of 4 seconds is too short on an emulated machine. */
	setenv("CK_DEFAULT_TIMEOUT", "240", 0);
	return run_cases("libseccomp-notify", cases, COUNT(cases), 0);
}
