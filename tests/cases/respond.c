/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/* seccomp_notify_respond() */
#include <fcntl.h>
#include <signal.h>

#include "harness.h"

/* Makes one call, and another one in a child when the test tells it to. */
static int call_then_let_child_call(void *told)
{
	long expected = 6;
	pid_t child = fork_bound();

	if (child == 0) {
		wait_until_told(told);
		_exit(call_and_check(&expected));
	}
	if (call_and_check(&expected) != 0)
		return 1;
	return reap(child);
}

/* Answers a target's call by resp, and checks that it returns `expected`. */
static void answer_once(long expected, struct seccomp_notif_resp resp)
{
	struct target target = start_target(call_and_check, &expected);

	resp.id = receive(target.listener).id;
	assert_succeeds(seccomp_notify_respond(target.listener, &resp));
	ck_assert_int_eq(end_target(&target), 0);
}

/*
 * "A supervisor receives the notification as a request and answers it with a
 * response, which decides what the target's call returns."
 * "The seccomp_notify_respond() function answers the notification that has the
 * id in resp." "If error is 0, the target's call returns val."
 */
START_TEST(the_targets_call_gives_val)
{
	const struct seccomp_notif_resp resp = { .val = 4711 };

	answer_once(4711, resp);
}
END_TEST

/* "The library needs no initialization." */
START_TEST(respond_may_be_the_first_call)
{
	long expected = 12;
	struct target target = start_target(call_and_check, &expected);
	struct seccomp_notif_resp resp = { .val = 12 };

	resp.id = bare_receive(target.listener);
	assert_succeeds(seccomp_notify_respond(target.listener, &resp));
	ck_assert_int_eq(end_target(&target), 0);
}
END_TEST

/*
 * "If error is a negative errno value, the target's call fails with that error,
 * and val is ignored."
 */
START_TEST(the_targets_call_fails_with_error)
{
	const struct seccomp_notif_resp resp = { .error = -EXDEV, .val = 9 };

	answer_once(-EXDEV, resp);
}
END_TEST

/* Checks that TRAPPED returns this session, as it does without a filter. */
static int expect_session(void *arg)
{
	return make_trapped_call(0, 0, 0, 0, 0, 0) == *(int *)arg ? 0 : 1;
}

/*
 * "If flags is SECCOMP_USER_NOTIF_FLAG_CONTINUE" "and val and error are 0, the
 * kernel executes the call."
 */
START_TEST(continue_lets_the_kernel_run_the_call)
{
	int session = getsid(0);
	struct target target = start_target(expect_session, &session);

	if (continue_call(&target, receive(target.listener).id))
		ck_assert_int_eq(end_target(&target), 0);
}
END_TEST

/*
 * "Signals do not interrupt seccomp_notify_respond()"
 * "The function sends the response even if a signal arrives." The simulated
 * kernel fails 1000 times with EINTR.
 */
START_TEST(signals_do_not_stop_the_response)
{
	long expected = 5;
	struct target target = start_target(call_and_check, &expected);
	struct seccomp_notif_resp resp = { .val = 5 };
	struct simulation *kernel;

	stay_on_one_processor(); /* This is faster. */
	resp.id = receive(target.listener).id;
	kernel = simulate_ioctl((uint32_t)SECCOMP_IOCTL_NOTIF_SEND);
	kernel->failing = 1000;
	kernel->error = EINTR;
	assert_succeeds(seccomp_notify_respond(target.listener, &resp));
	ck_assert_int_eq(kernel->calls, 1001);
	ck_assert_int_eq(end_target(&target), 0);
}
END_TEST

/*
 * "or one of these negative values on failure:" seccomp_notify_respond()
 * returns -ECANCELED for each error.
 */
START_TEST(an_error_of_respond_other_than_eintr_is_final)
{
	struct simulation *kernel =
		simulate_ioctl((uint32_t)SECCOMP_IOCTL_NOTIF_SEND);
	const struct seccomp_notif_resp before = {
		.id = 1, .val = 2, .error = -3, .flags = 4
	};
	struct seccomp_notif_resp resp = before;

	kernel->failing = ALL;
	for (int error = 1; error <= LAST_ERROR; error++) {
		if (error == EINTR)
			continue;
		kernel->error = error;
		kernel->calls = 0;
		assert_fails(seccomp_notify_respond(-1, &resp), -ECANCELED,
			     error);
		ck_assert_int_eq(kernel->calls, 1);
		ck_assert_mem_eq(&resp, &before, sizeof(resp));
	}
	/* A filter may compare all 64 bits, so the upper ones must be 0. */
	ck_assert_uint_eq(kernel->args[1], (uint32_t)SECCOMP_IOCTL_NOTIF_SEND);
}
END_TEST

/*
 * "or took its response." When the target has taken it, the kernel forgets the
 * notification.
 */
