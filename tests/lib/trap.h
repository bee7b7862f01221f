/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/*
 * Installs filters, and passes listeners to supervisors. These helpers need
 * neither the library nor Check.
 */
#ifndef TRAP_H
#define TRAP_H

#include <stddef.h>
#include <stdint.h>

#include <linux/seccomp.h>

/*
 * Matches a system call. If arg is not negative, the low 32 bits of the
 * argument with that index must also equal value.
 */
struct rule {
	int nr;
	int arg;
	uint32_t value;
	uint32_t action; /* SECCOMP_RET_... */
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/*
 * Installs a filter on the calling thread. The first rule that matches a call
 * decides its action; if none does, the action is `otherwise`. Returns -1 with
 * errno set on failure, or else the listener if flags has
 * SECCOMP_FILTER_FLAG_NEW_LISTENER, and 0 if not.
 */
int install_filter(const struct rule *rules, size_t count, uint32_t otherwise,
		   unsigned int flags);

/* Send and receive a descriptor over a UNIX socket; -1 on failure. */
int send_fd(int socket, int fd);
int receive_fd(int socket);

#endif
