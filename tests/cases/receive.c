/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/* seccomp_notify_receive() */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "harness.h"

static int body_six_arguments(void *arg)
{
	(void)arg;
	make_trapped_call(1, 2, 3, 4, 5, -1);
	return 0;
}

/*
 * "A seccomp(2) filter that returns SECCOMP_RET_USER_NOTIF stops the system
 * call of a thread, the target, and queues a notification on the filter's
 * listener, a file descriptor."
 * "The seccomp_notify_receive() function waits for a notification on the
 * listener fd and stores it in req."
 * "No function needs another one to be called first."
 */
START_TEST(receives_the_call_with_its_arguments)
{
	struct target target = start_target(body_six_arguments, NULL);
	struct seccomp_notif req;

	ck_assert_int_eq(seccomp_notify_receive(target.listener, &req), 0);
	ck_assert_uint_eq(req.pid, (uint32_t)target.pid);
	ck_assert_uint_eq(req.flags, 0);
	ck_assert_int_eq(req.data.nr, TRAPPED);
	for (uint64_t i = 0; i < 5; i++)
		ck_assert_uint_eq(req.data.args[i], i + 1);
	ck_assert_uint_eq(req.data.args[5], (unsigned long)-1);
	end_target(&target);
}
END_TEST

static int body_sleep_then_call(void *arg)
{
	sleep_ms(100);
	return call_and_check(arg);
}

START_TEST(waits_until_a_notification_comes)
{
	double before = seconds_now();
	long expected = -ENOSYS;
	struct target target = start_target(body_sleep_then_call, &expected);
	struct seccomp_notif req;

	ck_assert_int_eq(seccomp_notify_receive(target.listener, &req), 0);
	ck_assert_double_ge(seconds_now() - before, 0.1);
	/* A target whose listener is closed gets ENOSYS. */
	ck_assert_int_eq(end_target(&target), 0);
}
END_TEST

/*
 * "The function overwrites whatever req contains, so the buffer need not be
 * cleared."
 */
START_TEST(takes_a_buffer_full_of_garbage)
{
	long expected = -ENOSYS;
	struct target target = start_target(call_and_check, &expected);
	struct seccomp_notif req;

	memset(&req, 0xa5, sizeof(req));
	ck_assert_int_eq(seccomp_notify_receive(target.listener, &req), 0);
	ck_assert_uint_eq(req.pid, (uint32_t)target.pid);
	ck_assert_int_eq(end_target(&target), 0);
}
END_TEST

START_TEST(writes_no_byte_beyond_the_structure)
{
	struct target target = start_target(call_forever, NULL);
	struct {
		struct seccomp_notif req;
		unsigned char after[64];
	} buffer;

	memset(&buffer, 0xa5, sizeof(buffer));
	ck_assert_int_eq(seccomp_notify_receive(target.listener, &buffer.req),
			 0);
	for (size_t i = 0; i < sizeof(buffer.after); i++)
		ck_assert_uint_eq(buffer.after[i], 0xa5);
	kill_target(&target);
}
END_TEST

static int body_count(void *arg)
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
	struct target target = start_target(body_count, NULL);
	struct seccomp_notif *req;
	struct seccomp_notif_resp *resp;

	ck_assert_int_eq(seccomp_notify_alloc(&req, &resp), 0);
	for (uint64_t i = 0; i < 1000; i++) {
		ck_assert_int_eq(seccomp_notify_receive(target.listener, req),
				 0);
		ck_assert_uint_eq(req->data.args[0], i);
		resp->id = req->id;
		resp->val = (int64_t)i * 3;
		ck_assert_int_eq(seccomp_notify_respond(target.listener, resp),
				 0);
	}
	ck_assert_int_eq(end_target(&target), 0);
	seccomp_notify_free(req, resp);
}
END_TEST

/* "EFAULT req is NULL." */
START_TEST(null_is_efault)
{
	struct target target = start_target(call_forever, NULL);

	while (!notification_waits(target.listener))
		sleep_ms(1);
	errno = 0;
	ck_assert_int_eq(seccomp_notify_receive(target.listener, NULL),
			 -ECANCELED);
	ck_assert_int_eq(errno, EFAULT);
	/* Nothing was taken: the notification is still there. */
	ck_assert(notification_waits(target.listener));
	kill_target(&target);
}
END_TEST

