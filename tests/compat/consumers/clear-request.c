/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/*
 * libseccomp's seccomp_notify_receive() needs a request of zeros, which is a
 * documented difference. To run one of our supervisors on libseccomp, link it
 * with this and --wrap=seccomp_notify_receive.
 */
#include <seccomp.h>
#include <string.h>

int __real_seccomp_notify_receive(int fd, struct seccomp_notif *req);
int __wrap_seccomp_notify_receive(int fd, struct seccomp_notif *req);

int __wrap_seccomp_notify_receive(int fd, struct seccomp_notif *req)
{
	memset(req, 0, sizeof(*req));
	return __real_seccomp_notify_receive(fd, req);
}
