/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/* seccomp_notify_receive() */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>

#include "harness.h"

static int call_with_six_arguments(void *arg)
{
	(void)arg;
	make_trapped_call(1, 2, 3, 4, 5, -1);
	return 0;
}

/*
 * "If a seccomp(2) filter returns SECCOMP_RET_USER_NOTIF, the kernel suspends
 * the thread that made the system call (the target) and queues a notification
 * on the filter's listener (a file descriptor)."
 * "The seccomp_notify_receive() function waits for a notification on the
 * listener fd and stores it in req."
 * "The library needs no initialization."
 */
START_TEST(receive_fills_in_the_call_with_its_arguments)
{
	struct target target = start_target(call_with_six_arguments, NULL);
	struct seccomp_notif req;

	assert_succeeds(seccomp_notify_receive(target.listener, &req));
	ck_assert_uint_eq(req.pid, (uint32_t)target.pid);
	ck_assert_uint_eq(req.flags, 0);
	ck_assert_int_eq(req.data.nr, TRAPPED);
	for (uint64_t i = 0; i < 5; i++)
		ck_assert_uint_eq(req.data.args[i], i + 1);
	ck_assert_uint_eq(req.data.args[5], (unsigned long)-1);
	end_target(&target);
}
END_TEST

static int sleep_then_call(void *arg)
{
	sleep_ms(100);
	return call_and_check(arg);
}

START_TEST(receive_waits_until_a_notification_comes)
{
	double before = seconds_now();
	long expected = -ENOSYS;
	struct target target = start_target(sleep_then_call, &expected);
	struct seccomp_notif req;

	assert_succeeds(seccomp_notify_receive(target.listener, &req));
	ck_assert_double_ge(seconds_now() - before, 0.1);
	/* A target whose listener is closed gets ENOSYS. */
	ck_assert_int_eq(end_target(&target), 0);
}
END_TEST

/*
 * "The function overwrites whatever req contains, so the buffer need not be
 * cleared."
 */
START_TEST(receive_takes_a_buffer_full_of_garbage)
{
	long expected = -ENOSYS;
	struct target target = start_target(call_and_check, &expected);
	struct seccomp_notif req;

	memset(&req, 0xa5, sizeof(req));
	assert_succeeds(seccomp_notify_receive(target.listener, &req));
	ck_assert_uint_eq(req.pid, (uint32_t)target.pid);
	ck_assert_int_eq(end_target(&target), 0);
}
END_TEST

START_TEST(receive_writes_no_byte_beyond_the_structure)
{
	struct target target = start_target(call_forever, NULL);
	struct {
		struct seccomp_notif req;
		unsigned char after[64];
	} buffer;

	memset(&buffer, 0xa5, sizeof(buffer));
	assert_succeeds(seccomp_notify_receive(target.listener, &buffer.req));
	for (size_t i = 0; i < sizeof(buffer.after); i++)
		ck_assert_uint_eq(buffer.after[i], 0xa5);
	kill_target(&target);
}
END_TEST

static int count_up(void *arg)
{
	(void)arg;
	for (long i = 0; i < 1000; i++)
		if (make_trapped_call(i, 0, 0, 0, 0, 0) != i * 3)
			return 1;
	return 0;
}

/*
 * "One request and one response serve any number of notifications, one after
 * the other."
 * "seccomp_notify_alloc(), seccomp_notify_receive() and
 * seccomp_notify_respond() return 0 on success"
 */
START_TEST(one_pair_serves_1000_notifications)
{
	struct target target;
	struct seccomp_notif *req;
	struct seccomp_notif_resp *resp;

	stay_on_one_processor(); /* This is faster. */
	target = start_target(count_up, NULL);
	assert_succeeds(seccomp_notify_alloc(&req, &resp));
	for (uint64_t i = 0; i < 1000; i++) {
		assert_succeeds(seccomp_notify_receive(target.listener, req));
		ck_assert_uint_eq(req->data.args[0], i);
		resp->id = req->id;
		resp->val = (int64_t)i * 3;
		assert_succeeds(seccomp_notify_respond(target.listener, resp));
	}
	ck_assert_int_eq(end_target(&target), 0);
	seccomp_notify_free(req, resp);
}
END_TEST

/* "EFAULT req is NULL." */
START_TEST(receive_null_is_efault)
{
	struct target target = start_target(call_forever, NULL);

	wait_for_notification(target.listener);
	assert_fails(seccomp_notify_receive(target.listener, NULL), -ECANCELED,
		     EFAULT);
	/* The failed receive took nothing: the notification still waits. */
	ck_assert(notification_waits(target.listener));
	kill_target(&target);
}
END_TEST

/*
 * "EBADF fd is not an open file descriptor." "ENOTTY fd is not a listener."
 * "For some kinds of files, the error is EINVAL or another one instead."
 */
