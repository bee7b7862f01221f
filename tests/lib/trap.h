/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/*
 * What a target does: it puts a filter on itself and hands its listener over.
 * Without the library, and without Check.
 */
#ifndef TRAP_H
#define TRAP_H

#include <stddef.h>
#include <stdint.h>

#include <linux/seccomp.h>

/* A system call, and an argument's low 32 bits if arg is not negative. */
struct rule {
	int nr;
	int arg;
	uint32_t value;
	uint32_t action; /* SECCOMP_RET_... */
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/*
 * Puts a filter on the calling thread: the action of the first rule that fits,
 * or else `otherwise`. Returns the listener with
 * SECCOMP_FILTER_FLAG_NEW_LISTENER in flags, or 0, or -1 with errno.
 */
int install_filter(const struct rule *rules, size_t count, uint32_t otherwise,
		   unsigned int flags);

/* Passes a descriptor over a UNIX socket; -1 where that fails. */
int send_fd(int socket, int fd);
int receive_fd(int socket);

#endif
