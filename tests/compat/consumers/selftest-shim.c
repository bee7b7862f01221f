/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/*
 * An ioctl(2) for the kernel's selftests: it receives, responds and asks for
 * valid ids by the three calls of the library. All other requests, and those
 * for anything but a request of the header's size, go to the kernel.
 */
#include <stdarg.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <seccomp.h>

/* libseccomp's other calls refuse to work before this one. */
__attribute__((constructor)) static void alloc_first(void)
{
	struct seccomp_notif *req;
	struct seccomp_notif_resp *resp;

	if (seccomp_notify_alloc(&req, &resp) == 0)
		seccomp_notify_free(req, resp);
}

int ioctl(int fd, unsigned long request, ...)
{
	va_list args;
	void *arg;

	va_start(args, request);
	arg = va_arg(args, void *);
	va_end(args);

	switch (request) {
	case SECCOMP_IOCTL_NOTIF_RECV:
		return seccomp_notify_receive(fd, arg) ? -1 : 0;
	case SECCOMP_IOCTL_NOTIF_SEND:
		return seccomp_notify_respond(fd, arg) ? -1 : 0;
	case SECCOMP_IOCTL_NOTIF_ID_VALID:
		return seccomp_notify_id_valid(fd, *(uint64_t *)arg) ? -1 : 0;
	default:
		return (int)syscall(SYS_ioctl, fd, request, arg);
	}
}