START_TEST(a_second_answer_is_einprogress_then_enoent)
{
	struct target target;
	struct seccomp_notif_resp resp = { .val = 1 };
	int first_error;

	stay_on_one_processor();
	target = start_target(call_then_idle, NULL);
	resp.id = receive(target.listener).id;
	assert_succeeds(seccomp_notify_respond(target.listener, &resp));
	ck_assert_int_eq(seccomp_notify_respond(target.listener, &resp),
			 -ECANCELED);
	first_error = errno;
	while (errno == EINPROGRESS) {
		sleep_ms(1);
		ck_assert_int_eq(seccomp_notify_respond(target.listener, &resp),
				 -ECANCELED);
	}
	ck_assert_int_eq(errno, ENOENT);
	ck_assert(first_error == EINPROGRESS || first_error == ENOENT);
	kill_target(&target);
}
END_TEST

/*
 * "or already has a response that the target has not taken yet."
 */
START_TEST(an_answer_that_the_target_has_not_taken_is_einprogress)
{
	struct target target;
	int tries = 0;

	/* The second answer has to come before the target has run. */
	stay_on_one_processor();
	target = start_target(call_forever, NULL);
	do {
		struct seccomp_notif_resp resp = { .val = 1 };

		ck_assert_int_lt(tries++, 100000);
		resp.id = receive(target.listener).id;
		assert_succeeds(seccomp_notify_respond(target.listener, &resp));
		ck_assert_int_eq(seccomp_notify_respond(target.listener, &resp),
				 -ECANCELED);
	} while (errno == ENOENT);
	ck_assert_int_eq(errno, EINPROGRESS);
	kill_target(&target);
}
END_TEST

/*
 * "EINPROGRESS The notification has not been received yet," and for id_valid:
 * "ENOENT The notification has not been received yet," The ids of a listener
 * count up by one, so the test knows the next one.
 */
START_TEST(an_answer_before_the_receive_is_einprogress)
{
	int *told = shared_memory(sizeof(*told));
	struct target target = start_target(call_then_let_child_call, told);
	struct seccomp_notif_resp resp = { .val = 6 };

	resp.id = receive(target.listener).id + 1;
	*told = 1;
	wait_for_notification(target.listener);
	assert_fails(seccomp_notify_respond(target.listener, &resp), -ECANCELED,
		     EINPROGRESS);
	assert_fails(seccomp_notify_id_valid(target.listener, resp.id), -ENOENT,
		     ENOENT);
	ck_assert_uint_eq(receive(target.listener).id, resp.id);
	assert_succeeds(seccomp_notify_respond(target.listener, &resp));
	resp.id--;
	assert_succeeds(seccomp_notify_respond(target.listener, &resp));
	ck_assert_int_eq(end_target(&target), 0);
}
END_TEST

/*
 * "ENOENT No notification with this id waits for a response: there never was
 * one,"
 */
START_TEST(an_unknown_id_is_enoent)
{
	struct target target = start_target(call_forever, NULL);
	struct seccomp_notif_resp resp = { .val = 1 };

	resp.id = receive(target.listener).id + 1000000;
	assert_fails(seccomp_notify_respond(target.listener, &resp), -ECANCELED,
		     ENOENT);
	kill_target(&target);
}
END_TEST

/* "the target died," */
START_TEST(a_dead_target_is_enoent)
{
	struct target target = start_target(call_forever, NULL);
	struct seccomp_notif_resp resp = { .val = 1 };

	resp.id = receive(target.listener).id;
	kill(target.pid, SIGKILL);
	wait_for_target(&target);
	assert_fails(seccomp_notify_respond(target.listener, &resp), -ECANCELED,
		     ENOENT);
	close(target.listener);
}
END_TEST

/*
 * "EINVAL flags has a flag that the kernel does not know, or
 * SECCOMP_USER_NOTIF_FLAG_CONTINUE is set and val or error is not 0."
 * "The notification still waits for its response."
 */
START_TEST(wrong_flags_are_einval)
{
	const struct seccomp_notif_resp wrong[] = {
		{ .flags = 1U << 31 },
		{ .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE, .val = 1 },
		{ .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE, .error = -EPERM },
	};
	long expected = 3;
	struct target target = start_target(call_and_check, &expected);
	struct seccomp_notif_resp resp = wrong[_i];

	resp.id = receive(target.listener).id;
	assert_fails(seccomp_notify_respond(target.listener, &resp), -ECANCELED,
		     EINVAL);
	ck_assert_uint_eq(resp.flags, wrong[_i].flags);
	ck_assert_int_eq(resp.error, wrong[_i].error);
	ck_assert_int_eq(resp.val, wrong[_i].val);
	assert_succeeds(seccomp_notify_id_valid(target.listener, resp.id));
	resp.flags = 0;
	resp.error = 0;
	resp.val = 3;
	assert_succeeds(seccomp_notify_respond(target.listener, &resp));
	ck_assert_int_eq(end_target(&target), 0);
}
END_TEST

