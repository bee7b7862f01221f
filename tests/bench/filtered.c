/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/* filtered COMMAND...: runs it under a filter that allows every call. */
#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "process.h"
#include "trap.h"

int main(int argc, char **argv)
{
	const struct rule rule = { SYS_mkdirat, -1, 0, SECCOMP_RET_ALLOW };

	MUST(argc > 1);
	MUST(install_filter(&rule, 1, SECCOMP_RET_ALLOW, 0) == 0);
	execvp(argv[1], argv + 1);
	MUST(!"execvp");
}
