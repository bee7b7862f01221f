/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/*
 * loop COMMAND [ARG...]: a program around a loop that stands in a document, and
 * is included here as it stands there. LOOP is its file.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>

#include "../command.h"

static int run_loop(int listener)
{
#ifdef LOOP
#include LOOP
#endif
	return listener < 0;
}

int main(int argc, char **argv)
{
	const int numbers[] = {
		SYS_mkdirat,
#ifdef SYS_mkdir
		SYS_mkdir,
#endif
	};
	int listener, result;
	pid_t command;

	if (argc < 2)
		return 2;
	listener = start_command(argv + 1, numbers, COUNT(numbers), NULL,
				 &command);
	if (listener < 0)
		return EXIT_SUPERVISOR;
	result = run_loop(listener);
	return result ? EXIT_SUPERVISOR : wait_for_command(command);
}