START_TEST(receive_on_a_bad_descriptor_is_ecanceled_with_errno)
{
	struct seccomp_notif req;
	int urandom = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	assert_fails(seccomp_notify_receive(-1, &req), -ECANCELED, EBADF);
	assert_fails(seccomp_notify_receive(null, &req), -ECANCELED, ENOTTY);
	assert_fails(seccomp_notify_receive(urandom, &req), -ECANCELED, EINVAL);
	close(urandom);
	close(null);
	assert_fails(seccomp_notify_receive(null, &req), -ECANCELED, EBADF);
}
END_TEST

/*
 * "Signal handlers interrupt poll(2) and seccomp_notify_receive(),"
 * "If a signal handler runs during the wait, the function fails with EINTR."
 * "EINTR A signal handler ran before a notification came," "No notification is
 * lost."
 */
START_TEST(a_signal_handler_ends_the_wait)
{
	struct target target = start_target(idle, NULL);
	struct seccomp_notif req;

	alarm_every_10_ms(0);
	assert_fails(seccomp_notify_receive(target.listener, &req), -ECANCELED,
		     EINTR);
	kill_target(&target);
}
END_TEST

static int wait_then_call(void *arg)
{
	long expected = 7;

	wait_until_told(arg);
	return call_and_check(&expected);
}

START_TEST(after_a_signal_the_next_receive_gets_the_notification)
{
	int *told = shared_memory(sizeof(*told));
	struct target target = start_target(wait_then_call, told);
	struct seccomp_notif req;
	struct seccomp_notif_resp resp = { .val = 7 };
	int interrupted = 0;

	alarm_every_10_ms(0);
	while (seccomp_notify_receive(target.listener, &req) != 0) {
		ck_assert_int_eq(errno, EINTR);
		interrupted++;
		*told = 1;
	}
	ck_assert_int_gt(interrupted, 0);
	resp.id = req.id;
	assert_succeeds(seccomp_notify_respond(target.listener, &resp));
	ck_assert_int_eq(end_target(&target), 0);
}
END_TEST

/* Starts a child that waits in a receive; its exit status is 0, or errno. */
static pid_t start_waiter(const struct target *target)
{
	pid_t waiter = fork_bound();

	if (waiter == 0) {
		struct seccomp_notif req;

		_exit(seccomp_notify_receive(target->listener, &req) == 0 ?
			      0 :
			      errno);
	}
	wait_for_ioctl(waiter, target->listener);
	return waiter;
}

static void assert_waits(pid_t waiter, const struct target *target)
{
	assert_stays_in_call(waiter, SYS_ioctl, target->listener);
}

/*
 * "Since Linux 6.6, the wait continues if the handler was installed with
 * SA_RESTART (see sigaction(2))."
 * "EINTR A signal handler ran before a notification came, or (before Linux 6.6)
 * the process was stopped and continued."
 * "Since Linux 6.6, a handler with SA_RESTART does not interrupt
 * seccomp_notify_receive()."
 */
START_TEST(since_6_6_sa_restart_and_sigcont_do_not_end_the_wait)
{
	struct target target = start_target(idle, NULL);
	pid_t waiter;

	catch_signal(SIGUSR1, SA_RESTART);
	waiter = start_waiter(&target);
	for (int i = 0; i < 20; i++) {
		kill(waiter, _i ? SIGSTOP : SIGUSR1);
		sleep_ms(2);
		kill(waiter, SIGCONT);
		sleep_ms(2);
	}
	if (kernel_version() < KERNEL(6, 6))
		ck_assert_int_eq(reap(waiter), EINTR);
	else
		assert_waits(waiter, &target);
	kill_target(&target);
}
END_TEST

/*
 * "Before Linux 6.11, a receive without poll(2) would wait for ever after the
 * last target has gone."
 * "With either library, a supervisor that receives again after each ENOENT
 * never ends when no target is left." "Before Linux 6.11, it waits for ever;
 * since then, each receive fails with ENOENT at once." "Call poll(2) first, and
 * stop on POLLHUP." "ENOENT (since Linux 6.11) No thread that carries the
 * filter is left." "Before Linux 6.11, the receive waits for ever." One receive
 * is waiting when the last target ends, and another one starts afterwards.
 * The page says of threads that wait in a receive: "Before Linux 6.11, these do
 * not learn that the last target has gone: end their wait with a signal that
 * they do not block, and repeat it until they have ended."
 */
START_TEST(since_6_11_the_last_targets_end_ends_the_wait)
{
	struct target target = start_target(idle, NULL);
	struct seccomp_notif req;
	pid_t waiter = start_waiter(&target);

	kill(target.pid, SIGKILL);
	wait_for_target(&target);
	if (kernel_version() < KERNEL(6, 11)) {
		assert_waits(waiter, &target);
		assert_waits(start_waiter(&target), &target);
	} else {
		ck_assert_int_eq(reap(waiter), ENOENT);
		assert_fails(seccomp_notify_receive(target.listener, &req),
			     -ECANCELED, ENOENT);
	}
	close(target.listener);
}
END_TEST

