/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "process.h"
#include "targets.h"
#include "trap.h"

/*
 * Latencies are counted in buckets, 32 for each power of two, so they are exact
 * within 3 %. The last bucket counts all above 4 seconds.
 */
#define BUCKETS ((size_t)28 * 32)

struct thread {
	pthread_t id;
	int index;
	atomic_ulong calls;
	unsigned int latencies[BUCKETS];
};

static const struct plan *plan;
static int to_supervisor;
static pthread_barrier_t all_listen;
static atomic_bool over;
static atomic_bool wrong;

void work(unsigned long turns)
{
	while (turns--)
		__asm__ volatile("" ::: "memory");
}

static unsigned long nanoseconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (unsigned long)now.tv_sec * 1000000000UL +
	       (unsigned long)now.tv_nsec;
}

static size_t bucket(unsigned long nanoseconds)
{
	size_t power = 0;
	size_t number;

	while (nanoseconds >> power >= 64)
		power++;
	number = power * 32 + (nanoseconds >> power);
	return number < BUCKETS ? number : BUCKETS - 1;
}

static unsigned long bucket_start(size_t number)
{
	size_t power = number < 64 ? 0 : number / 32 - 1;

	return (number - power * 32) << power;
}

static void listen_and_tell(void)
{
	static pthread_mutex_t one_by_one = PTHREAD_MUTEX_INITIALIZER;
	const struct rule rule = { SYS_getppid, -1, 0, SECCOMP_RET_USER_NOTIF };
	int listener = install_filter(&rule, 1, SECCOMP_RET_ALLOW,
				      SECCOMP_FILTER_FLAG_NEW_LISTENER);

	MUST(listener >= 0);
	pthread_mutex_lock(&one_by_one);
	MUST(send_fd(to_supervisor, listener) == 0);
	pthread_mutex_unlock(&one_by_one);
	close(listener);
}

static void *call_until_over(void *arg)
{
	struct thread *self = arg;

	pthread_barrier_wait(&all_listen);
	while (!atomic_load_explicit(&over, memory_order_relaxed)) {
		unsigned long calls = self->calls;
		/* Each thread has numbers of its own. */
		long number = (self->index << 16) + (long)(calls & 0xffff);
		unsigned long start = nanoseconds_now();
		long answer = syscall(SYS_getppid, number);

		self->latencies[bucket(nanoseconds_now() - start)]++;
		if (answer != ANSWER(number))
			wrong = true;
		atomic_store_explicit(&self->calls, calls + 1,
				      memory_order_relaxed);
		work(plan->work);
	}
	return NULL;
}

static void start_thread(struct thread *thread, void *(*body)(void *))
{
	pthread_attr_t attributes;

	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, (size_t)64 * 1024);
	errno = pthread_create(&thread->id, &attributes, body, thread);
	MUST(errno == 0);
	pthread_attr_destroy(&attributes);
}

static int group_size(void)
{
	return plan->threads / plan->listeners;
}

/*
 * The first thread of a group installs the filter, which the others inherit.
 * If there is one listener only, the main thread has installed the filter,
 * because it makes the last calls.
 */
static void *lead(void *arg)
{
	struct thread *self = arg;

	if (plan->listeners > 1)
		listen_and_tell();
	for (int i = 1; i < group_size(); i++)
		start_thread(&self[i], call_until_over);
	return call_until_over(self);
}

static unsigned long calls_made(struct thread *threads)
{
	unsigned long sum = 0;

	for (int i = 0; i < plan->threads; i++)
		sum += threads[i].calls;
	return sum;
}

static unsigned long percentile(struct thread *threads, unsigned long percent)
{
	unsigned long below = calls_made(threads) * percent / 100;
	size_t number = 0;

	for (; number < BUCKETS - 1; number++) {
		unsigned long here = 0;

		for (int i = 0; i < plan->threads; i++)
			here += threads[i].latencies[number];
		if (here > below)
			break;
		below -= here;
	}
	return bucket_start(number);
}

/* The rate is measured while all threads make calls. */
static void measure(struct outcome *outcome)
{
	struct thread *threads =
		calloc((size_t)plan->threads, sizeof(*threads));
	unsigned long calls;
	double start;

	MUST(threads);
	pthread_barrier_init(&all_listen, NULL,
			     (unsigned int)plan->threads + 1);
	for (int i = 0; i < plan->threads; i++)
		threads[i].index = i;
	for (int i = 0; i < plan->threads; i += group_size())
		start_thread(&threads[i], lead);
	pthread_barrier_wait(&all_listen);
	usleep(plan->ms * 100);
	start = seconds_now();
	calls = calls_made(threads);
	usleep(plan->ms * 1000);
	outcome->rate =
		(double)(calls_made(threads) - calls) / (seconds_now() - start);
	over = true;
	/* Without last calls, the end of the process ends the threads. */
	if (plan->last_calls > 0)
		for (int i = 0; i < plan->threads; i++)
			pthread_join(threads[i].id, NULL);
	outcome->median = percentile(threads, 50);
	outcome->percentile_99 = percentile(threads, 99);
	outcome->right = !wrong;
}

pid_t targets_start(const struct plan *how, struct outcome *outcome,
		    int *listeners)
{
	int sockets[2];
	pid_t pid;

	plan = how;
	MUST(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) == 0);
	pid = fork_bound();
	if (pid == 0) {
		close(sockets[0]);
		to_supervisor = sockets[1];
		if (plan->listeners == 1)
			listen_and_tell();
		measure(outcome);
		for (int i = 0; i < plan->last_calls; i++)
			syscall(SYS_getppid, LAST_CALL);
		_exit(0);
	}
	close(sockets[1]);
	for (int i = 0; i < plan->listeners; i++) {
		listeners[i] = receive_fd(sockets[0]);
		MUST(listeners[i] >= 0);
	}
	close(sockets[0]);
	return pid;
}
