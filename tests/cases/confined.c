/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/* A supervisor that confines itself. */
#include <stdlib.h>

#include "harness.h"

static int call_100_times(void *arg)
{
	(void)arg;
	for (long i = 0; i < 100; i++)
		if (make_trapped_call(i, 0, 0, 0, 0, 0) != i + 1)
			return 1;
	return 0;
}

static _Noreturn void supervise_confined(int listener)
{
	const struct rule allowed[] = {
		{ SYS_ioctl, 0, (uint32_t)listener, SECCOMP_RET_ALLOW },
		{ SYS_exit_group, -1, 0, SECCOMP_RET_ALLOW },
	};
	struct seccomp_notif *req;
	struct seccomp_notif_resp *resp;
	int status = 1;

	if (seccomp_notify_alloc(&req, &resp) != 0 ||
	    install_filter(allowed, COUNT(allowed), SECCOMP_RET_KILL_PROCESS,
			   0) != 0)
		_exit(2);
	for (int i = 0; i < 100; i++) {
		if (seccomp_notify_receive(listener, req) != 0 ||
		    seccomp_notify_id_valid(listener, req->id) != 0)
			goto out;
		resp->id = req->id;
		resp->val = (int64_t)req->data.args[0] + 1;
		if (seccomp_notify_respond(listener, resp) != 0)
			goto out;
	}
	status = 0;
out:
	syscall(SYS_exit_group, status);
	abort();
}

/*
 * "seccomp_notify_receive(), seccomp_notify_respond() and
 * seccomp_notify_id_valid() make no system call other than ioctl(2) on fd."
 * The second run has synchronous wake-up.
 */
START_TEST(ioctl_and_exit_group_are_enough)
{
	struct target target = start_target(call_100_times, NULL);
	pid_t child;

	if (_i)
		setenv("SECCOMP_NOTIFY_SYNC_WAKE_UP", "1", 1);
	child = fork_bound();
	if (child == 0)
		supervise_confined(target.listener);
	ck_assert_int_eq(reap(child), 0);
	ck_assert_int_eq(end_target(&target), 0);
}
END_TEST

TCase *confined_tests(void)
{
	TCase *tests = tcase_create("confined");

	tcase_add_loop_test(tests, ioctl_and_exit_group_are_enough, 0, 2);
	return tests;
}
