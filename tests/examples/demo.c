/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/*
 * A supervisor over a program that it did not write: it decides which
 * directories the program may make. usage() says how.
 *
 * The command keeps the filter over execve(2), and so does every child of it.
 * Needs Linux 5.9, which tells when the last of them is gone.
 */
#define _FILE_OFFSET_BITS 64 /* any address is an offset, on 32 bits too */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <seccomp.h>

#include "trap.h"

#define FORBIDDEN "forbidden"
#define OURS "/tmp/"

/* As env(1) and timeout(1) have it. */
#define EXIT_DEMO 125
#define EXIT_CANNOT_RUN 126
#define EXIT_NOT_FOUND 127

static void usage(FILE *to)
{
	fputs("usage: demo [--] COMMAND [ARG...]\n"
	      "\n"
	      "Runs COMMAND, and supervises the mkdir(2) and mkdirat(2) of it and of all\n"
	      "that it starts. By the path of the directory, the call\n"
	      "  is refused (Operation not permitted)    if the path has \"" FORBIDDEN
	      "\" in it\n"
	      "  is done and answered by the supervisor  if the path is " OURS
	      "NAME\n"
	      "  is left to the kernel                   otherwise\n"
	      "\n"
	      "Prints each call on standard error. Exit status: the command's; 128 plus the\n"
	      "number of the signal that ended it; 125 if the demonstration itself failed,\n"
	      "126 if COMMAND cannot be run, 127 if it is not found.\n",
	      to);
}

static _Noreturn void fail(const char *what)
{
	fprintf(stderr, "demo: %s: %s\n", what, strerror(errno));
	exit(EXIT_DEMO);
}

static _Noreturn void run_trapped(int socket, char **command)
{
	const struct rule rules[] = {
		{ SYS_mkdirat, -1, 0, SECCOMP_RET_USER_NOTIF },
#ifdef SYS_mkdir
		{ SYS_mkdir, -1, 0, SECCOMP_RET_USER_NOTIF },
#endif
	};
	int listener;

	listener = install_filter(rules, COUNT(rules), SECCOMP_RET_ALLOW,
				  SECCOMP_FILTER_FLAG_NEW_LISTENER);
	if (listener < 0)
		fail("cannot install the filter");
	if (send_fd(socket, listener) < 0)
		fail("cannot hand the listener over");
	/* Both descriptors close on exec. */
	execvp(command[0], command);
	fprintf(stderr, "demo: %s: %s\n", command[0], strerror(errno));
	exit(errno == ENOENT ? EXIT_NOT_FOUND : EXIT_CANNOT_RUN);
}

/*
 * Copies the path that a target's call points to. Its memory is read by way of
 * its pid, which may be another process's by now: only id_valid, asked after
 * the file was opened, tells that the copy is the target's.
 */
static bool copy_path(int listener, const struct seccomp_notif *req, char *path,
		      size_t size)
{
	uint64_t address = req->data.args[req->data.nr == SYS_mkdirat];
	char name[32];
	ssize_t length;
	int memory;

	snprintf(name, sizeof(name), "/proc/%u/mem", req->pid);
	memory = open(name, O_RDONLY | O_CLOEXEC);
	if (memory < 0)
		return false;
	if (seccomp_notify_id_valid(listener, req->id) != 0) {
		close(memory);
		return false;
	}
	/* Reading ends where the target's memory does: that is no failure. */
	length = pread(memory, path, size - 1, (off_t)address);
	close(memory);
	if (length <= 0)
		return false;
	path[length] = '\0';
	return true;
}

/*
 * The supervisor may have more rights than the target. It lends none of them:
 * anybody may make a directory there, and no link or ".." is on the way.
 */
static bool is_ours(const char *path)
{
	return strncmp(path, OURS, strlen(OURS)) == 0 &&
	       !strchr(path + strlen(OURS), '/');
}

/*
 * Decides on the copy. What the kernel is left to run reads the path anew, and
 * the target may have changed it: so nothing is left to the kernel that would
 * have to be forbidden. Here that is so because nothing depends on it.
 */
