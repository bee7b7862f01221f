/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/*
 * loop COMMAND [ARG...]: supervises a command with a loop from a document. The
 * loop is in the file LOOP, which is included here without a change. If WHOLE
 * is defined, the file has a whole function, supervise(), which calls decide().
 */
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>

#include "../command.h"

#ifdef WHOLE
static bool decide(int listener, const struct seccomp_notif *req,
		   struct seccomp_notif_resp *resp)
{
	(void)listener;
	(void)req;
	resp->error = -EPERM;
	return true;
}

int supervise_as_documented(int listener);
#define supervise supervise_as_documented
#include LOOP
#undef supervise
#else
static int supervise_as_documented(int listener)
{
#ifdef LOOP
#include LOOP
#endif
	return listener < 0;
}
#endif

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
	result = supervise_as_documented(listener);
	return result ? EXIT_SUPERVISOR : wait_for_command(command);
}
