/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
#include <errno.h>
#include <linux/filter.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../examples/arch.h"
#include "trap.h"

#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define LOW_HALF 4
#else
#define LOW_HALF 0
#endif

int install_filter(const struct rule *rules, size_t count, uint32_t otherwise,
		   unsigned int flags)
{
	const unsigned short load = BPF_LD | BPF_W | BPF_ABS;
	const unsigned short equal = BPF_JMP | BPF_JEQ | BPF_K;
	struct sock_filter code[64];
	struct sock_fprog program = { 3, code };
	int twice = 0;

	if (3 + count * 5 + 1 > COUNT(code))
		abort();
	code[0] = (struct sock_filter)BPF_STMT(
		load, offsetof(struct seccomp_data, arch));
	code[1] = (struct sock_filter)BPF_JUMP(equal, ARCH, 1, 0);
	code[2] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, otherwise);
	for (size_t i = 0; i < count; i++) {
		const struct rule *rule = &rules[i];
		bool any = rule->arg < 0;
		uint32_t arg = any ? 0 : (uint32_t)rule->arg;
		uint32_t nr_at = offsetof(struct seccomp_data, nr);
		uint32_t arg_at =
			(uint32_t)(offsetof(struct seccomp_data, args) +
				   arg * sizeof(uint64_t) + LOW_HALF);
		struct sock_filter lines[] = {
			BPF_STMT(load, nr_at),
			BPF_JUMP(equal, (uint32_t)rule->nr, 0, any ? 1 : 3),
			BPF_STMT(load, arg_at),
			BPF_JUMP(equal, rule->value, 0, 1),
			BPF_STMT(BPF_RET | BPF_K, rule->action),
		};

		for (size_t line = 0; line < COUNT(lines); line++) {
			if (any && (line == 2 || line == 3))
				continue;
			code[program.len++] = lines[line];
		}
	}
	code[program.len++] =
		(struct sock_filter)BPF_STMT(BPF_RET | BPF_K, otherwise);

	for (;;) {
		long result = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
				      flags, &program);

		/* An unprivileged process sets this flag and tries again. */
		if (result >= 0 || errno != EACCES ||
		    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || twice++)
			return (int)result;
	}
}

union fd_message {
	struct cmsghdr align;
	char space[CMSG_SPACE(sizeof(int))];
};

int send_fd(int socket, int fd)
{
	char byte = 0;
	struct iovec data = { &byte, 1 };
	union fd_message control = { .space = { 0 } };
	struct msghdr message = { .msg_iov = &data,
				  .msg_iovlen = 1,
				  .msg_control = control.space,
				  .msg_controllen = sizeof(control.space) };
	struct cmsghdr *part = CMSG_FIRSTHDR(&message);

	part->cmsg_level = SOL_SOCKET;
	part->cmsg_type = SCM_RIGHTS;
	part->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(part), &fd, sizeof(fd));
	return sendmsg(socket, &message, MSG_NOSIGNAL) == 1 ? 0 : -1;
}

int receive_fd(int socket)
{
	char byte;
	struct iovec data = { &byte, 1 };
	union fd_message control;
	struct msghdr message = { .msg_iov = &data,
				  .msg_iovlen = 1,
				  .msg_control = control.space,
				  .msg_controllen = sizeof(control.space) };
	struct cmsghdr *part;
	int fd;

	if (recvmsg(socket, &message, MSG_CMSG_CLOEXEC) != 1)
		return -1;
	part = CMSG_FIRSTHDR(&message);
	if (!part || part->cmsg_type != SCM_RIGHTS)
		return -1;
	memcpy(&fd, CMSG_DATA(part), sizeof(fd));
	return fd;
}