/* Refuses each response with a flag, as Linux before 5.5 does. */
static void answer_without_flags(const struct seccomp_notif *req,
				 struct seccomp_notif_resp *resp, void *calls)
{
	struct seccomp_notif_resp sent = { 0 };

	++*(int *)calls;
	if (!read_memory((pid_t)req->pid, req->data.args[2], &sent,
			 sizeof(sent)))
		resp->error = -EIO;
	else if (sent.flags)
		resp->error = -EINVAL;
	else
		resp->flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
}

/*
 * "EINVAL flags has a flag that the kernel does not know,"
 * "(since Linux 5.5)"
 */
START_TEST(continue_before_5_5_is_einval)
{
	const struct rule rule = { SYS_ioctl, 1,
				   (uint32_t)SECCOMP_IOCTL_NOTIF_SEND,
				   SECCOMP_RET_USER_NOTIF };
	int *calls = shared_memory(sizeof(*calls));
	long expected = 8;
	struct target target = start_target(call_and_check, &expected);
	struct seccomp_notif_resp resp = {
		.id = receive(target.listener).id,
		.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE,
	};

	simulate_kernel(&rule, 1, answer_without_flags, calls);
	assert_fails(seccomp_notify_respond(target.listener, &resp), -ECANCELED,
		     EINVAL);
	ck_assert_int_eq(*calls, 1);
	assert_succeeds(seccomp_notify_id_valid(target.listener, resp.id));
	resp.flags = 0;
	resp.val = 8;
	assert_succeeds(seccomp_notify_respond(target.listener, &resp));
	ck_assert_int_eq(end_target(&target), 0);
}
END_TEST

/* "EFAULT resp is NULL." */
START_TEST(respond_null_is_efault)
{
	struct target target = start_target(call_forever, NULL);

	receive(target.listener);
	assert_fails(seccomp_notify_respond(target.listener, NULL), -ECANCELED,
		     EFAULT);
	kill_target(&target);
}
END_TEST

START_TEST(respond_on_a_bad_descriptor_is_ecanceled_with_errno)
{
	struct seccomp_notif_resp resp = { .id = 1 };
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int urandom = open("/dev/urandom", O_RDONLY | O_CLOEXEC);

	assert_fails(seccomp_notify_respond(-1, &resp), -ECANCELED, EBADF);
	assert_fails(seccomp_notify_respond(null, &resp), -ECANCELED, ENOTTY);
	assert_fails(seccomp_notify_respond(urandom, &resp), -ECANCELED,
		     EINVAL);
	close(urandom);
	close(null);
	assert_fails(seccomp_notify_respond(null, &resp), -ECANCELED, EBADF);
}
END_TEST

START_TEST(the_response_is_not_changed)
{
	long expected = 9;
	struct target target = start_target(call_and_check, &expected);
	struct seccomp_notif_resp resp = { .val = 9 };
	uint64_t id = receive(target.listener).id;

	resp.id = id;
	assert_succeeds(seccomp_notify_respond(target.listener, &resp));
	ck_assert_uint_eq(resp.id, id);
	ck_assert_int_eq(resp.val, 9);
	ck_assert_int_eq(resp.error, 0);
	ck_assert_uint_eq(resp.flags, 0);
	ck_assert_int_eq(end_target(&target), 0);
}
END_TEST

TCase *respond_tests(void)
{
	TCase *tests = tcase_create("respond");

	tcase_add_test(tests, the_targets_call_gives_val);
	tcase_add_test(tests, respond_may_be_the_first_call);
	tcase_add_test(tests, the_targets_call_fails_with_error);
	tcase_add_test(tests, continue_lets_the_kernel_run_the_call);
	tcase_add_test(tests, signals_do_not_stop_the_response);
	tcase_add_test(tests, an_error_of_respond_other_than_eintr_is_final);
	tcase_add_test(tests, a_second_answer_is_einprogress_then_enoent);
	tcase_add_test(tests,
		       an_answer_that_the_target_has_not_taken_is_einprogress);
	tcase_add_test(tests, an_answer_before_the_receive_is_einprogress);
	tcase_add_test(tests, an_unknown_id_is_enoent);
	tcase_add_test(tests, a_dead_target_is_enoent);
	tcase_add_loop_test(tests, wrong_flags_are_einval, 0, 3);
	tcase_add_test(tests, continue_before_5_5_is_einval);
	tcase_add_test(tests, respond_null_is_efault);
	tcase_add_test(tests,
		       respond_on_a_bad_descriptor_is_ecanceled_with_errno);
	tcase_add_test(tests, the_response_is_not_changed);
	return tests;
}
