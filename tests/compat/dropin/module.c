/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/*
 * A module that has a libseccomp of its own or its host's. host.c loads it, and
 * modules.sh builds and links both in each way.
 */
#include <seccomp.h>

#include <errno.h>
#include <linux/filter.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

typedef int notify_fd(const scmp_filter_ctx ctx);

/* Any system call but write(2) and exit_group(2) kills the process. */
static void forbid_system_calls(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_write, 2, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit_group, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog filter = { 5, code };

	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) != 0)
		abort();
}

/* Loads a filter, with a notification if trap is set. Returns the context. */
void *load(int trap, int *listener)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);
	uint32_t action = trap ? SCMP_ACT_NOTIFY : SCMP_ACT_ERRNO(EPERM);

	*listener = trap ? dup(1) : -1;
	close(*listener); /* the number that seccomp_load(3) takes next */
	if (seccomp_rule_add(ctx, action, SCMP_SYS(getppid), 0) != 0 ||
	    seccomp_load(ctx) != 0)
		abort();
	return ctx;
}

/* Asks for the listener, by this function, or if it is NULL, by name. */
void ask(void *ctx, int listener, notify_fd *function)
{
	char text[32];
	int fd;

	memset(text, 0, sizeof(text));
	forbid_system_calls();
	fd = function ? function(ctx) : seccomp_notify_fd(ctx);
	if (fd == listener && fd >= 0)
		strcpy(text, "listener\n");
	else
		snprintf(text, sizeof(text), "%d\n", fd);
	if (write(1, text, strlen(text)) < 0)
		abort();
	_exit(0);
}
