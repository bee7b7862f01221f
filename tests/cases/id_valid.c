/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/* seccomp_notify_id_valid() */
#include <fcntl.h>
#include <signal.h>

#include "harness.h"

/*
 * "The seccomp_notify_id_valid() function checks whether the notification with
 * this id has been received and still waits for its response."
 * "If so, the target is alive and still in that call."
 * "seccomp_notify_id_valid() returns 0 if the notification waits for its
 * response,"
 */
START_TEST(a_waiting_notification_is_valid)
{
	struct target target = start_target(call_forever, NULL);
	uint64_t id = receive(target.listener).id;

	assert_succeeds(seccomp_notify_id_valid(target.listener, id));
	assert_succeeds(seccomp_notify_id_valid(target.listener, id));
	kill_target(&target);
}
END_TEST

/* "The library needs no initialization." */
START_TEST(id_valid_may_be_the_first_call)
{
	struct target target = start_target(call_forever, NULL);
	uint64_t id = bare_receive(target.listener);

	assert_succeeds(seccomp_notify_id_valid(target.listener, id));
	kill_target(&target);
}
END_TEST

/*
 * "or already has a response that the target has not taken yet." "or -ENOENT
 * with errno set."
 */
START_TEST(an_answered_notification_is_not_valid)
{
	struct target target = start_target(call_then_idle, NULL);
	struct seccomp_notif_resp resp = { .id = receive(target.listener).id };

	assert_succeeds(seccomp_notify_respond(target.listener, &resp));
	assert_fails(seccomp_notify_id_valid(target.listener, resp.id), -ENOENT,
		     ENOENT);
	kill_target(&target);
}
END_TEST

START_TEST(the_notification_of_a_dead_target_is_not_valid)
{
	struct target target = start_target(call_forever, NULL);
	uint64_t id = receive(target.listener).id;

	kill(target.pid, SIGKILL);
	wait_for_target(&target);
	assert_fails(seccomp_notify_id_valid(target.listener, id), -ENOENT,
		     ENOENT);
	close(target.listener);
}
END_TEST

/* "or the target died, left its call because of a signal," */
START_TEST(the_notification_of_a_call_left_for_a_signal_is_not_valid)
{
	struct target target = start_target(call_under_handler, NULL);
	uint64_t id = receive(target.listener).id;

	assert_succeeds(seccomp_notify_id_valid(target.listener, id));
	kill(target.pid, SIGUSR1);
	wait_until_gone(target.listener, id);
	assert_fails(seccomp_notify_id_valid(target.listener, id), -ENOENT,
		     ENOENT);
	kill_target(&target);
}
END_TEST

static int call_with_default_sigterm(void *blocks)
{
	sigset_t set;

	if (blocks) {
		sigemptyset(&set);
		sigaddset(&set, SIGUSR1);
		sigprocmask(SIG_BLOCK, &set, NULL);
	}
	signal(SIGTERM, SIG_DFL); /* Check installs a handler. */
	signal(SIGQUIT, SIG_DFL); /* A script's background job ignores it. */
	return call_under_handler(NULL);
}

/*
 * "only a fatal signal takes a target out of a call that the supervisor has
 * received,"
 * "Only SIGKILL is certain to end the call: a signal that dumps core, such as
 * SIGQUIT, waits for the response, and so does SIGTERM if another signal that
 * the target does not block is pending."
 */
START_TEST(since_5_19_with_wait_killable_recv_a_received_call_is_not_left)
{
	bool blocks = _i == 3;
	const struct rule rule = { TRAPPED, -1, 0, SECCOMP_RET_USER_NOTIF };
	struct target target =
		try_target(&rule, 1, SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV,
			   call_with_default_sigterm, blocks ? &blocks : NULL);
	uint64_t id;

	if (kernel_version() < KERNEL(5, 19)) {
		ck_assert_int_eq(errno, EINVAL);
		ck_assert_int_eq(target.pid, -1);
		return;
	}
	ck_assert_int_gt(target.pid, 0);
	id = receive(target.listener).id;
	if (_i)
		kill(target.pid, _i == 2 ? SIGQUIT : SIGUSR1);
	if (_i == 1 || _i == 2)
		wait_for_state(target.pid, 'D'); /* the killable wait */
	kill(target.pid, SIGTERM);
	if (_i == 1 || _i == 2) {
		sleep_ms(100);
		assert_succeeds(seccomp_notify_id_valid(target.listener, id));
		kill(target.pid, SIGKILL);
	}
	wait_until_gone(target.listener, id);
	end_target(&target);
}
END_TEST

