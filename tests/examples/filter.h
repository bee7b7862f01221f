/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
#ifndef FILTER_H
#define FILTER_H

#include <errno.h>
#include <linux/filter.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <seccomp.h>

#include "arch.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/*
 * Installs a filter on the calling thread that sends a notification for each
 * of these system calls. Returns the listener, or -1 with errno.
 *
 * A process of another architecture is killed: its system calls have other
 * numbers, so the supervisor would answer the wrong ones. On x86-64, that is
 * true of x32 as well: see IS_FOREIGN().
 */
static inline int trap_calls(const int *numbers, size_t count)
{
	struct sock_filter code[64] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, arch)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
#ifdef __x86_64__
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, X32_BIT,
			 IS_FOREIGN(0) ? 2 : 0, IS_FOREIGN(0) ? 0 : 2),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (__u32)-1, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
#endif
	};
	struct sock_fprog filter = { 4, code };

	/* No instruction above has the code 0. */
	while (filter.filter[filter.len].code)
		filter.len++;
	if (filter.len + 2 * count >= COUNT(code)) {
		errno = E2BIG;
		return -1;
	}
	for (size_t i = 0; i < count; i++) {
		filter.filter[filter.len++] = (struct sock_filter)BPF_JUMP(
			BPF_JMP | BPF_JEQ | BPF_K, (__u32)numbers[i], 0, 1);
		filter.filter[filter.len++] = (struct sock_filter)BPF_STMT(
			BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF);
	}
	filter.filter[filter.len++] = (struct sock_filter)BPF_STMT(
		BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	/* Without it, only CAP_SYS_ADMIN may install a filter. */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -1;
	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
			    SECCOMP_FILTER_FLAG_NEW_LISTENER, &filter);
}

#endif