/*
 * "A signal that is delivered just before seccomp_notify_receive() or poll(2)
 * starts to wait does not end the wait." "To avoid that race, block the signal
 * and unblock it in ppoll(2),"
 */
START_TEST(a_signal_before_the_wait_ends_ppoll_alone)
{
	struct target target = start_target(idle, NULL);
	struct pollfd fd = { target.listener, POLLIN, 0 };
	sigset_t none, usr1;
	pid_t waiter;

	catch_signal(SIGUSR1, 0);
	waiter = fork_bound();
	if (waiter == 0) {
		struct seccomp_notif req;

		raise(SIGUSR1);
		seccomp_notify_receive(target.listener, &req);
		_exit(0);
	}
	assert_waits(waiter, &target);

	sigemptyset(&none);
	sigemptyset(&usr1);
	sigaddset(&usr1, SIGUSR1);
	ck_assert_int_eq(sigprocmask(SIG_BLOCK, &usr1, NULL), 0);
	raise(SIGUSR1);
	ck_assert_int_eq(ppoll(&fd, 1, NULL, &none), -1);
	ck_assert_int_eq(errno, EINTR);
	kill_target(&target);
}
END_TEST

/*
 * "POLLIN announces one notification to all threads that poll: one of them
 * receives it, and the others wait in seccomp_notify_receive()."
 */
START_TEST(of_two_that_see_pollin_for_one_notification_one_waits)
{
	struct target target = start_target(call_then_idle, NULL);
	struct seccomp_notif req;

	wait_for_notification(target.listener);
	ck_assert(notification_waits(target.listener));
	assert_succeeds(seccomp_notify_receive(target.listener, &req));
	assert_waits(start_waiter(&target), &target);
	kill_target(&target);
}
END_TEST

static int let_child_call(void *child)
{
	if (fork_bound() != 0)
		return idle(NULL);
	*(pid_t *)child = getpid();
	return call_forever(NULL);
}

/*
 * "ENOENT The target died, or left its call because of a signal, before its
 * notification was received." Another target is still alive.
 */
START_TEST(a_target_that_died_before_the_receive_is_enoent)
{
	pid_t *child = shared_memory(sizeof(*child));
	struct target target = start_target(let_child_call, child);
	struct seccomp_notif req;

	wait_for_notification(target.listener);
	kill(*child, SIGKILL);
	while (notification_waits(target.listener))
		sleep_ms(1);
	assert_fails(seccomp_notify_receive(target.listener, &req), -ECANCELED,
		     ENOENT);
	ck_assert_uint_eq(req.id, 0);
	kill_target(&target);
}
END_TEST

/*
 * "or one of these negative values on failure:" seccomp_notify_receive()
 * returns -ECANCELED for each error.
 */
START_TEST(a_failure_of_receive_is_not_tried_again)
{
	struct simulation *kernel =
		simulate_ioctl((uint32_t)SECCOMP_IOCTL_NOTIF_RECV);
	struct seccomp_notif req;

	kernel->failing = ALL;
	for (int error = 1; error <= LAST_ERROR; error++) {
		kernel->error = error;
		kernel->calls = 0;
		assert_fails(seccomp_notify_receive(-1, &req), -ECANCELED,
			     error);
		ck_assert_int_eq(kernel->calls, 1);
	}
	/* A filter may compare all 64 bits, so the upper ones must be 0. */
	ck_assert_uint_eq(kernel->args[1], (uint32_t)SECCOMP_IOCTL_NOTIF_RECV);
}
END_TEST

TCase *receive_tests(void)
{
	TCase *tests = tcase_create("receive");

	tcase_add_test(tests, receive_fills_in_the_call_with_its_arguments);
	tcase_add_test(tests, receive_waits_until_a_notification_comes);
	tcase_add_test(tests, receive_takes_a_buffer_full_of_garbage);
	tcase_add_test(tests, receive_writes_no_byte_beyond_the_structure);
	tcase_add_test(tests, one_pair_serves_1000_notifications);
	tcase_add_test(tests, receive_null_is_efault);
	tcase_add_test(tests,
		       receive_on_a_bad_descriptor_is_ecanceled_with_errno);
	tcase_add_test(tests, a_signal_handler_ends_the_wait);
	tcase_add_test(tests,
		       after_a_signal_the_next_receive_gets_the_notification);
	tcase_add_loop_test(
		tests, since_6_6_sa_restart_and_sigcont_do_not_end_the_wait, 0,
		2);
	tcase_add_test(tests, since_6_11_the_last_targets_end_ends_the_wait);
	tcase_add_test(tests, a_signal_before_the_wait_ends_ppoll_alone);
	tcase_add_test(tests,
		       of_two_that_see_pollin_for_one_notification_one_waits);
	tcase_add_test(tests, a_target_that_died_before_the_receive_is_enoent);
	tcase_add_test(tests, a_failure_of_receive_is_not_tried_again);
	return tests;
}
