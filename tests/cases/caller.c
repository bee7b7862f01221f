/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/*
 * A module that calls a function for the suite. Like libseccomp before 2.5, it
 * defines seccomp_init() and not seccomp_notify_fd(), which it only refers to.
 */
int call(int (*function)(void *argument), void *argument);
void *seccomp_init(unsigned int action);
int seccomp_notify_fd(void *ctx) __attribute__((weak));
int seccomp_notify_fd_of_another(void *ctx);

int call(int (*function)(void *argument), void *argument)
{
	/* Not a tail call: this module has to be on the call stack. */
	volatile int result = function(argument);

	return result;
}

#ifdef __x86_64__
int tail_call(void); /* with the arguments of call() */

/* A compiler need not make a call a tail call, so this function does it. */
__attribute__((naked)) int tail_call(void)
{
	__asm__("mov %rdi, %rax\n\t"
		"mov %rsi, %rdi\n\t"
		"jmp *%rax");
}
#endif

void *seccomp_init(unsigned int action)
{
	(void)action;
	return 0;
}

/* The name only begins with that of libseccomp's function. */
int seccomp_notify_fd_of_another(void *ctx)
{
	return seccomp_notify_fd ? seccomp_notify_fd(ctx) : 13;
}
