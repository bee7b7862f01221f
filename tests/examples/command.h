/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/*
 * Starts a command as a target, and supervises it. The command keeps its filter
 * over execve(2), and so does every child of it. The supervisor itself has no
 * filter, so poll(2) reports POLLHUP when the last target has ended. This needs
 * Linux 5.9.
 */
#ifndef COMMAND_H
#define COMMAND_H

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>

#include "filter.h"
#include "socket.h"

/* The exit statuses that env(1) and timeout(1) have. */
enum { EXIT_SUPERVISOR = 125, EXIT_CANNOT_RUN, EXIT_NOT_FOUND };

/* The command's exit status, or 128 plus the number of its signal. */
static inline int wait_for_command(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return EXIT_SUPERVISOR;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/*
 * Runs a command under a filter for these system calls. Returns its listener,
 * and its pid, or -1 after a message. `blocked` is NULL or the signal mask for
 * the command, since blocked signals stay blocked over execve(2).
 */
static inline int start_command(char **command, const int *numbers,
				size_t count, const sigset_t *blocked,
				pid_t *pid)
{
	int sockets[2], listener, error;

	struct sigaction child;

	/* waitpid(2) fails if SIGCHLD is ignored. */
	sigaction(SIGCHLD, NULL, &child);
	if (child.sa_handler == SIG_IGN)
		signal(SIGCHLD, SIG_DFL);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) < 0) {
		perror("socketpair");
		return -1;
	}
	*pid = fork();
	if (*pid == 0) {
		listener = trap_calls(numbers, count);
		if (listener < 0)
			perror("seccomp");
		else if (send_fd(sockets[1], listener) < 0)
			perror("sendmsg");
		else if (blocked && sigprocmask(SIG_SETMASK, blocked, NULL) < 0)
			perror("sigprocmask");
		else { /* exec closes the listener and the sockets */
			execvp(command[0], command);
			error = errno;
			perror(command[0]);
			_exit(error == ENOENT ? EXIT_NOT_FOUND :
						EXIT_CANNOT_RUN);
		}
		_exit(EXIT_SUPERVISOR);
	}
	if (*pid < 0)
		perror("fork");
	close(sockets[1]);
	listener = receive_fd(sockets[0]);
	if (listener < 0 && errno != EPROTO)
		perror("recvmsg");
	close(sockets[0]);
	/* If a filter has killed the child, the child printed no message. */
	if (listener < 0 && *pid > 0 && wait_for_command(*pid) > 128)
		fputs("seccomp: a filter has killed the process\n", stderr);
	return listener;
}

/* Returns 0, or -1 after a message. That the target has left is no failure. */
static inline int respond(int listener, struct seccomp_notif_resp *resp)
{
	if (seccomp_notify_respond(listener, resp) == 0 || errno == ENOENT)
		return 0;
	perror("seccomp_notify_respond");
	return -1;
}

/* Answers a request. Returns 0. To give up, prints a message and returns -1. */
typedef int answer_function(int listener, const struct seccomp_notif *req,
			    struct seccomp_notif_resp *resp);

/* Receives a request, and calls answer() with a response that has its id. */
static inline int serve(int listener, struct seccomp_notif *req,
			struct seccomp_notif_resp *resp,
			answer_function *answer)
{
	if (seccomp_notify_receive(listener, req) == 0) {
		*resp = (struct seccomp_notif_resp){ .id = req->id };
		return answer(listener, req, resp);
	}
	/* The target has left the call since poll(2), or a signal came. */
	if (errno == ENOENT || errno == EINTR)
		return 0;
	perror("seccomp_notify_receive");
	return -1;
}

/*
 * Runs until the command, and all that it has started, have ended. Returns the
 * command's exit status. If a call of the supervisor fails, the listener is
 * closed, so that the targets go on: their trapped calls fail with ENOSYS.
 */
static inline int supervise(int listener, pid_t command,
			    answer_function *answer)
{
	struct seccomp_notif *req;
	struct seccomp_notif_resp *resp;
	struct pollfd fds[2] = { { .fd = listener, .events = POLLIN },
				 { .events = POLLIN } };
	int status = -1, failed = seccomp_notify_alloc(&req, &resp);
	siginfo_t info = { 0 };

	if (failed)
		perror("seccomp_notify_alloc");
	signal(SIGPIPE, SIG_IGN); /* output must not end the supervisor, */
	signal(SIGTTOU, SIG_IGN); /* nor stop it */
	/* -1 if a container manager refuses pidfd_open(2). */
	fds[1].fd = (int)syscall(SYS_pidfd_open, command, 0);
	while (!failed && !(fds[0].revents & (POLLHUP | POLLNVAL))) {
		fds[0].revents = 0;
		if (poll(fds, 2, fds[1].fd < 0 && status < 0 ? 100 : -1) < 0) {
			if (errno != EINTR) {
				perror("poll");
				failed = -1;
			}
		} else if (fds[0].revents & POLLIN) {
			failed = serve(listener, req, resp, answer);
		}
		/* Reap it: before Linux 6.11, POLLHUP comes only after that. */
		if (status < 0 &&
		    waitid(P_PID, (id_t)command, &info,
			   WEXITED | WNOHANG | WNOWAIT) == 0 &&
		    info.si_pid) {
			status = wait_for_command(command);
			fds[1].fd = -1; /* poll(2) skips it */
		}
	}
	seccomp_notify_free(req, resp);
	close(listener);
	if (status < 0)
		status = wait_for_command(command);
	return failed ? EXIT_SUPERVISOR : status;
}

#endif
