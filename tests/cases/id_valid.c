/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/* seccomp_notify_id_valid() */
#include <fcntl.h>
#include <signal.h>

#include "harness.h"

/*
 * "The seccomp_notify_id_valid() function checks whether the notification id
 * has been received and still waits for its response, that is, whether the
 * target is alive and still in that call."
 * "seccomp_notify_id_valid() returns 0 if the notification waits for its
 * response, or -ENOENT with errno set."
 */
START_TEST(a_waiting_notification_is_valid)
{
	struct target target = start_target(call_forever, NULL);
	uint64_t id = receive(target.listener).id;

	ck_assert_int_eq(seccomp_notify_id_valid(target.listener, id), 0);
	ck_assert_int_eq(seccomp_notify_id_valid(target.listener, id), 0);
	kill_target(&target);
}
END_TEST

/* "No function needs another one to be called first." */
START_TEST(id_valid_may_be_the_first_call)
{
	struct target target = start_target(call_forever, NULL);
	uint64_t id = bare_receive(target.listener);

	ck_assert_int_eq(seccomp_notify_id_valid(target.listener, id), 0);
	kill_target(&target);
}
END_TEST

/* "ENOENT The notification already has a response," */
START_TEST(an_answered_notification_is_not)
{
	struct target target = start_target(call_then_idle, NULL);
	struct seccomp_notif_resp resp = { .id = receive(target.listener).id };

	ck_assert_int_eq(seccomp_notify_respond(target.listener, &resp), 0);
	errno = 0;
	ck_assert_int_eq(seccomp_notify_id_valid(target.listener, resp.id),
			 -ENOENT);
	ck_assert_int_eq(errno, ENOENT);
	kill_target(&target);
}
END_TEST

START_TEST(the_notification_of_a_dead_target_is_not)
{
	struct target target = start_target(call_forever, NULL);
	uint64_t id = receive(target.listener).id;

	kill(target.pid, SIGKILL);
	wait_for_target(&target);
	errno = 0;
	ck_assert_int_eq(seccomp_notify_id_valid(target.listener, id), -ENOENT);
	ck_assert_int_eq(errno, ENOENT);
	close(target.listener);
}
END_TEST

static void on_signal(int signal)
{
	(void)signal;
}

static int body_interrupted_call(void *arg)
{
	const struct sigaction action = { .sa_handler = on_signal };

	sigaction(SIGUSR1, &action, NULL);
	return call_then_idle(arg);
}

/* "the target died, left its call because of a signal," */
START_TEST(the_notification_of_a_call_left_for_a_signal_is_not)
{
	struct target target = start_target(body_interrupted_call, NULL);
	uint64_t id = receive(target.listener).id;

	ck_assert_int_eq(seccomp_notify_id_valid(target.listener, id), 0);
	kill(target.pid, SIGUSR1);
	wait_until_gone(target.listener, id);
	ck_assert_int_eq(seccomp_notify_id_valid(target.listener, id), -ENOENT);
	ck_assert_int_eq(errno, ENOENT);
	kill_target(&target);
}
END_TEST

/*
 * "only a fatal signal takes a target out of a call that the supervisor has
 * received,"
 */
START_TEST(since_5_19_with_wait_killable_recv_a_call_is_not_left)
{
	const struct rule rule = { TRAPPED, -1, 0, SECCOMP_RET_USER_NOTIF };
	struct target target =
		try_target(&rule, 1, SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV,
			   body_interrupted_call, NULL);
	uint64_t id;

	if (kernel_version() < KERNEL(5, 19)) {
		ck_assert_int_eq(errno, EINVAL);
		ck_assert_int_eq(target.pid, -1);
		return;
	}
	ck_assert_int_gt(target.pid, 0);
	id = receive(target.listener).id;
	kill(target.pid, SIGUSR1);
	sleep_ms(100);
	ck_assert_int_eq(seccomp_notify_id_valid(target.listener, id), 0);
	kill(target.pid, SIGKILL);
	wait_until_gone(target.listener, id);
	end_target(&target);
}
END_TEST

START_TEST(an_id_that_never_was_is_not)
{
	struct target target = start_target(call_forever, NULL);
	uint64_t id = receive(target.listener).id;

	ck_assert_int_eq(seccomp_notify_id_valid(target.listener, id + 1000000),
			 -ENOENT);
	ck_assert_int_eq(errno, ENOENT);
	/* All 64 bits count. */
	ck_assert_int_eq(seccomp_notify_id_valid(target.listener,
						 id ^ (UINT64_C(1) << 63)),
			 -ENOENT);
	ck_assert_int_eq(errno, ENOENT);
	kill_target(&target);
}
END_TEST

START_TEST(id_valid_on_a_bad_descriptor_keeps_errno)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	ck_assert_int_eq(seccomp_notify_id_valid(-1, 1), -ENOENT);
	ck_assert_int_eq(errno, EBADF);
	ck_assert_int_eq(seccomp_notify_id_valid(null, 1), -ENOENT);
	ck_assert_int_eq(errno, ENOTTY);
	close(null);
	ck_assert_int_eq(seccomp_notify_id_valid(null, 1), -ENOENT);
	ck_assert_int_eq(errno, EBADF);
}
END_TEST

