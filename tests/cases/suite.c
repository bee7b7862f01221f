/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/*
 * Runs all cases. CK_RUN_CASE=NAME (of Check) runs one.
 *
 * Comments in quotation marks are sentences of the manual page
 * seccomp_notify_alloc(3notify), each at the test that proves it.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "harness.h"

/* 0, or the errno with which the kernel refuses a filter with a listener. */
static int listener_refused(void)
{
	const struct rule rule = { TRAPPED, -1, 0, SECCOMP_RET_USER_NOTIF };
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(install_filter(&rule, 1, SECCOMP_RET_ALLOW,
				     SECCOMP_FILTER_FLAG_NEW_LISTENER) < 0 ?
			      errno :
			      0);
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		abort();
	return WEXITSTATUS(status);
}

int main(void)
{
	TCase *(*const cases[])(void) = {
		alloc_tests,	receive_tests, respond_tests,
		id_valid_tests, fd_tests,      thread_tests,
		confined_tests, wake_up_tests, notes_tests,
	};
	int refused = listener_refused();
	Suite *suite;
	SRunner *runner;
	int failed;

	switch (refused) {
	case 0:
		break;
	case EINVAL: /* Linux before 5.0 */
	case ENOSYS: /* no seccomp */
	case EPERM:  /* a sandbox forbids it */
	case EBUSY:  /* a container manager supervises this process already */
		printf("SKIP: the whole suite: no user notification of seccomp here: %s\n",
		       strerror(refused));
		return EXIT_SUCCESS;
	default:
		fprintf(stderr, "cannot make a listener: %s\n",
			strerror(refused));
		return EXIT_FAILURE;
	}
	/* Check's own limit of 4 seconds is short for an emulated machine. */
	setenv("CK_DEFAULT_TIMEOUT", "60", 0);
	suite = suite_create("libseccomp-notify");
	for (size_t i = 0; i < COUNT(cases); i++)
		suite_add_tcase(suite, cases[i]());
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
