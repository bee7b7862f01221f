/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/*
 * A module that calls a function for the suite. It is no libseccomp, although
 * it defines two names that begin as libseccomp's do.
 */
int call(int (*function)(void *argument), void *argument);
void seccomp_init_another(void);
int seccomp_notify_fd_another(void);

void seccomp_init_another(void)
{
}

int seccomp_notify_fd_another(void)
{
	return 13;
}

int call(int (*function)(void *argument), void *argument)
{
	/* A jump instead of a call would hide this module. */
	volatile int result = function(argument);

	return result;
}