/* "A signal does not make a live target look dead." */
START_TEST(a_signal_does_not_make_a_live_target_look_dead)
{
	const struct rule rule = { SYS_ioctl, 1, (uint32_t)ID_VALID,
				   SECCOMP_RET_USER_NOTIF };
	int *calls = shared_memory(sizeof(*calls));
	struct target target = start_target(call_forever, NULL);
	uint64_t id = receive(target.listener).id;

	simulate_kernel(&rule, 1, part_eintr_twice, calls);
	ck_assert_int_eq(seccomp_notify_id_valid(target.listener, id), 0);
	ck_assert_int_eq(*calls, 3);
	kill_target(&target);
}
END_TEST

START_TEST(the_kernel_knows_the_right_number_since_5_9)
{
	struct target target = start_target(call_forever, NULL);
	uint64_t id = receive(target.listener).id;
	int result = bare_ioctl(target.listener, ID_VALID, &id);

	if (kernel_version() < KERNEL(5, 9)) {
		ck_assert_int_eq(errno, EINVAL);
		ck_assert_int_eq(result, -1);
	} else {
		ck_assert_int_eq(result, 0);
	}
	ck_assert_int_eq(bare_ioctl(target.listener, ID_VALID_BEFORE_5_9, &id),
			 0);
	kill_target(&target);
}
END_TEST

/*
 * A kernel before 5.9: "If the kernel does not know the correct number, the
 * function uses the old one.", the request whose number has the other
 * direction.
 */
START_TEST(a_kernel_before_5_9_is_asked_its_own_way)
{
	struct target target = start_target(call_forever, NULL);
	uint64_t id = receive(target.listener).id;

	deny_call(SYS_ioctl, 1, (uint32_t)ID_VALID, EINVAL);
	ck_assert_int_eq(seccomp_notify_id_valid(target.listener, id), 0);
	kill(target.pid, SIGKILL);
	wait_for_target(&target);
	ck_assert_int_eq(seccomp_notify_id_valid(target.listener, id), -ENOENT);
	ck_assert_int_eq(errno, ENOENT);
	close(target.listener);
}
END_TEST

START_TEST(a_signal_does_not_make_it_look_dead_before_5_9_either)
{
	const struct rule rule = { SYS_ioctl, 1, (uint32_t)ID_VALID_BEFORE_5_9,
				   SECCOMP_RET_USER_NOTIF };
	int *calls = shared_memory(sizeof(*calls));
	struct target target = start_target(call_forever, NULL);
	uint64_t id = receive(target.listener).id;

	deny_call(SYS_ioctl, 1, (uint32_t)ID_VALID, EINVAL);
	simulate_kernel(&rule, 1, part_eintr_twice, calls);
	ck_assert_int_eq(seccomp_notify_id_valid(target.listener, id), 0);
	ck_assert_int_eq(*calls, 3);
	kill_target(&target);
}
END_TEST

START_TEST(the_old_number_is_not_tried_on_newer_kernels)
{
	const struct rule rule = { SYS_ioctl, 1, (uint32_t)ID_VALID_BEFORE_5_9,
				   SECCOMP_RET_USER_NOTIF };
	int *calls = shared_memory(sizeof(*calls));
	struct target target = start_target(call_forever, NULL);
	uint64_t id = receive(target.listener).id;

	simulate_kernel(&rule, 1, part_count, calls);
	ck_assert_int_eq(seccomp_notify_id_valid(target.listener, id), 0);
	ck_assert_int_eq(seccomp_notify_id_valid(target.listener, id + 1000000),
			 -ENOENT);
	ck_assert_int_eq(*calls, 0);
	kill_target(&target);
}
END_TEST

TCase *id_valid_tests(void)
{
	TCase *tests = tcase_create("id_valid");

	tcase_add_test(tests, a_waiting_notification_is_valid);
	tcase_add_test(tests, id_valid_may_be_the_first_call);
	tcase_add_test(tests, an_answered_notification_is_not);
	tcase_add_test(tests, the_notification_of_a_dead_target_is_not);
	tcase_add_test(tests,
		       the_notification_of_a_call_left_for_a_signal_is_not);
	tcase_add_test(tests,
		       since_5_19_with_wait_killable_recv_a_call_is_not_left);
	tcase_add_test(tests, an_id_that_never_was_is_not);
	tcase_add_test(tests, id_valid_on_a_bad_descriptor_keeps_errno);
	tcase_add_test(tests, a_signal_does_not_make_a_live_target_look_dead);
	tcase_add_test(tests, the_kernel_knows_the_right_number_since_5_9);
	tcase_add_test(tests, a_kernel_before_5_9_is_asked_its_own_way);
	tcase_add_test(tests,
		       a_signal_does_not_make_it_look_dead_before_5_9_either);
	tcase_add_test(tests, the_old_number_is_not_tried_on_newer_kernels);
	return tests;
}
