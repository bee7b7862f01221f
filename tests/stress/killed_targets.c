/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/* Targets that are killed at random moments. */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "faults.h"

/* 10,000 in all. */
#define KILLS_BEFORE_RECEIVE 4000
#define KILLS_BEFORE_RESPOND 4000
#define KILLS_WHILE_ANSWERED 2000
#define WITHIN 300 /* microseconds */

/*
 * Killing a target is mostly waiting, so several processes do it at a time.
 * Each of them checks its own memory and descriptors, as each test does.
 */
#define WORKERS 8

static void kill_in_workers(void (*kill_one)(void), int kills)
{
	pid_t workers[WORKERS];

	for (int i = 0; i < WORKERS; i++) {
		unsigned int seed = (unsigned int)rand();

		workers[i] = fork_bound();
		if (workers[i] > 0)
			continue;
		srand(seed);
		count_before();
		for (int n = 0; n < kills / WORKERS; n++)
			kill_one();
		assert_as_before();
		_exit(0);
	}
	for (int i = 0; i < WORKERS; i++)
		ck_assert_int_eq(reap(workers[i]), 0);
}

static void kill_before_receive(void)
{
	struct target target = start_target(count_up, NULL);

	sleep_randomly(WITHIN);
	kill(target.pid, SIGKILL);
	MUST(wait_for_target(&target) == 128 + SIGKILL);
	assert_no_target_is_left(target.listener);
	close(target.listener);
}

START_TEST(targets_killed_before_receive_leave_nothing)
{
	kill_in_workers(kill_before_receive, KILLS_BEFORE_RECEIVE);
}
END_TEST

/* How many responses the kernel took after SIGKILL, in all workers. */
static atomic_int *answered;

static void kill_before_respond(void)
{
	struct target target = start_target(count_up, NULL);
	struct seccomp_notif req = receive(target.listener);
	struct seccomp_notif_resp resp = { .id = req.id, .val = 1 };

	kill(target.pid, SIGKILL);
	sleep_randomly(WITHIN);
	if (seccomp_notify_respond(target.listener, &resp) == 0)
		++*answered;
	else
		MUST(errno == ENOENT);
	MUST(wait_for_target(&target) == 128 + SIGKILL);
	assert_no_such_notification(target.listener, req.id);
	close(target.listener);
}

START_TEST(targets_killed_between_receive_and_respond_are_gone)
{
	answered = shared_memory(sizeof(*answered));
	kill_in_workers(kill_before_respond, KILLS_BEFORE_RESPOND);
	printf("killed between receive and respond: the kernel still took %d of %d responses\n",
	       *answered, KILLS_BEFORE_RESPOND);
	munmap(answered, sizeof(*answered));
}
END_TEST

static void *answer_from_thread(void *listener)
{
	answer_until_gone(*(int *)listener);
	return NULL;
}

static void kill_while_two_threads_answer(void)
{
	struct target target = start_target(count_up, NULL);
	pthread_t threads[2];

	for (size_t n = 0; n < COUNT(threads); n++)
		MUST(pthread_create(&threads[n], NULL, answer_from_thread,
				    &target.listener) == 0);
	sleep_randomly(WITHIN);
	kill(target.pid, SIGKILL);
	for (size_t n = 0; n < COUNT(threads); n++)
		pthread_join(threads[n], NULL);
	/* The signal ended it, so each answer before that was right. */
	MUST(wait_for_target(&target) == 128 + SIGKILL);
	close(target.listener);
}

START_TEST(the_targets_death_ends_both_answering_threads)
{
	if (!receive_ends_with_the_last_target())
		SKIP("the kernel is older than 6.11");
	kill_in_workers(kill_while_two_threads_answer, KILLS_WHILE_ANSWERED);
}
END_TEST

TCase *killed_target_tests(void)
{
	TCase *tests = create_fault_case("killed_targets");

	tcase_add_test(tests, targets_killed_before_receive_leave_nothing);
	tcase_add_test(tests,
		       targets_killed_between_receive_and_respond_are_gone);
	tcase_add_test(tests, the_targets_death_ends_both_answering_threads);
	tcase_set_timeout(tests, 900); /* many forks, on a busy machine too */
	return tests;
}
