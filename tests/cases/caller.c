/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/*
 * A module that calls a function for the suite. Like libseccomp before 2.5, it
 * defines seccomp_init() but not seccomp_notify_fd(), which it only uses.
 */
int call(int (*function)(void *argument), void *argument);
void *seccomp_init(unsigned int action);
int seccomp_notify_fd(void *ctx) __attribute__((weak));
int seccomp_notify_fd_of_another(void *ctx);

int call(int (*function)(void *argument), void *argument)
{
	/* A jump instead of a call would hide this module. */
	volatile int result = function(argument);

	return result;
}

void *seccomp_init(unsigned int action)
{
	(void)action;
	return 0;
}

/* This name only begins like that of libseccomp. */
int seccomp_notify_fd_of_another(void *ctx)
{
	return seccomp_notify_fd ? seccomp_notify_fd(ctx) : 13;
}
