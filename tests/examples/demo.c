/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/*
 * A supervisor for any program: it decides which directories the program may
 * make. usage() says how.
 *
 * It makes no directory itself. If it did, it would have to do so in the
 * target's root, with the target's credentials and umask: otherwise a target
 * could use rights that only the supervisor has. Needs Linux 5.9.
 */
#define _FILE_OFFSET_BITS 64
#include <stdlib.h>

#include "command.h"
#include "target.h"

static void usage(FILE *to)
{
	fputs("usage: demo [--] COMMAND [ARG...]\n"
	      "\n"
	      "Runs COMMAND, and supervises the mkdir(2) and mkdirat(2) of it and of all\n"
	      "that it starts. If the path of the directory contains\n"
	      "  \"forbidden\"  the call fails (Operation not permitted)\n"
	      "  \"imaginary\"  the call succeeds, but nothing is made\n"
	      "Every other call is left to the kernel, unless its path cannot be read.\n"
	      "\n"
	      "Prints each call on standard error. Exit status: the command's; 128 plus the\n"
	      "number of the signal that ended it; 125 if the demonstration itself failed,\n"
	      "126 if COMMAND cannot be run, 127 if it is not found.\n",
	      to);
}

/*
 * Decides on the copy of the path. If a call is left to the kernel, the kernel
 * reads the path again, and the target may have changed it meanwhile: it could
 * make a forbidden directory after all. To prevent that, a supervisor must
 * answer without SECCOMP_USER_NOTIF_FLAG_CONTINUE whenever the path matters.
 */
static const char *decide(int error, const char *path,
			  struct seccomp_notif_resp *resp)
{
	resp->error = error;
	if (error)
		return "cannot be read: refused";
	if (strstr(path, "forbidden")) {
		resp->error = -EPERM;
		return "refused";
	}
	if (strstr(path, "imaginary"))
		return "answered by the supervisor: success";
	resp->flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
	return "left to the kernel";
}

static int answer(int listener, const struct seccomp_notif *req,
		  struct seccomp_notif_resp *resp)
{
	char path[PATH_MAX] = "";
	const char *decision;
	int error;

	error = copy_path(listener, req,
			  req->data.args[req->data.nr == SYS_mkdirat], path);
	if (error == -ESRCH)
		return 0; /* the target has left the call: nobody waits */
	decision = decide(error, path, resp);
	make_printable(path);
	/* Printed before the answer, so before the target's own output. */
	fprintf(stderr, "demo: pid %u: %s %s: %s%s%s\n", req->pid,
		req->data.nr == SYS_mkdirat ? "mkdirat" : "mkdir", path,
		decision, resp->error ? ": " : "",
		resp->error ? strerror(-resp->error) : "");
	return respond(listener, resp);
}

int main(int argc, char **argv)
{
	const int numbers[] = {
		SYS_mkdirat,
#ifdef SYS_mkdir
		SYS_mkdir,
#endif
	};
	pid_t command;
	int listener;

	if (argc > 1 && strcmp(argv[1], "--help") == 0) {
		usage(stdout);
		return 0;
	}
	if (argc > 1 && strcmp(argv[1], "--") == 0)
		argv++;
	if (!argv[1] || (argv[1][0] == '-' && strcmp(argv[0], "--") != 0)) {
		usage(stderr);
		return EXIT_SUPERVISOR;
	}
	listener = start_command(argv + 1, numbers, COUNT(numbers), NULL,
				 &command);
	return listener < 0 ? EXIT_SUPERVISOR :
			      supervise(listener, command, answer);
}