START_TEST(an_id_that_never_was_is_not_valid)
{
	struct target target = start_target(call_forever, NULL);
	uint64_t id = receive(target.listener).id;

	assert_fails(seccomp_notify_id_valid(target.listener, id + 1000000),
		     -ENOENT, ENOENT);
	/* The kernel gets all 64 bits of the id. */
	assert_fails(seccomp_notify_id_valid(target.listener,
					     id ^ (UINT64_C(1) << 63)),
		     -ENOENT, ENOENT);
	kill_target(&target);
}
END_TEST

START_TEST(id_valid_on_a_bad_descriptor_is_enoent_with_errno)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int urandom = open("/dev/urandom", O_RDONLY | O_CLOEXEC);

	assert_fails(seccomp_notify_id_valid(-1, 1), -ENOENT, EBADF);
	assert_fails(seccomp_notify_id_valid(null, 1), -ENOENT, ENOTTY);
	assert_fails(seccomp_notify_id_valid(urandom, 1), -ENOENT, EINVAL);
	close(urandom);
	close(null);
	assert_fails(seccomp_notify_id_valid(null, 1), -ENOENT, EBADF);
}
END_TEST

/* A simulated kernel that knows the ioctl ID_VALID by the right number, by the
 * number that it had before Linux 5.9, or by neither.
 */
struct kernel {
	struct simulation right;
	struct simulation old;
};

static void answer_either_number(const struct seccomp_notif *req,
				 struct seccomp_notif_resp *resp, void *arg)
{
	struct kernel *kernel = arg;
	bool right = (uint32_t)req->data.args[1] == (uint32_t)ID_VALID;

	answer_simulated(req, resp, right ? &kernel->right : &kernel->old);
}

static struct kernel *simulate_both_numbers(void)
{
	const struct rule rules[] = {
		{ SYS_ioctl, 1, (uint32_t)ID_VALID, SECCOMP_RET_USER_NOTIF },
		{ SYS_ioctl, 1, (uint32_t)ID_VALID_BEFORE_5_9,
		  SECCOMP_RET_USER_NOTIF },
	};
	struct kernel *kernel = shared_memory(sizeof(*kernel));

	simulate_kernel(rules, COUNT(rules), answer_either_number, kernel);
	return kernel;
}

static void fail_next(struct simulation *number, int failing, int error)
{
	number->calls = 0;
	number->failing = failing;
	number->error = error;
}

/*
 * "Signals do not interrupt seccomp_notify_respond() and
 * seccomp_notify_id_valid()."
 * "A signal that arrives during this function does not change the result." The
 * simulated kernel fails 1000 times with EINTR. In the second run, it knows
 * only the old number.
 */
START_TEST(signals_do_not_make_a_live_target_look_dead)
{
	struct target target = start_target(call_forever, NULL);
	uint64_t id = receive(target.listener).id;
	bool before_5_9 = _i;
	struct kernel *kernel;

	stay_on_one_processor(); /* This is faster. */
	kernel = simulate_both_numbers();
	if (before_5_9)
		fail_next(&kernel->right, ALL, EINVAL);
	fail_next(before_5_9 ? &kernel->old : &kernel->right, 1000, EINTR);
	assert_succeeds(seccomp_notify_id_valid(target.listener, id));
	ck_assert_int_eq(kernel->right.calls, before_5_9 ? 1 : 1001);
	ck_assert_int_eq(kernel->old.calls, before_5_9 ? 1001 : 0);
	/* A filter may compare all 64 bits, so the upper ones must be 0. */
	ck_assert_uint_eq(kernel->right.args[1], (uint32_t)ID_VALID);
	if (before_5_9)
		ck_assert_uint_eq(kernel->old.args[1],
				  (uint32_t)ID_VALID_BEFORE_5_9);
	kill_target(&target);
}
END_TEST

/*
 * "The number of the ioctl(2) request behind seccomp_notify_id_valid() was
 * corrected in Linux 5.9."
 */
START_TEST(the_kernel_knows_the_right_number_since_5_9)
{
	struct target target = start_target(call_forever, NULL);
	uint64_t id = receive(target.listener).id;
	int result = bare_ioctl(target.listener, ID_VALID, &id);

	/* Some stable releases before 5.9 have the correction too. */
	if (result != 0) {
		ck_assert_int_eq(errno, EINVAL);
		ck_assert_int_lt(kernel_version(), KERNEL(5, 9));
	}
	ck_assert_int_eq(bare_ioctl(target.listener, ID_VALID_BEFORE_5_9, &id),
			 0);
	kill_target(&target);
}
END_TEST

