/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <seccomp.h>

/* Linux 5.9 put this number right; older kernels know only the second. */
#define ID_VALID SECCOMP_IOW(2, __u64)
#define ID_VALID_BEFORE_5_9 SECCOMP_IOR(2, __u64)

/* Linux 6.6 */
#ifndef SECCOMP_IOCTL_NOTIF_SET_FLAGS
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS SECCOMP_IOW(4, __u64)
#define SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP (1UL << 0)
#endif

#define MAX(a, b) ((a) > (b) ? (a) : (b))

/* Not ioctl(3), whose request is an int in musl, an unsigned long in glibc. */
static long listener_ioctl(int fd, unsigned long request, uintptr_t arg)
{
	return syscall(SYS_ioctl, fd, request, arg);
}

/*
 * For all requests but RECV: the kernel takes its lock interruptibly before it
 * does anything, so that EINTR means that nothing was done.
 */
static long listener_ioctl_retry(int fd, unsigned long request, uintptr_t arg)
{
	long rc;

	do {
		rc = listener_ioctl(fd, request, arg);
	} while (rc < 0 && errno == EINTR);
	return rc;
}

static bool sync_wake_up_wanted(void)
{
	enum { UNREAD, NO, YES };
	static atomic_int wanted;
	int now = atomic_load_explicit(&wanted, memory_order_relaxed);

	if (now == UNREAD) {
		const char *value =
			secure_getenv("SECCOMP_NOTIFY_SYNC_WAKE_UP");

		now = value && strcmp(value, "1") == 0 ? YES : NO;
		atomic_store_explicit(&wanted, now, memory_order_relaxed);
	}
	return now == YES;
}

/*
 * Sets the flag once for each listener. A descriptor does not identify one,
 * being reused; an id does: each listener counts up from a random 64-bit
 * start. So a block of ids that is neither the one last seen on this
 * descriptor nor a neighbour of it means another listener.
 *
 * Descriptors beyond the table share slots. Their listeners may then have the
 * flag set again, which costs a system call and is never wrong.
 *
 * Not inlined: a receive that is not to do this saves no registers for it.
 */
__attribute__((noinline)) static void set_sync_wake_up(int fd, uint64_t id)
{
	static atomic_ulong last_block[1024];
	const size_t slots = sizeof(last_block) / sizeof(*last_block);
	const unsigned long block = (unsigned long)(id >> 16);
	atomic_ulong *last = &last_block[(unsigned int)fd % slots];
	int saved_errno = errno;
	unsigned long before;

	if (atomic_load_explicit(last, memory_order_relaxed) == block)
		return;
	before = atomic_exchange_explicit(last, block, memory_order_relaxed);
	if (block - before + 1 <= 2)
		return;
	/* Fails before Linux 6.6, or where the supervisor is confined. */
	listener_ioctl_retry(fd, SECCOMP_IOCTL_NOTIF_SET_FLAGS,
			     SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP);
	errno = saved_errno;
}

int seccomp_notify_alloc(struct seccomp_notif **req,
			 struct seccomp_notif_resp **resp)
{
	struct seccomp_notif_sizes sizes = { 0 };
	struct seccomp_notif *new_req = NULL;
	struct seccomp_notif_resp *new_resp = NULL;

	if (req)
		*req = NULL;
	if (resp)
		*resp = NULL;
	if (syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes) < 0)
		return errno == EINVAL || errno == ENOSYS ? -EOPNOTSUPP :
							    -ECANCELED;
	if (!sizes.seccomp_notif || !sizes.seccomp_notif_resp)
		return -EFAULT;

	if (req) {
		new_req = calloc(1, MAX(sizes.seccomp_notif, sizeof(*new_req)));
		if (!new_req)
			return -ENOMEM;
	}
	if (resp) {
		new_resp = calloc(
			1, MAX(sizes.seccomp_notif_resp, sizeof(*new_resp)));
		if (!new_resp) {
			seccomp_notify_free(new_req, NULL);
			return -ENOMEM;
		}
		*resp = new_resp;
	}
	if (req)
		*req = new_req;
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
	/* The kernel refuses a request with a byte set. */
	memset(req, 0, sizeof(*req));
	if (listener_ioctl(fd, SECCOMP_IOCTL_NOTIF_RECV, (uintptr_t)req) < 0)
		return -ECANCELED;
	if (sync_wake_up_wanted())
		set_sync_wake_up(fd, req->id);
	return 0;
}

int seccomp_notify_respond(int fd, struct seccomp_notif_resp *resp)
{
	if (listener_ioctl_retry(fd, SECCOMP_IOCTL_NOTIF_SEND,
				 (uintptr_t)resp) < 0)
		return -ECANCELED;
	return 0;
}

int seccomp_notify_id_valid(int fd, uint64_t id)
{
	uintptr_t arg = (uintptr_t)&id;

	if (listener_ioctl_retry(fd, ID_VALID, arg) == 0)
		return 0;
	if (errno == EINVAL &&
	    listener_ioctl_retry(fd, ID_VALID_BEFORE_5_9, arg) == 0)
		return 0;
	return -ENOENT;
}
