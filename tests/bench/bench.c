/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/*
 * One measurement:
 *
 *	bench TARGETS SUPERVISORS PROCESSORS MS [AFTER BETWEEN]
 *
 * With "epoll:N" as SUPERVISORS, one supervisor has N listeners, over which the
 * targets are spread. PROCESSORS is "one" or "all". The supervisor works for
 * AFTER turns of work() after each response, a target for BETWEEN turns between
 * two calls. It prints round trips a second, and the median and the 99th
 * percentile of the latency of one in nanoseconds.
 *
 * Without arguments, it prints how many turns of work() take a microsecond.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/wait.h>

#include "calls.h"
#include "process.h"
#include "targets.h"

static struct outcome *outcome; /* in shared memory */
static int listener;
static unsigned long work_after;

/* Answers a call as a real supervisor does. Returns true for the last call. */
static bool serve(int fd, struct seccomp_notif *req,
		  struct seccomp_notif_resp *resp)
{
	clear_request(req);
	/* A target that has stored its rate may end at any moment. */
	if (seccomp_notify_receive(fd, req) != 0 ||
	    seccomp_notify_id_valid(fd, req->id) != 0) {
		MUST(errno == ENOENT && outcome->rate > 0);
		return false;
	}
	resp->id = req->id;
	resp->val = (__s64)ANSWER(req->data.args[0]);
	resp->error = 0;
	resp->flags = 0;
	MUST(seccomp_notify_respond(fd, resp) == 0 ||
	     (errno == ENOENT && outcome->rate > 0));
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

/* Runs until each listener has no target left, which needs Linux 5.9. */
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
	struct plan plan = { 0 };
	int *listeners;
	int supervisors;
	pthread_t *threads;
	bool epoll;
	pid_t targets;

	if (argc < 5) {
		print_turns_of_a_microsecond();
		return 0;
	}
	plan.threads = atoi(argv[1]);
	epoll = strncmp(argv[2], "epoll:", 6) == 0;
	plan.listeners = epoll ? atoi(argv[2] + 6) : 1;
	supervisors = epoll ? 0 : atoi(argv[2]);
	plan.last_calls = supervisors;
	plan.ms = (unsigned int)atoi(argv[4]);
	if (argc > 6) {
		work_after = strtoul(argv[5], NULL, 10);
		plan.work = strtoul(argv[6], NULL, 10);
	}
	outcome = shared_memory(sizeof(*outcome));
	/* If this ends the process, its targets die too. */
	alarm(plan.ms / 1000 * 2 + 20 + (unsigned int)plan.threads / 100);
	if (strcmp(argv[3], "one") == 0)
		stay_on_one_processor();

	listeners = calloc((size_t)plan.listeners, sizeof(*listeners));
	threads = calloc((size_t)supervisors + 1, sizeof(*threads));
	MUST(listeners && threads);
	targets = targets_start(&plan, outcome, listeners);
	listener = listeners[0];
	for (int i = 0; i < plan.listeners; i++)
		MUST(set_sync_wake_up(listeners[i]) == 0);
	if (epoll)
		supervise_all(listeners, plan.listeners);
	for (int i = 0; i < supervisors; i++) {
		errno = pthread_create(&threads[i], NULL, supervise, NULL);
		MUST(errno == 0);
	}
	for (int i = 0; i < supervisors; i++)
		pthread_join(threads[i], NULL);
	free(threads);
	if (reap(targets) != 0 || !outcome->right) {
		fputs("bench: a target got a wrong answer, or failed\n",
		      stderr);
		return 1;
	}
	printf("%.1f %lu %lu\n", outcome->rate, outcome->median,
	       outcome->percentile_99);
	return 0;
}