/*
 * "EBADF fd is not an open file descriptor." "ENOTTY fd is not a listener."
 * "Some kinds of file give EINVAL or another error instead."
 */
START_TEST(a_bad_descriptor_is_ecanceled_with_errno)
{
	struct seccomp_notif req;
	int urandom = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	ck_assert_int_eq(seccomp_notify_receive(-1, &req), -ECANCELED);
	ck_assert_int_eq(errno, EBADF);
	ck_assert_int_eq(seccomp_notify_receive(null, &req), -ECANCELED);
	ck_assert_int_eq(errno, ENOTTY);
	ck_assert_int_eq(seccomp_notify_receive(urandom, &req), -ECANCELED);
	ck_assert_int_eq(errno, EINVAL);
	close(urandom);
	close(null);
	ck_assert_int_eq(seccomp_notify_receive(null, &req), -ECANCELED);
	ck_assert_int_eq(errno, EBADF);
}
END_TEST

/*
 * "A signal handler that runs during the wait ends it."
 * "EINTR A signal handler ran before a notification came." "No notification is
 * lost."
 */
START_TEST(a_signal_handler_ends_the_wait)
{
	struct target target = start_target(idle, NULL);
	struct seccomp_notif req;

	alarm_every_10_ms(0);
	ck_assert_int_eq(seccomp_notify_receive(target.listener, &req),
			 -ECANCELED);
	ck_assert_int_eq(errno, EINTR);
	kill_target(&target);
}
END_TEST

static int body_wait_then_call(void *arg)
{
	long expected = 7;

	wait_until_told(arg);
	return call_and_check(&expected);
}

START_TEST(after_a_signal_the_next_receive_gets_the_notification)
{
	int *told = shared_memory(sizeof(*told));
	struct target target = start_target(body_wait_then_call, told);
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
	ck_assert_int_eq(seccomp_notify_respond(target.listener, &resp), 0);
	ck_assert_int_eq(end_target(&target), 0);
}
END_TEST

/* A process that waits in a receive; exit status 0, or errno. */
static pid_t waiter_start(const struct target *target)
{
	pid_t waiter = fork();

	if (waiter == 0) {
		struct seccomp_notif req;

		_exit(seccomp_notify_receive(target->listener, &req) == 0 ?
			      0 :
			      errno);
	}
	ck_assert_int_gt(waiter, 0);
	return waiter;
}

static void assert_waiter_ends_with(pid_t waiter, int error)
{
	int status;

	ck_assert_int_eq(waitpid(waiter, &status, 0), waiter);
	ck_assert(WIFEXITED(status));
	ck_assert_int_eq(WEXITSTATUS(status), error);
}

static void on_signal(int signal)
{
	(void)signal;
}

/*
 * "Since Linux 6.6, the wait goes on after a handler that was installed with
 * SA_RESTART (see sigaction(2))." And after a stop, without any handler.
 */
START_TEST(since_6_6_sa_restart_and_sigcont_do_not_end_the_wait)
{
	const struct sigaction action = { .sa_handler = on_signal,
					  .sa_flags = SA_RESTART };
	struct target target = start_target(idle, NULL);
	pid_t waiter;

	ck_assert_int_eq(sigaction(SIGUSR1, &action, NULL), 0);
	waiter = waiter_start(&target);
	for (int i = 0; i < 20; i++) {
		sleep_ms(10);
		kill(waiter, _i ? SIGSTOP : SIGUSR1);
		sleep_ms(10);
		kill(waiter, SIGCONT);
	}
	if (kernel_version() < KERNEL(6, 6))
		assert_waiter_ends_with(waiter, EINTR);
	else
		assert_child_waits(waiter);
	kill_target(&target);
}
END_TEST

/*
 * "ENOENT (since Linux 6.11) No target is left." "Before Linux 6.11, the
 * receive waits for ever." Its end comes while one receive waits, and before
 * another.
 */
