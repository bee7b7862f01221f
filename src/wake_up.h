/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/*
 * Synchronous wake-up. notify.c includes these static functions, because the
 * static library must define no global names other than the six functions.
 */
#include <stdatomic.h>

/* These are new in Linux 6.6, and older headers lack them. */
#define SET_FLAGS SECCOMP_IOW(4, __u64)
#define SYNC_WAKE_UP ((const void *)(1UL << 0))

/*
 * Sets the flag once for each listener; doing so again is safe. A new listener
 * may reuse a descriptor, but its ids start at a random 64-bit number. If an
 * id's block (id >> 16) is neither the last id's block nor next to that, the
 * listener is new. Of 2^48 new listeners, 3 are not noticed (32-bit: of 2^32).
 * Not inlined, so that a receive without the flag saves no registers for it.
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
	/* The ids have reached the next block, or threads are out of order. */
	if (block - before + 1 <= 2)
		return;
	/* Fails before Linux 6.6, or where a filter forbids it. */
	listener_ioctl(fd, SET_FLAGS, SYNC_WAKE_UP);
	errno = saved_errno;
}

static void sync_wake_up(int fd, const struct seccomp_notif *req)
{
	static atomic_int wanted = -1;
	int now = atomic_load_explicit(&wanted, memory_order_relaxed);

	if (now < 0) {
		const char *env = secure_getenv("SECCOMP_NOTIFY_SYNC_WAKE_UP");

		now = env && strcmp(env, "1") == 0;
		atomic_store_explicit(&wanted, now, memory_order_relaxed);
	}
	if (now)
		set_sync_wake_up(fd, req->id);
}
