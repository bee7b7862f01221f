/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/*
 * under CONDITION COMMAND [ARG...]: runs a command under a filter that makes a
 * system call fail, as in a container or on an older kernel. The conditions are
 * no-proc, which hides /proc, and those in conditions[]. If a condition cannot
 * be made here, the exit status is 77.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../arch.h"

#define ANY 0xffffffffU
#define FAILS(error) (SECCOMP_RET_ERRNO | (error))
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define LOW_HALF 4
#else
#define LOW_HALF 0
#endif

static const struct condition {
	const char *name;
	int nr;
	int arg; /* the argument that must have this value, if any */
	__u32 value;
	__u32 action;
} conditions[] = {
	{ "no-pidfd", SYS_pidfd_open, 0, ANY, FAILS(EPERM) },
	{ "no-fork", SYS_clone, 0, ANY, FAILS(EAGAIN) },
#ifdef SYS_clone3
	{ "no-fork", SYS_clone3, 0, ANY, FAILS(EAGAIN) },
#endif
#ifdef SYS_fork
	{ "no-fork", SYS_fork, 0, ANY, FAILS(EAGAIN) },
	{ "no-fork", SYS_vfork, 0, ANY, FAILS(EAGAIN) },
#endif
	{ "no-receive", SYS_ioctl, 1, (__u32)SECCOMP_IOCTL_NOTIF_RECV,
	  FAILS(EPERM) },
	{ "no-respond", SYS_ioctl, 1, (__u32)SECCOMP_IOCTL_NOTIF_SEND,
	  FAILS(EPERM) },
	{ "no-seccomp", SYS_seccomp, 0, SECCOMP_SET_MODE_FILTER, FAILS(EPERM) },
	{ "old-kernel", SYS_seccomp, 0, ANY, FAILS(ENOSYS) },
	{ "seccomp-kills", SYS_seccomp, 0, SECCOMP_SET_MODE_FILTER,
	  SECCOMP_RET_KILL_PROCESS },
	/* Nobody makes this call: only the listener matters. */
	{ "other-listener", SYS_quotactl, 0, ANY, SECCOMP_RET_USER_NOTIF },
};

static _Noreturn void fail(const char *what)
{
	fprintf(stderr, "under: %s: %s\n", what, strerror(errno));
	exit(77);
}

/* Returns the listener if the condition needs one, or else 0. */
static int install(const char *name)
{
	struct sock_filter code[64] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, arch)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog filter = { 3, code };
	unsigned int flags = 0;
	int result;

	for (size_t i = 0; i < sizeof(conditions) / sizeof(conditions[0]);
	     i++) {
		const struct condition *condition = &conditions[i];
		const struct sock_filter rule[] = {
			BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
				 offsetof(struct seccomp_data, nr)),
			BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
				 (__u32)condition->nr, 0, 3),
			BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
				 (__u32)(offsetof(struct seccomp_data, args) +
					 (size_t)condition->arg * 8 +
					 LOW_HALF)),
			BPF_JUMP(condition->value == ANY ?
					 BPF_JMP | BPF_JGE | BPF_K :
					 BPF_JMP | BPF_JEQ | BPF_K,
				 condition->value == ANY ? 0 : condition->value,
				 0, 1),
			BPF_STMT(BPF_RET | BPF_K, condition->action),
		};

		if (strcmp(name, condition->name) != 0)
			continue;
		memcpy(code + filter.len, rule, sizeof(rule));
		filter.len += 5;
		if (condition->action == SECCOMP_RET_USER_NOTIF)
			flags = SECCOMP_FILTER_FLAG_NEW_LISTENER;
	}
	if (filter.len == 3) {
		errno = EINVAL;
		fail(name);
	}
	filter.filter[filter.len++] = (struct sock_filter)BPF_STMT(
		BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		fail("prctl");
	result = (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags,
			      &filter);
	if (result < 0)
		fail("seccomp");
	return result;
}

int main(int argc, char **argv)
{
	if (argc < 3) {
		fputs("usage: under CONDITION COMMAND [ARG...]\n", stderr);
		return 2;
	}
	if (strcmp(argv[1], "no-proc") == 0) {
		if (unshare(CLONE_NEWNS) < 0 ||
		    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
		    mount("none", "/proc", "tmpfs", 0, NULL) < 0)
			fail("cannot cover /proc");
	} else {
		int listener = install(argv[1]);

		/* The programs keep the listener open as long as they run. */
		if (listener > 0 && fcntl(listener, F_SETFD, 0) < 0)
			fail("fcntl");
	}
	execvp(argv[2], argv + 2);
	fail(argv[2]);
}
