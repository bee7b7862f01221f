/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/*
 * A module that defines libseccomp's functions, for what a real libseccomp does
 * not do: a context is the value that seccomp_notify_fd() returns for it. It is
 * linked twice: stand_in.so has only the older kind of hash table (DT_HASH),
 * and stand_in_default.so has what the linker chooses, with very few buckets.
 */
#include <stdint.h>

void *seccomp_init(uint32_t action);
int seccomp_notify_fd(const int *ctx);

void *seccomp_init(uint32_t action)
{
	static int value;

	value = (int)action;
	return &value;
}

int seccomp_notify_fd(const int *ctx)
{
	return *ctx;
}