/*
 * "If the kernel does not know the correct number, the function uses the old
 * one." The two numbers differ in the direction of the request.
 */
START_TEST(the_old_number_is_used_on_a_kernel_before_5_9)
{
	struct target target = start_target(call_forever, NULL);
	uint64_t id = receive(target.listener).id;

	deny_call(SYS_ioctl, 1, (uint32_t)ID_VALID, EINVAL);
	assert_succeeds(seccomp_notify_id_valid(target.listener, id));
	kill(target.pid, SIGKILL);
	wait_for_target(&target);
	assert_fails(seccomp_notify_id_valid(target.listener, id), -ENOENT,
		     ENOENT);
	close(target.listener);
}
END_TEST

/*
 * "If the kernel does not know the correct number, the function uses the old
 * one." Only EINVAL means that the kernel does not know it. The next call tries
 * the correct number again.
 */
START_TEST(the_old_number_is_tried_after_einval_alone)
{
	struct target target = start_target(call_forever, NULL);
	uint64_t id = receive(target.listener).id;
	struct kernel *kernel = simulate_both_numbers();

	for (int error = 1; error <= LAST_ERROR; error++) {
		if (error == EINTR)
			continue;
		fail_next(&kernel->right, ALL, error);
		fail_next(&kernel->old, 0, 0);
		if (error == EINVAL)
			assert_succeeds(
				seccomp_notify_id_valid(target.listener, id));
		else
			assert_fails(
				seccomp_notify_id_valid(target.listener, id),
				-ENOENT, error);
		ck_assert_int_eq(kernel->right.calls, 1);
		ck_assert_int_eq(kernel->old.calls, error == EINVAL);
	}
	kill_target(&target);
}
END_TEST

START_TEST(an_error_with_the_old_number_is_final)
{
	struct kernel *kernel = simulate_both_numbers();

	fail_next(&kernel->right, ALL, EINVAL);
	for (int error = 1; error <= LAST_ERROR; error++) {
		if (error == EINTR)
			continue;
		fail_next(&kernel->old, ALL, error);
		assert_fails(seccomp_notify_id_valid(-1, 1), -ENOENT, error);
		ck_assert_int_eq(kernel->old.calls, 1);
	}
}
END_TEST

START_TEST(the_old_number_is_not_tried_on_newer_kernels)
{
	struct target target = start_target(call_forever, NULL);
	uint64_t id = receive(target.listener).id;
	struct kernel *kernel;

	if (kernel_version() < KERNEL(5, 9))
		SKIP("the kernel is older than 5.9");
	kernel = simulate_both_numbers();
	assert_succeeds(seccomp_notify_id_valid(target.listener, id));
	assert_fails(seccomp_notify_id_valid(target.listener, id + 1000000),
		     -ENOENT, ENOENT);
	ck_assert_int_eq(kernel->right.calls, 2);
	ck_assert_int_eq(kernel->old.calls, 0);
	kill_target(&target);
}
END_TEST

TCase *id_valid_tests(void)
{
	TCase *tests = tcase_create("id_valid");

	tcase_add_test(tests, a_waiting_notification_is_valid);
	tcase_add_test(tests, id_valid_may_be_the_first_call);
	tcase_add_test(tests, an_answered_notification_is_not_valid);
	tcase_add_test(tests, the_notification_of_a_dead_target_is_not_valid);
	tcase_add_test(
		tests,
		the_notification_of_a_call_left_for_a_signal_is_not_valid);
	tcase_add_loop_test(
		tests,
		since_5_19_with_wait_killable_recv_a_received_call_is_not_left,
		0, 4);
	tcase_add_test(tests, an_id_that_never_was_is_not_valid);
	tcase_add_test(tests,
		       id_valid_on_a_bad_descriptor_is_enoent_with_errno);
	tcase_add_loop_test(tests, signals_do_not_make_a_live_target_look_dead,
			    0, 2);
	tcase_add_test(tests, the_kernel_knows_the_right_number_since_5_9);
	tcase_add_test(tests, the_old_number_is_used_on_a_kernel_before_5_9);
	tcase_add_test(tests, the_old_number_is_tried_after_einval_alone);
	tcase_add_test(tests, an_error_with_the_old_number_is_final);
	tcase_add_test(tests, the_old_number_is_not_tried_on_newer_kernels);
	return tests;
}
