/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <seccomp.h>

/* Linux 5.9 corrected this number; most older kernels know only the old one. */
#define ID_VALID SECCOMP_IOW(2, __u64)
#define ID_VALID_BEFORE_5_9 SECCOMP_IOR(2, __u64)
#define MAX(a, b) ((a) > (b) ? (a) : (b))

/*
 * Not libc's ioctl(), whose request is an int (musl) or unsigned long (glibc).
 * EINTR: the kernel has done nothing. A receive fails; the others try again.
 */
static long listener_ioctl(int fd, unsigned long nr, const void *arg)
{
	long rc;

	do {
		rc = syscall(SYS_ioctl, fd, nr, arg);
	} while (rc < 0 && errno == EINTR && nr != SECCOMP_IOCTL_NOTIF_RECV);
	return rc;
}

#include "wake_up.h" /* sync_wake_up() */

int seccomp_notify_alloc(struct seccomp_notif **req,
			 struct seccomp_notif_resp **resp)
{
	struct seccomp_notif_sizes size = { 0 };

	if (req)
		*req = NULL;
	if (resp)
		*resp = NULL;
	if (syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &size) < 0)
		return errno == EINVAL || errno == ENOSYS ? -EOPNOTSUPP :
							    -ECANCELED;
	if (!size.seccomp_notif || !size.seccomp_notif_resp)
		return -EFAULT;

	if (req) {
		*req = calloc(1, MAX(size.seccomp_notif, sizeof(**req)));
		if (!*req)
			return -ENOMEM;
	}
	if (resp) {
		*resp = calloc(1, MAX(size.seccomp_notif_resp, sizeof(**resp)));
		if (!*resp) {
			if (req) {
				seccomp_notify_free(*req, NULL);
				*req = NULL;
			}
			return -ENOMEM;
		}
	}
	return 0;
}

void seccomp_notify_free(struct seccomp_notif *req,
			 struct seccomp_notif_resp *resp)
{
	int saved_errno = errno;

	/* free(3) of glibc before 2.33 may change errno. */
	free(req);
	free(resp);
	errno = saved_errno;
}

int seccomp_notify_receive(int fd, struct seccomp_notif *req)
{
	if (!req) {
		errno = EFAULT;
		return -ECANCELED;
	}
	/* The kernel wants zeros, in the size that the ioctl number encodes. */
	memset(req, 0, sizeof(*req));
	if (listener_ioctl(fd, SECCOMP_IOCTL_NOTIF_RECV, req) < 0)
		return -ECANCELED;
	sync_wake_up(fd, req);
	return 0;
}

int seccomp_notify_respond(int fd, struct seccomp_notif_resp *resp)
{
	if (listener_ioctl(fd, SECCOMP_IOCTL_NOTIF_SEND, resp) < 0)
		return -ECANCELED;
	return 0;
}

int seccomp_notify_id_valid(int fd, uint64_t id)
{
	if (listener_ioctl(fd, ID_VALID, &id) == 0 ||
	    (errno == EINVAL &&
	     listener_ioctl(fd, ID_VALID_BEFORE_5_9, &id) == 0))
		return 0;
	return -ENOENT;
}
