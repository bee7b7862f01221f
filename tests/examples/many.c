/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/*
 * One supervisor over many targets, each with a listener of its own, as a
 * container manager has them. epoll(7) waits for all listeners and for a
 * signalfd(2), which reports that targets have ended, or that the supervisor is
 * to end. So a signal is an event like any other, and no handler runs.
 *
 *	many COUNT COMMAND [ARG...]
 *
 * Runs COMMAND COUNT times, at most eight at a time. Each may call
 * mkdir(2) three times; after that, the call fails with EDQUOT. The answer does
 * not depend on the path, so SECCOMP_USER_NOTIF_FLAG_CONTINUE is safe here: it
 * does not matter if a target changes the path before the kernel reads it.
 *
 * SIGINT and SIGTERM end the supervisor, and every command with it, but not
 * while the supervisor waits to write to a full pipe. Exit status: 0 if each
 * command had exit status 0, or else 1. Needs Linux 5.9.
 */
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>

#include "command.h"

#define AT_ONCE 8
#define MAY_MAKE 3

static struct target {
	pid_t pid;    /* 0: the command has ended */
	int listener; /* not above 0: all of its processes have ended */
	int made;
} targets[AT_ONCE];

static int epoll;
static sigset_t before; /* the signal mask for targets */

/* Kills the commands. Processes that they started go on: their trapped calls
 * fail with ENOSYS.
 */
static _Noreturn void give_up(void)
{
	for (int i = 0; i < AT_ONCE; i++)
		if (targets[i].pid)
			kill(targets[i].pid, SIGKILL);
	exit(1);
}

static _Noreturn void fail(const char *call)
{
	perror(call);
	give_up();
}

static void start(struct target *target, char **command)
{
	const int numbers[] = {
		SYS_mkdirat,
#ifdef SYS_mkdir
		SYS_mkdir,
#endif
	};
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = target };

	target->made = 0;
	target->listener = start_command(command, numbers, COUNT(numbers),
					 &before, &target->pid);
	if (target->listener < 0) {
		target->pid = 0;
		give_up(); /* start_command() has said why */
	}
	if (epoll_ctl(epoll, EPOLL_CTL_ADD, target->listener, &event) < 0)
		fail("epoll_ctl");
}

static int answer(int listener, const struct seccomp_notif *req,
		  struct seccomp_notif_resp *resp)
{
	struct target *target = targets;

	while (target->listener != listener)
		target++;
	if (target->made < MAY_MAKE)
		resp->flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
	else
		resp->error = -EDQUOT;
	printf("target %d: pid %u: %s\n", (int)(target - targets), req->pid,
	       resp->error ? "no more" : "one more");
	if (seccomp_notify_respond(listener, resp) == 0) {
		target->made += !resp->error;
	} else if (errno != ENOENT) { /* ENOENT: not made, so not counted */
		perror("seccomp_notify_respond");
		return -1;
	}
	return 0;
}

/* Returns how many of the commands have failed. */
static int reap(void)
{
	int failed = 0, status;
	pid_t pid;

	/* Signals of one kind are merged, so one may stand for several ends. */
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		for (int i = 0; i < AT_ONCE; i++) {
			if (targets[i].pid == pid) {
				targets[i].pid = 0;
				failed += status != 0;
			}
		}
	}
	return failed;
}

int main(int argc, char **argv)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = NULL };
	struct signalfd_siginfo info;
	struct seccomp_notif *req;
	struct seccomp_notif_resp *resp;
	int left = argc > 2 ? atoi(argv[1]) : 0, failed = 0, busy, signals;
	struct target *target;
	sigset_t set;

	if (left < 1) {
		fputs("usage: many COUNT COMMAND [ARG...]\n", stderr);
		return 1;
	}
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGPIPE);
	sigaddset(&set, SIGTTOU); /* output does not stop the supervisor */
	sigprocmask(SIG_BLOCK, &set, &before);
	signals = signalfd(-1, &set, SFD_CLOEXEC);
	epoll = epoll_create1(EPOLL_CLOEXEC);
	if (signals < 0 || epoll < 0 ||
	    epoll_ctl(epoll, EPOLL_CTL_ADD, signals, &event) < 0)
		fail("signalfd, epoll");
	if (seccomp_notify_alloc(&req, &resp) != 0)
		fail("seccomp_notify_alloc");
	setlinebuf(stdout);
	for (;;) {
		busy = 0;
		for (int i = 0; i < AT_ONCE; i++) {
			if (!targets[i].pid && targets[i].listener <= 0 &&
			    left > 0) {
				start(&targets[i], argv + 2);
				left--;
			}
			busy |= targets[i].pid || targets[i].listener > 0;
		}
		if (!busy)
			return failed > 0;
		if (epoll_wait(epoll, &event, 1, -1) < 0) {
			if (errno != EINTR)
				fail("epoll_wait");
		} else if (event.data.ptr) {
			target = event.data.ptr;
			if (event.events & EPOLLIN) {
				if (serve(target->listener, req, resp, answer))
					give_up();
			} else if (event.events & EPOLLHUP) {
				/*
				 * The last process has ended. A child that was
				 * just forked for another target may have a
				 * copy of the listener. Then close(2) does not
				 * remove it from epoll.
				 */
				epoll_ctl(epoll, EPOLL_CTL_DEL,
					  target->listener, NULL);
				close(target->listener);
				target->listener = 0;
			}
		} else if (read(signals, &info, sizeof(info)) < 0) {
			if (errno != EINTR)
				fail("read");
		} else if (info.ssi_signo == SIGCHLD) {
			failed += reap();
		} else {
			fprintf(stderr, "many: ended by signal %u\n",
				info.ssi_signo);
			give_up();
		}
	}
}
