/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/*
 * One measurement:
 *
 *	bench TARGETS SUPERVISORS PROCESSORS MS [WORK-OF-SUPERVISOR
 *WORK-OF-TARGET]
 *
 * with "epoll" as SUPERVISORS for one that has a listener for each target, and
 * "one" or "all" as PROCESSORS. It prints round trips a second, and the median
 * and the 99th percentile of the latency of one in nanoseconds.
 *
 * Alone, it prints how many turns of work() take a microsecond.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/wait.h>

#include "calls.h"
#include "targets.h"

static int listener;
static unsigned long work_after;

/* What a real supervisor does; true for the last call. */
static bool serve(int fd, struct seccomp_notif *req,
		  struct seccomp_notif_resp *resp)
{
	clear_request(req);
	MUST(seccomp_notify_receive(fd, req) == 0);
	MUST(seccomp_notify_id_valid(fd, req->id) == 0);
	resp->id = req->id;
	resp->val = (__s64)ANSWER(req->data.args[0]);
	resp->error = 0;
	resp->flags = 0;
	MUST(seccomp_notify_respond(fd, resp) == 0);
	work(work_after);
	return req->data.args[0] == LAST_CALL;
}

static void *supervise(void *unused)
{
	struct seccomp_notif *req;
	struct seccomp_notif_resp *resp;

	(void)unused;
	MUST(seccomp_notify_alloc(&req, &resp) == 0);
	while (!serve(listener, req, resp))
		;
	seccomp_notify_free(req, resp);
	return NULL;
}

/* Until the last target of each listener is gone, which needs Linux 5.9. */
static void supervise_all(const int *listeners, int count)
{
	struct seccomp_notif *req;
	struct seccomp_notif_resp *resp;
	struct epoll_event events[64];
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	int ready;

	MUST(epoll >= 0);
	MUST(seccomp_notify_alloc(&req, &resp) == 0);
	for (int i = 0; i < count; i++) {
		struct epoll_event event = { .events = EPOLLIN,
					     .data.fd = listeners[i] };

		MUST(epoll_ctl(epoll, EPOLL_CTL_ADD, listeners[i], &event) ==
		     0);
	}
	while (count > 0) {
		ready = epoll_wait(epoll, events, 64, -1);
		MUST(ready > 0);
		for (int i = 0; i < ready; i++) {
			if (events[i].events & EPOLLIN) {
				serve(events[i].data.fd, req, resp);
			} else {
				close(events[i].data.fd);
				count--;
			}
		}
	}
	seccomp_notify_free(req, resp);
	close(epoll);
}

/* The fastest of many is the one that nothing disturbed. */
static void print_turns_of_a_microsecond(void)
{
	const unsigned long turns = 100000;
	double best = 1;

	for (int i = 0; i < 1000; i++) {
		double start = seconds_now();

		work(turns);
		start = seconds_now() - start;
		if (start < best)
			best = start;
	}
	printf("%.0f\n", (double)turns / (best * 1e6));
}

int main(int argc, char **argv)
{
	struct outcome *outcome = shared_memory(sizeof(*outcome));
	struct plan plan = { 0 };
	int *listeners;
	int supervisors;
	pthread_t *threads;
	pid_t targets;
	int status;

	if (argc < 5) {
		print_turns_of_a_microsecond();
		return 0;
	}
	plan.threads = atoi(argv[1]);
	plan.own_listeners = strcmp(argv[2], "epoll") == 0;
	supervisors = plan.own_listeners ? 0 : atoi(argv[2]);
	plan.last_calls = supervisors;
	plan.ms = (unsigned int)atoi(argv[4]);
	if (argc > 6) {
		work_after = strtoul(argv[5], NULL, 10);
		plan.work = strtoul(argv[6], NULL, 10);
	}
	/* The targets die with this process. */
	alarm(plan.ms / 1000 * 2 + 20);
	if (strcmp(argv[3], "one") == 0)
		stay_on_last_processor();

	listeners = calloc((size_t)plan.threads, sizeof(*listeners));
	threads = calloc((size_t)supervisors + 1, sizeof(*threads));
	MUST(listeners && threads);
	targets = targets_start(&plan, outcome, listeners);
	listener = listeners[0];
	for (int i = 0; i < (plan.own_listeners ? plan.threads : 1); i++)
		MUST(set_sync_wake_up(listeners[i]) == 0);
	if (plan.own_listeners)
		supervise_all(listeners, plan.threads);
	for (int i = 0; i < supervisors; i++) {
		errno = pthread_create(&threads[i], NULL, supervise, NULL);
		if (errno != 0)
			die("a supervisor's thread");
	}
	for (int i = 0; i < supervisors; i++)
		pthread_join(threads[i], NULL);
	free(threads);
	MUST(waitpid(targets, &status, 0) == targets);
	if (status != 0 || !outcome->right) {
		fputs("bench: a target got a wrong answer, or failed\n",
		      stderr);
		return 1;
	}
	printf("%.1f %lu %lu\n", outcome->rate, outcome->median,
	       outcome->percentile_99);
	return 0;
}