static const char *decide(const struct seccomp_notif *req, const char *path,
			  struct seccomp_notif_resp *resp)
{
	mode_t mode =
		(mode_t)req->data.args[req->data.nr == SYS_mkdirat ? 2 : 1];

	if (strstr(path, FORBIDDEN)) {
		resp->error = -EPERM;
		return "refused";
	}
	if (is_ours(path)) {
		/* For nobody else: the target's umask is not known here. */
		if (mkdir(path, mode & S_IRWXU) == 0)
			return "made by the supervisor";
		resp->error = -errno;
		return "tried by the supervisor";
	}
	resp->flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
	return "left to the kernel";
}

static void supervise_one(int listener, struct seccomp_notif *req,
			  struct seccomp_notif_resp *resp)
{
	char path[PATH_MAX];
	const char *decision;

	/* The target may have died since poll(2) told of it. */
	if (seccomp_notify_receive(listener, req) != 0)
		return;
	*resp = (struct seccomp_notif_resp){ .id = req->id };
	if (copy_path(listener, req, path, sizeof(path))) {
		decision = decide(req, path, resp);
	} else {
		snprintf(path, sizeof(path), "(unreadable)");
		resp->error = -EFAULT;
		decision = "refused";
	}
	/* A target's text must not work the terminal. */
	for (char *c = path; *c; c++)
		if (iscntrl((unsigned char)*c))
			*c = '?';
	if (seccomp_notify_respond(listener, resp) != 0)
		decision = "gone before the answer";
	fprintf(stderr, "demo: pid %u: %s %s: %s%s%s\n", req->pid,
		req->data.nr == SYS_mkdirat ? "mkdirat" : "mkdir", path,
		decision, resp->error ? ": " : "",
		resp->error ? strerror(-resp->error) : "");
}

/* Until the command and all that it started are gone; the command's status. */
static int supervise(int listener, pid_t command)
{
	struct seccomp_notif *req;
	struct seccomp_notif_resp *resp;
	struct pollfd fds[2] = { { .fd = listener, .events = POLLIN },
				 { .events = POLLIN } };
	int status = 0;

	fds[1].fd = (int)syscall(SYS_pidfd_open, command, 0);
	if (fds[1].fd < 0)
		fail("pidfd_open");
	if (seccomp_notify_alloc(&req, &resp) != 0)
		fail("seccomp_notify_alloc");
	for (;;) {
		if (poll(fds, 2, -1) < 0)
			fail("poll");
		if (fds[0].revents & POLLIN)
			supervise_one(listener, req, resp);
		else if (fds[0].revents & POLLHUP)
			break;
		if (fds[1].revents & POLLIN) {
			waitpid(command, &status, 0);
			close(fds[1].fd);
			fds[1].fd = -1;
			fds[1].revents = 0;
		}
	}
	/* The last target's end may have been the command's. */
	if (fds[1].fd >= 0)
		waitpid(command, &status, 0);
	seccomp_notify_free(req, resp);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int main(int argc, char **argv)
{
	int sockets[2];
	int listener;
	pid_t command;

	if (argc > 1 && strcmp(argv[1], "--help") == 0) {
		usage(stdout);
		return 0;
	}
	if (argc > 1 && strcmp(argv[1], "--") == 0)
		argv++;
	if (!argv[1] || (argv[1][0] == '-' && strcmp(argv[0], "--") != 0)) {
		usage(stderr);
		return EXIT_DEMO;
	}
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) < 0)
		fail("socketpair");
	command = fork();
	if (command < 0)
		fail("fork");
	if (command == 0) {
		close(sockets[0]);
		run_trapped(sockets[1], argv + 1);
	}
	close(sockets[1]);
	listener = receive_fd(sockets[0]);
	close(sockets[0]);
	if (listener < 0) {
		waitpid(command, NULL, 0); /* it has said why */
		return EXIT_DEMO;
	}
	return supervise(listener, command);
}
