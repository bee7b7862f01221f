/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/*
 * This library is preloaded into the published programs, and inherited by the
 * targets that they start, to make rare events frequent without a change to the
 * programs. The environment chooses the events:
 *
 *	STORM=restart    a signal comes 500 times a second (SA_RESTART is set)
 *	STORM=interrupt  the same without SA_RESTART
 *	DELAY=N          N times, a wait that has found something returns 150 ms
 *	                 later, so that a target can leave its call meanwhile
 *	POLLERR=N        N times, a wait that has found only POLLIN reports only
 *	                 POLLERR instead
 *	POLLNVAL=1       the first wait finds its first descriptor closed, as by
 *	                 another thread
 *	INT80=1          each child makes the i386 call iopl(2), whose number is
 *	                 that of getppid(2) on x86-64, by int $0x80
 */
#include <dlfcn.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

static int delays, errors;
static bool closing;

static void do_nothing(int signal)
{
	(void)signal;
}

static void block_signal(int how)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	pthread_sigmask(how, &set, NULL);
}

/* Neither a child nor a program that is executed inherits the timer. */
static void start_timer(void)
{
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL,
				  .sigev_signo = SIGUSR1 };
	const struct itimerspec often = { { 0, 2000000 }, { 0, 2000000 } };
	timer_t timer;

	if (timer_create(CLOCK_MONOTONIC, &event, &timer) == 0)
		timer_settime(timer, 0, &often, NULL);
}

static void call_by_int80(void)
{
#ifdef __x86_64__
	long result;

	__asm__ volatile("int $0x80" : "=a"(result) : "a"(110L), "b"(0L));
	printf("int $0x80 gave %ld\n", result);
	fflush(stdout);
#endif
}

__attribute__((constructor)) static void begin(void)
{
	const char *storm = getenv("STORM"), *delay = getenv("DELAY");
	const char *error = getenv("POLLERR");
	struct sigaction action = { .sa_handler = do_nothing };

	delays = delay ? atoi(delay) : 0;
	errors = error ? atoi(error) : 0;
	closing = getenv("POLLNVAL") != NULL;
	if (getenv("INT80"))
		pthread_atfork(NULL, NULL, call_by_int80);
	if (!storm)
		return;
	if (strcmp(storm, "restart") == 0)
		action.sa_flags = SA_RESTART;
	sigaction(SIGUSR1, &action, NULL);
	block_signal(SIG_UNBLOCK);
	start_timer();
	pthread_atfork(NULL, NULL, start_timer);
}

/*
 * After execve(2), the signal has no handler until begin() runs, and would kill
 * the program. Until then, it is blocked.
 */
int execvp(const char *file, char *const *arguments)
{
	int (*next)(const char *, char *const *) =
		(int (*)(const char *, char *const *))(intptr_t)dlsym(RTLD_NEXT,
								      "execvp");

	block_signal(SIG_BLOCK);
	next(file, arguments);
	block_signal(SIG_UNBLOCK);
	return -1;
}

/* POLLERR=N and DELAY=N. The result of a wait that found nothing is kept. */
static void spoil(int result, int *events, int only)
{
	const struct timespec wait = { 0, 150000000 };

	if (result > 0 && *events == only && errors > 0) {
		errors--;
		*events = POLLERR;
	} else if (result > 0 && delays > 0) {
		delays--;
		nanosleep(&wait, NULL);
	}
}

int poll(struct pollfd *fds, nfds_t count, int timeout)
{
	int (*next)(struct pollfd *, nfds_t, int) =
		(int (*)(struct pollfd *, nfds_t, int))(intptr_t)dlsym(
			RTLD_NEXT, "poll");
	int result;
	int events;

	if (closing)
		close(fds[0].fd);
	closing = false;
	result = next(fds, count, timeout);
	events = fds[0].revents;
	spoil(result, &events, POLLIN);
	fds[0].revents = (short)events;
	return result;
}

int epoll_wait(int epoll, struct epoll_event *events, int count, int timeout)
{
	int (*next)(int, struct epoll_event *, int, int) =
		(int (*)(int, struct epoll_event *, int, int))(intptr_t)dlsym(
			RTLD_NEXT, "epoll_wait");
	int result = next(epoll, events, count, timeout);
	int first = (int)events[0].events;

	spoil(result, &first, EPOLLIN);
	if (result > 0)
		events[0].events = (uint32_t)first;
	return result;
}
