/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/*
 * A module with fake versions of two functions of libseccomp. The argument of
 * seccomp_init() is the value that seccomp_notify_fd() returns for the context.
 * The module is linked twice. fake_libseccomp.so has only the older kind of
 * hash table (DT_HASH). fake_libseccomp_default.so has what the linker makes.
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
