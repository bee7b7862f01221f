/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/*
 * An ioctl(2) for the kernel's selftests. It calls the library to receive, to
 * respond and to check ids. All other requests go to the kernel, also those
 * whose number carries another size of the structure than the header has.
 */
#include <stdarg.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <seccomp.h>

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
