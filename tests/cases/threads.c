/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/* Threads, fork and signal handlers. */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

#include "harness.h"

#define THREADS 8
#define CALLS 250 /* of each target thread */

static void *target_thread(void *arg)
{
	long base = (long)(intptr_t)arg * CALLS;

	for (long i = base; i < base + CALLS; i++)
		if (make_trapped_call(i, 0, 0, 0, 0, 0) != i + 1)
			_exit(1);
	return NULL;
}

static int call_from_threads(void *arg)
{
	pthread_t threads[THREADS];

	(void)arg;
	for (intptr_t i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, target_thread, (void *)i))
			return 2;
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	return 0;
}

static int listener;
static atomic_bool stop;
static atomic_int ended;
static atomic_int answered[THREADS * CALLS];

static void *supervisor_thread(void *arg)
{
	struct seccomp_notif *req;
	struct seccomp_notif_resp *resp;

	(void)arg;
	assert_succeeds(seccomp_notify_alloc(&req, &resp));
	while (!stop) {
		if (seccomp_notify_receive(listener, req) != 0) {
			ck_assert(errno == EINTR || errno == ENOENT);
			continue;
		}
		assert_succeeds(seccomp_notify_id_valid(listener, req->id));
		resp->id = req->id;
		resp->val = (int64_t)req->data.args[0] + 1;
		answered[req->data.args[0]]++;
		assert_succeeds(seccomp_notify_respond(listener, resp));
	}
	seccomp_notify_free(req, resp);
	ended++;
	return NULL;
}

/*
 * "Several threads may receive from one listener, each with a request and a
 * response of its own."
 * "All functions are thread-safe, even on the same listener."
 */
START_TEST(eight_threads_answer_each_call_of_eight_targets_once)
{
	struct target target = start_target(call_from_threads, NULL);
	pthread_t threads[THREADS];

	catch_signal(SIGUSR1, 0);
	listener = target.listener;
	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL,
						supervisor_thread, NULL),
				 0);
	ck_assert_int_eq(wait_for_target(&target), 0);
	stop = true;
	/* A signal that comes before the wait does not end it: repeat. */
	while (ended < THREADS) {
		for (int i = 0; i < THREADS; i++)
			pthread_kill(threads[i], SIGUSR1);
		sleep_ms(1);
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	for (size_t i = 0; i < COUNT(answered); i++)
		ck_assert_int_eq(answered[i], 1);
	close(listener);
}
END_TEST

START_TEST(a_child_forked_between_alloc_and_receive_supervises)
{
	long expected = 21;
	struct target target = start_target(call_and_check, &expected);
	struct seccomp_notif *req;
	struct seccomp_notif_resp *resp;
	pid_t child;

	assert_succeeds(seccomp_notify_alloc(&req, &resp));
	child = fork_bound();
	if (child == 0) {
		if (seccomp_notify_receive(target.listener, req) != 0 ||
		    seccomp_notify_id_valid(target.listener, req->id) != 0)
			_exit(1);
		resp->id = req->id;
		resp->val = 21;
		_exit(-seccomp_notify_respond(target.listener, resp));
	}
	ck_assert_int_eq(reap(child), 0);
	ck_assert_int_eq(end_target(&target), 0);
	seccomp_notify_free(req, resp);
}
END_TEST

static volatile sig_atomic_t handled;

static void supervise_in_handler(int signal)
{
	struct seccomp_notif req;
	struct seccomp_notif_resp resp = { .val = 33 };

	(void)signal;
	if (seccomp_notify_receive(listener, &req) == 0 &&
	    seccomp_notify_id_valid(listener, req.id) == 0) {
		resp.id = req.id;
		handled = seccomp_notify_respond(listener, &resp) == 0;
	}
}

/*
 * "seccomp_notify_receive(), seccomp_notify_respond() and
 * seccomp_notify_id_valid() may be called in a signal handler."
 */
START_TEST(a_signal_handler_can_supervise)
{
	const struct sigaction action = { .sa_handler = supervise_in_handler };
	long expected = 33;
	struct target target = start_target(call_and_check, &expected);

	listener = target.listener;
	ck_assert_int_eq(sigaction(SIGUSR1, &action, NULL), 0);
	raise(SIGUSR1);
	ck_assert(handled);
	ck_assert_int_eq(end_target(&target), 0);
}
END_TEST

static atomic_int waiter; /* the thread's id */

static void *receive_once(void *arg)
{
	struct seccomp_notif req;

	(void)arg;
	waiter = (int)syscall(SYS_gettid);
	seccomp_notify_receive(listener, &req);
	ended++;
	return NULL;
}

/*
 * "They are not cancellation points, and O_NONBLOCK does not affect them."
 * At a cancellation point, the cancelled thread would end before it counts
 * itself as ended.
 */
START_TEST(cancellation_and_o_nonblock_do_not_end_a_receive)
{
	struct target target = start_target(idle, NULL);
	pthread_t thread;
	void *result;

	listener = target.listener;
	ck_assert_int_eq(fcntl(listener, F_SETFL, O_NONBLOCK), 0);
	ck_assert_int_eq(pthread_create(&thread, NULL, receive_once, NULL), 0);
	while (!waiter)
		sleep_ms(1);
	wait_for_ioctl(waiter, listener);
	ck_assert_int_eq(pthread_cancel(thread), 0);
	sleep_ms(100);
	ck_assert(sleeps_in_call(waiter, SYS_ioctl, listener));
	kill(target.pid, SIGKILL);
	wait_for_target(&target);
	if (kernel_version() < KERNEL(6, 11))
		return;
	ck_assert_int_eq(pthread_join(thread, &result), 0);
	ck_assert_ptr_null(result);
	ck_assert_int_eq(ended, 1);
}
END_TEST

/* Only the library's functions could be cancellation points here. */
static void *supervise_cancelled(void *failed)
{
	struct seccomp_notif *req;
	struct seccomp_notif_resp *resp;

	pthread_cancel(pthread_self());
	if (seccomp_notify_alloc(&req, &resp) != 0)
		return failed;
	if (seccomp_notify_receive(listener, req) != 0 ||
	    seccomp_notify_id_valid(listener, req->id) != 0)
		return failed;
	resp->id = req->id;
	resp->val = 44;
	if (seccomp_notify_respond(listener, resp) != 0)
		return failed;
	seccomp_notify_free(req, resp);
	return NULL;
}

START_TEST(a_cancelled_thread_supervises_to_its_end)
{
	long expected = 44;
	struct target target = start_target(call_and_check, &expected);
	pthread_t thread;
	void *result;

	listener = target.listener;
	ck_assert_int_eq(
		pthread_create(&thread, NULL, supervise_cancelled, &listener),
		0);
	ck_assert_int_eq(pthread_join(thread, &result), 0);
	ck_assert_ptr_ne(result, PTHREAD_CANCELED);
	ck_assert_ptr_null(result);
	ck_assert_int_eq(end_target(&target), 0);
}
END_TEST

TCase *thread_tests(void)
{
	TCase *tests = tcase_create("threads");

	tcase_add_test(tests,
		       eight_threads_answer_each_call_of_eight_targets_once);
	tcase_add_test(tests,
		       a_child_forked_between_alloc_and_receive_supervises);
	tcase_add_test(tests, a_signal_handler_can_supervise);
	tcase_add_test(tests, cancellation_and_o_nonblock_do_not_end_a_receive);
	tcase_add_test(tests, a_cancelled_thread_supervises_to_its_end);
	return tests;
}
