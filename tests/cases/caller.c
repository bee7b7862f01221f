/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/* A module that calls a function for the suite. */
int call(int (*function)(void *argument), void *argument);

int call(int (*function)(void *argument), void *argument)
{
	/* A jump instead of a call would hide this module. */
	volatile int result = function(argument);

	return result;
}
