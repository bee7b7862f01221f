/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/*
 * `supervisor TARGET` makes all six calls, failing ones too, for tools that
 * cannot run a target under its filter. "One request and one response serve any
 * number of notifications, one after the other."
 */
#include <errno.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <seccomp.h>

#include "process.h"
#include "trap.h"

static struct seccomp_notif_sizes sizes;

/*
 * The library calls this function instead of libc's: valgrind does not know
 * seccomp(2), and fails it with ENOSYS. The sizes that it returns are those
 * that the target got from the kernel.
 */
long syscall(long number, ...)
{
	long result = 0;
	va_list arguments;
	unsigned int second;
	uintptr_t third;
	int first;

	va_start(arguments, number);
	first = va_arg(arguments, int);
	second = va_arg(arguments, unsigned int);
	third = va_arg(arguments, uintptr_t);
	va_end(arguments);
	if (number == SYS_seccomp)
		*(struct seccomp_notif_sizes *)third = sizes;
	else
		result = ioctl(first, second, third);
	return result;
}

int main(int argc, char **argv)
{
	struct seccomp_notif *req;
	struct seccomp_notif_resp *resp;
	char number[16];
	char *arguments[] = { argc > 1 ? argv[1] : NULL, number, NULL };
	int sockets[2];
	int listener;
	int status;
	pid_t target;

	MUST(argc > 1);
	MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) == 0);
	snprintf(number, sizeof(number), "%d", sockets[1]);
	MUST(posix_spawn(&target, argv[1], NULL, NULL, arguments, environ) ==
	     0);
	close(sockets[1]);
	listener = receive_fd(sockets[0]);
	MUST(listener >= 0);
	MUST(read(sockets[0], &sizes, sizeof(sizes)) == sizeof(sizes));
	close(sockets[0]);

	MUST(seccomp_notify_alloc(&req, &resp) == 0);
	for (int left = 1000; left-- > 0;) {
		MUST(seccomp_notify_receive(listener, req) == 0);
		MUST(seccomp_notify_id_valid(listener, req->id) == 0);
		resp->id = req->id;
		resp->val = left;
		resp->error = 0;
		resp->flags = 2;
		MUST(seccomp_notify_respond(listener, resp) == -ECANCELED);
		MUST(errno == EINVAL);
		resp->flags = 0;
		MUST(seccomp_notify_respond(listener, resp) == 0);
	}
	MUST(waitpid(target, &status, 0) == target);
	MUST(status == 0);
	MUST(seccomp_notify_id_valid(listener, req->id) == -ENOENT);
	MUST(seccomp_notify_respond(listener, resp) == -ECANCELED);
	MUST(seccomp_notify_receive(listener, NULL) == -ECANCELED);
	close(listener);
	MUST(seccomp_notify_receive(listener, req) == -ECANCELED);
	MUST(errno == EBADF);
	MUST(seccomp_notify_fd(NULL) == -EINVAL);
	seccomp_notify_free(req, resp);
	seccomp_notify_free(NULL, NULL);
	MUST(seccomp_notify_alloc(&req, NULL) == 0);
	seccomp_notify_free(req, NULL);
	MUST(seccomp_notify_alloc(NULL, &resp) == 0);
	seccomp_notify_free(NULL, resp);
	return 0;
}
