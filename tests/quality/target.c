/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/*
 * A target as a program of its own: `target SOCKET` traps getppid(2), hands
 * its listener over, and makes the call until it gives 0.
 */
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "trap.h"

int main(int argc, char **argv)
{
	const struct rule rule = { SYS_getppid, -1, 0, SECCOMP_RET_USER_NOTIF };
	int socket = argc > 1 ? atoi(argv[1]) : -1;
	int listener = filter_install(&rule, 1, SECCOMP_RET_ALLOW,
				      SECCOMP_FILTER_FLAG_NEW_LISTENER);

	if (listener < 0 || send_fd(socket, listener) < 0)
		return 1;
	while (syscall(SYS_getppid) != 0)
		;
	return 0;
}
