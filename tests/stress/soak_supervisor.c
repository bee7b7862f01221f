/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/* The supervisor: its threads answer the calls of all targets. */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <seccomp.h>

#include "soak.h"
#include "trap.h"

#ifndef SECCOMP_USER_NOTIF_FLAG_CONTINUE /* Linux 5.5 */
#define SECCOMP_USER_NOTIF_FLAG_CONTINUE (1UL << 0)
#endif

/* The last user closes it. Users are epoll and the threads that answer. */
struct listener {
	int fd;
	atomic_int users;
};

static int epoll;

static void watch(struct listener *listener, int operation)
{
	/* One thread at a time waits on it; others may be answering. */
	struct epoll_event event = { .events = EPOLLIN | EPOLLONESHOT,
				     .data.ptr = listener };

	MUST(epoll_ctl(epoll, operation, listener->fd, &event) == 0);
}

static void leave(struct listener *listener)
{
	if (--listener->users > 0)
		return;
	close(listener->fd);
	free(listener);
}

static void answer(int fd, const struct seccomp_notif *req,
		   struct seccomp_notif_resp *resp)
{
	long result;
	enum kind kind = choose_answer((uint32_t)req->data.args[1],
				       (uint32_t)req->data.args[3], &result);

	resp->id = req->id;
	resp->val = kind == VALUE ? result : 0;
	resp->error = kind == ERROR ? (int)result : 0;
	resp->flags = kind == CONTINUE ? SECCOMP_USER_NOTIF_FLAG_CONTINUE : 0;
	if (seccomp_notify_id_valid(fd, req->id) == 0 &&
	    seccomp_notify_respond(fd, resp) == 0) {
		shared->answered[kind]++;
		return;
	}
	MUST(errno == ENOENT);
	shared->gone++;
}

static void *answer_forever(void *arg)
{
	struct seccomp_notif *req = NULL;
	struct seccomp_notif_resp *resp = NULL;
	struct epoll_event event;

	for (unsigned int round = 0;; round++) {
		struct listener *listener;

		if (round % 100 == 0) { /* a leak would add up */
			seccomp_notify_free(req, resp);
			MUST(seccomp_notify_alloc(&req, &resp) == 0);
		}
		if (epoll_wait(epoll, &event, 1, -1) != 1) {
			MUST(errno == EINTR);
			continue;
		}
		listener = event.data.ptr;
		if (event.events & EPOLLHUP) {
			MUST(epoll_ctl(epoll, EPOLL_CTL_DEL, listener->fd,
				       NULL) == 0);
			leave(listener);
			continue;
		}
		/* A bare EPOLLERR only means that a signal is pending. */
		if (!(event.events & EPOLLIN)) {
			watch(listener, EPOLL_CTL_MOD);
			continue;
		}
		if (seccomp_notify_receive(listener->fd, req) != 0) {
			/* ENOENT: the target was killed after the event. */
			MUST(errno == ENOENT || errno == EINTR);
			watch(listener, EPOLL_CTL_MOD);
			continue;
		}
		MUST(req->data.nr == SYS_lseek);
		MUST(req->data.args[0] == FILE_TO_SEEK);
		listener->users++;
		watch(listener, EPOLL_CTL_MOD);
		answer(listener->fd, req, resp);
		leave(listener);
	}
	return arg;
}

_Noreturn void be_supervisor(int socket, int made)
{
	struct pollfd arrival = { socket, POLLIN, 0 };
	pthread_t threads[SUPERVISORS];

	epoll = made;
	catch_signal(SIGUSR1, 0);
	for (int i = 0; i < SUPERVISORS; i++)
		MUST(pthread_create(&threads[i], NULL, answer_forever, NULL) ==
		     0);
	for (;;) {
		struct listener *listener;

		/*
		 * Before Linux 6.11, a receive whose target died waits until a
		 * signal comes. The other threads just repeat their call.
		 */
		if (poll(&arrival, 1, 100) != 1) {
			for (int i = 0; i < SUPERVISORS; i++)
				pthread_kill(threads[i], SIGUSR1);
			continue;
		}
		listener = malloc(sizeof(*listener));
		MUST(listener);
		listener->users = 1;
		listener->fd = receive_fd(socket);
		MUST(listener->fd >= 0);
		watch(listener, EPOLL_CTL_ADD);
	}
}
