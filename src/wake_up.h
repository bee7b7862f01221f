/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/*
 * Synchronous wake-up: if the environment asks for it, the kernel wakes targets
 * on the supervisor's CPU. Only sync_wake_up() is called from outside. (This is
 * a header because a function in an object of its own would be a seventh global
 * name in the static library.)
 */
#include <stdatomic.h>
#include <stdbool.h>

/* Linux 6.6 */
#ifndef SECCOMP_IOCTL_NOTIF_SET_FLAGS
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS SECCOMP_IOW(4, __u64)
#define SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP (1UL << 0)
#endif

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
 * Sets the flag once for each listener. Descriptor numbers are reused, so they
 * do not identify a listener. Ids do: the kernel numbers the notifications of
 * each listener upwards from a random 64-bit start. The table holds the block
 * of 65,536 ids that was last seen on each descriptor. Descriptors beyond the
 * table share slots; to set a flag again costs a system call and does no harm.
 *
 * Not inlined, so that a receive without synchronous wake-up saves no registers
 * for it.
 */
__attribute__((noinline)) static void set_sync_wake_up(int fd, uint64_t id)
{
	static atomic_ulong last_block[1024];
	const size_t slots = sizeof(last_block) / sizeof(*last_block);
	const unsigned long block = (unsigned long)(id >> 16);
	atomic_ulong *last = &last_block[(unsigned int)fd % slots];
	int saved_errno = errno;
	unsigned long before;

	/*
	 * The same block means the same listener, whose flag is set: the random
	 * starts of two listeners fall into one block once in 2^48 times (2^32
	 * where a long has 32 bits), and then the second is merely slower.
	 */
	if (atomic_load_explicit(last, memory_order_relaxed) == block)
		return;
	before = atomic_exchange_explicit(last, block, memory_order_relaxed);
	/*
	 * A neighbouring block means the same listener, for the same reason:
	 * its ids have grown into the next block, or this thread is late with
	 * an id of the last one. If the blocks are equal by now, another thread
	 * was first and sets the flag.
	 */
	if (block - before + 1 <= 2)
		return;
	/* Fails before Linux 6.6, or where a filter forbids it. */
	listener_ioctl_retry(fd, SECCOMP_IOCTL_NOTIF_SET_FLAGS,
			     SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP);
	errno = saved_errno;
}

/* To be called with each request that is received from listener fd. */
static void sync_wake_up(int fd, const struct seccomp_notif *req)
{
	if (sync_wake_up_wanted())
		set_sync_wake_up(fd, req->id);
}
