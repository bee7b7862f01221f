/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/*
 * The calls that are compared. One source makes three programs: one for each
 * library, linked as users of that library link their programs, and one with
 * -DBARE, which makes the system calls directly.
 */
#ifndef CALLS_H
#define CALLS_H

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifdef BARE
#include <linux/seccomp.h>

static inline int seccomp_notify_alloc(struct seccomp_notif **req,
				       struct seccomp_notif_resp **resp)
{
	struct seccomp_notif_sizes sizes;

	if (syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes) < 0)
		return -1;
	*req = calloc(1, sizes.seccomp_notif);
	*resp = calloc(1, sizes.seccomp_notif_resp);
	return *req && *resp ? 0 : -1;
}

static inline void seccomp_notify_free(struct seccomp_notif *req,
				       struct seccomp_notif_resp *resp)
{
	free(req);
	free(resp);
}

static inline int seccomp_notify_receive(int fd, struct seccomp_notif *req)
{
	return ioctl(fd, SECCOMP_IOCTL_NOTIF_RECV, req);
}

static inline int seccomp_notify_respond(int fd,
					 struct seccomp_notif_resp *resp)
{
	return ioctl(fd, SECCOMP_IOCTL_NOTIF_SEND, resp);
}

static inline int seccomp_notify_id_valid(int fd, __u64 id)
{
	return ioctl(fd, SECCOMP_IOCTL_NOTIF_ID_VALID, &id);
}
#else
#include <seccomp.h>
#endif

/* Bare ioctls and libseccomp need a cleared request. Our library clears it. */
static inline void clear_request(struct seccomp_notif *req)
{
#ifdef CALLER_CLEARS
	memset(req, 0, sizeof(*req));
#else
	(void)req;
#endif
}

/* Bare ioctls need this. libseccomp-notify does it if the variable is 1. */
static inline int set_sync_wake_up(int listener)
{
#ifdef BARE
	const char *value = getenv("SECCOMP_NOTIFY_SYNC_WAKE_UP");

	/* SECCOMP_IOCTL_NOTIF_SET_FLAGS of Linux 6.6, which headers may lack */
	if (value && strcmp(value, "1") == 0)
		return ioctl(listener, SECCOMP_IOW(4, __u64), 1UL);
#else
	(void)listener;
#endif
	return 0;
}

#endif
