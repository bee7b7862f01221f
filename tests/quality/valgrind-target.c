/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/*
 * A target as a program of its own. `target SOCKET` traps getppid(2), sends its
 * listener and then the kernel's sizes over the socket, and makes the call
 * until it returns 0, or -1 because there is no supervisor.
 */
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "trap.h"

int main(int argc, char **argv)
{
	const struct rule rule = { SYS_getppid, -1, 0, SECCOMP_RET_USER_NOTIF };
	int socket = argc > 1 ? (int)strtol(argv[1], NULL, 10) : -1;
	struct seccomp_notif_sizes sizes;
	long answer;
	int listener = install_filter(&rule, 1, SECCOMP_RET_ALLOW,
				      SECCOMP_FILTER_FLAG_NEW_LISTENER);

	if (listener < 0 || send_fd(socket, listener) < 0 ||
	    syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes) < 0 ||
	    write(socket, &sizes, sizeof(sizes)) != sizeof(sizes))
		return 1;
	close(listener);
	do {
		answer = syscall(SYS_getppid);
	} while (answer > 0);
	return answer != 0;
}
