/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/*
 * A target that gets its filter from libseccomp and hands its listener over to
 * a supervisor, which need not be its parent.
 *
 *	handover supervise SOCKET
 *	handover run SOCKET COMMAND [ARG...]
 *
 * The supervisor waits for one target at SOCKET, refuses every mkdir(2) and
 * mkdirat(2) of it and its children, and ends when the last of them has ended.
 *
 * libseccomp makes the filter, and this library does the rest. It has to come
 * first, so that the linker takes the notification functions from it:
 *
 *	cc -D_GNU_SOURCE handover.c \
 *	   $(pkg-config --cflags --libs libseccomp-notify) -lseccomp
 *
 * Needs libseccomp 2.5 and Linux 5.9.
 */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include <seccomp.h>

#include "socket.h"

static _Noreturn void fail(const char *what, int error)
{
	fprintf(stderr, "handover: %s: %s\n", what, strerror(error));
	exit(1);
}

/* The calls that the target makes here must not be trapped. */
static _Noreturn void run(const char *path, char **command)
{
	struct sockaddr_un name;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	scmp_filter_ctx filter;
	int listener, error;

	if (set_path(&name, path) < 0 || fd < 0 ||
	    connect(fd, (void *)&name, sizeof(name)) < 0)
		fail(path, errno);
	filter = seccomp_init(SCMP_ACT_ALLOW);
	if (!filter)
		fail("seccomp_init", ENOMEM);
	/* Makes libseccomp return the kernel's own errors. */
	seccomp_attr_set(filter, SCMP_FLTATR_API_SYSRAWRC, 1);
	/* libseccomp kills threads that make calls of other architectures. */
	error = seccomp_rule_add(filter, SCMP_ACT_NOTIFY, SCMP_SYS(mkdir), 0);
	if (!error || error == -EDOM)
		error = seccomp_rule_add(filter, SCMP_ACT_NOTIFY,
					 SCMP_SYS(mkdirat), 0);
	if (error)
		fail("seccomp_rule_add", -error);
	error = seccomp_load(filter);
	if (error)
		fail("seccomp_load", -error);
	listener = seccomp_notify_fd(filter);
	if (listener < 0)
		fail("seccomp_notify_fd", EINVAL);
	if (send_fd(fd, listener) < 0)
		fail("sendmsg", errno);
	/* Both are closed on exec: a target must not keep its own listener. */
	execvp(command[0], command);
	fail(command[0], errno);
}

/* Returns 0 when no target is left, or -1 after a message. */
static int serve(int listener, struct seccomp_notif *req,
		 struct seccomp_notif_resp *resp)
{
	struct pollfd wait_for = { .fd = listener, .events = POLLIN };

	for (;;) {
		char *name;

		if (poll(&wait_for, 1, -1) < 0) {
			if (errno == EINTR)
				continue;
			perror("handover: poll");
			return -1;
		}
		if (wait_for.revents & (POLLHUP | POLLNVAL))
			return 0;
		if (!(wait_for.revents & POLLIN))
			continue; /* POLLERR alone is temporary */
		if (seccomp_notify_receive(listener, req) != 0) {
			if (errno == ENOENT || errno == EINTR)
				continue; /* a target left, or a signal came */
			perror("handover: seccomp_notify_receive");
			return -1;
		}
		/* The answer depends on no argument, so it is right for each
		 * architecture.
		 */
		name = seccomp_syscall_resolve_num_arch(req->data.arch,
							req->data.nr);
		printf("handover: pid %u: %s: refused\n", req->pid,
		       name ? name : "?");
		free(name);
		*resp = (struct seccomp_notif_resp){ .id = req->id,
						     .error = -EPERM };
		if (seccomp_notify_respond(listener, resp) != 0 &&
		    errno != ENOENT) {
			perror("handover: seccomp_notify_respond");
			return -1;
		}
	}
}

static int supervise(const char *path)
{
	struct seccomp_notif *req;
	struct seccomp_notif_resp *resp;
	int socket = listen_on(path), connection, listener, result;

	if (socket < 0)
		fail(path, errno);
	if (seccomp_notify_alloc(&req, &resp) != 0)
		fail("seccomp_notify_alloc", errno);
	do
		connection = accept4(socket, NULL, NULL, SOCK_CLOEXEC);
	while (connection < 0 && errno == EINTR);
	if (connection < 0)
		fail("accept4", errno);
	/* Another target must not wait for a supervisor that serves only one.
	 */
	close(socket);
	unlink(path);
	listener = receive_fd(connection);
	if (listener < 0)
		fail("the target sent no listener", errno);
	close(connection);
	signal(SIGPIPE, SIG_IGN); /* output must not end the supervisor, */
	signal(SIGTTOU, SIG_IGN); /* nor stop it */
	setlinebuf(stdout);
	result = serve(listener, req, resp);
	close(listener); /* calls that still wait get ENOSYS */
	seccomp_notify_free(req, resp);
	return result ? 1 : 0;
}

int main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "supervise") == 0)
		return supervise(argv[2]);
	if (argc >= 4 && strcmp(argv[1], "run") == 0)
		run(argv[2], argv + 3);
	fputs("usage: handover supervise SOCKET\n"
	      "       handover run SOCKET COMMAND [ARG...]\n",
	      stderr);
	return 2;
}