START_TEST(since_6_11_the_last_targets_end_ends_the_wait)
{
	struct target target = start_target(idle, NULL);
	pid_t waiters[2];

	waiters[0] = waiter_start(&target);
	sleep_ms(100);
	kill(target.pid, SIGKILL);
	wait_for_target(&target);
	waiters[1] = waiter_start(&target);
	for (int i = 0; i < 2; i++)
		if (kernel_version() < KERNEL(6, 11))
			assert_child_waits(waiters[i]);
		else
			assert_waiter_ends_with(waiters[i], ENOENT);
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
	const struct sigaction action = { .sa_handler = on_signal };
	struct target target = start_target(idle, NULL);
	struct pollfd fd = { target.listener, POLLIN, 0 };
	sigset_t none, usr1;
	pid_t waiter = fork();

	ck_assert_int_eq(sigaction(SIGUSR1, &action, NULL), 0);
	if (waiter == 0) {
		struct seccomp_notif req;

		raise(SIGUSR1);
		seccomp_notify_receive(target.listener, &req);
		_exit(0);
	}
	assert_child_waits(waiter);

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
	pid_t waiter;

	while (!notification_waits(target.listener))
		sleep_ms(1);
	ck_assert(notification_waits(target.listener));
	ck_assert_int_eq(seccomp_notify_receive(target.listener, &req), 0);
	waiter = waiter_start(&target);
	assert_child_waits(waiter);
	kill_target(&target);
}
END_TEST

static int body_fork_and_call(void *arg)
{
	if (fork() != 0)
		return idle(arg);
	*(pid_t *)arg = getpid();
	return call_forever(arg);
}

/*
 * "ENOENT The target died, or left its call because of a signal, before its
 * notification was received.". The kernel tells of it only where the receive
 * had begun, so a supervisor that polls meets it in a race: here POLLIN was
 * seen, and then the target died.
 */
START_TEST(a_target_that_died_before_the_read_leaves_nothing)
{
	pid_t *caller = shared_memory(sizeof(*caller));
	struct target target = start_target(body_fork_and_call, caller);
	struct seccomp_notif req;

	while (!notification_waits(target.listener))
		sleep_ms(1);
	kill(*caller, SIGKILL);
	while (notification_waits(target.listener))
		sleep_ms(1);
	alarm_every_10_ms(0);
	ck_assert_int_eq(seccomp_notify_receive(target.listener, &req),
			 -ECANCELED);
	ck_assert(errno == ENOENT || errno == EINTR);
	ck_assert_uint_eq(req.id, 0);
	ck_assert(!notification_waits(target.listener));
	kill_target(&target);
}
END_TEST

static void enoent_part(const struct seccomp_notif *req,
			struct seccomp_notif_resp *resp, void *arg)
{
	(void)req;
	++*(int *)arg;
	resp->error = -ENOENT;
}

START_TEST(enoent_of_the_kernel_is_handed_on)
{
	struct target target = start_target(call_forever, NULL);
	const struct rule rule = { SYS_ioctl, 1,
				   (uint32_t)SECCOMP_IOCTL_NOTIF_RECV,
				   SECCOMP_RET_USER_NOTIF };
	int *calls = shared_memory(sizeof(*calls));
	struct seccomp_notif req;

	simulate_kernel(&rule, 1, enoent_part, calls);
	ck_assert_int_eq(seccomp_notify_receive(target.listener, &req),
			 -ECANCELED);
	ck_assert_int_eq(errno, ENOENT);
	ck_assert_int_eq(*calls, 1);
	kill_target(&target);
}
END_TEST

TCase *receive_tests(void)
{
	TCase *tests = tcase_create("receive");

	tcase_add_test(tests, receives_the_call_with_its_arguments);
	tcase_add_test(tests, waits_until_a_notification_comes);
	tcase_add_test(tests, takes_a_buffer_full_of_garbage);
	tcase_add_test(tests, writes_no_byte_beyond_the_structure);
	tcase_add_test(tests, one_pair_serves_1000_notifications);
	tcase_add_test(tests, null_is_efault);
	tcase_add_test(tests, a_bad_descriptor_is_ecanceled_with_errno);
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
	tcase_add_test(tests,
		       a_target_that_died_before_the_read_leaves_nothing);
	tcase_add_test(tests, enoent_of_the_kernel_is_handed_on);
	return tests;
}
