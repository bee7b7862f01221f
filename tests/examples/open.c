/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/*
 * A supervisor that opens files for its target.
 *
 *	open DIRECTORY COMMAND [ARG...]
 *
 * Runs COMMAND, which may then read all files below DIRECTORY that the
 * supervisor may read, for instance
 *
 *	open /etc/ssl/private setpriv --reuid 65534 cat /etc/ssl/private/key
 *
 * The supervisor looks the path up in the target's root, opens the file itself,
 * and puts its descriptor into the target: whatever the target does to the path
 * or to its links meanwhile, no other file is lent. All other calls are left to
 * the kernel, which decides by the target's own rights. A target can open a
 * lent file again through /proc/self/fd, for writing too, whatever its
 * directories forbid. So no file below DIRECTORY may be writable for targets.
 *
 * Needs Linux 5.14.
 */
#define _FILE_OFFSET_BITS 64
#include <linux/magic.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "command.h"
#include "target.h"

#ifndef SECCOMP_ADDFD_FLAG_SEND /* headers before Linux 5.14 lack it */
#define SECCOMP_ADDFD_FLAG_SEND (1UL << 1)
#endif

static char directory[PATH_MAX]; /* its name in the supervisor's root */
static int directory_fd, own_root;

/*
 * Opens a file below DIRECTORY, if the path leads to it in the target's root.
 * The target may have put another file there, by a bind mount in a namespace of
 * its own. So the supervisor opens its own file, and compares the two. Returns
 * the descriptor or a negative errno.
 */
static int open_own(int found, const char *name)
{
	size_t length = strlen(directory);
	/* Does not wait for a FIFO, and no ".." leads out of DIRECTORY. */
	struct open_how how = { .flags = O_RDONLY | O_CLOEXEC | O_NOCTTY |
					 O_NONBLOCK,
				.resolve = RESOLVE_BENEATH };
	struct stat status;
	int fd;

	if (fstat(found, &status) < 0 || !S_ISREG(status.st_mode) ||
	    strncmp(name, directory, length) != 0 || name[length] != '/')
		return -EXDEV;
	fd = (int)syscall(__NR_openat2, directory_fd, name + length + 1, &how,
			  sizeof(how));
	if (fd < 0)
		return -errno;
	if (same_file(found, fd))
		return fd;
	close(fd);
	return -EXDEV;
}

static int open_for(int listener, const struct seccomp_notif *req)
{
	int at = req->data.nr == SYS_openat; /* the argument with the path */
	int folder = at ? (int)req->data.args[0] : AT_FDCWD;
	char path[PATH_MAX], whole[2 * PATH_MAX];
	struct statfs type;
	int root, found, error;

	if (req->data.args[at + 1] &
	    (O_ACCMODE | O_CREAT | O_TRUNC | O_PATH | O_NOFOLLOW | O_DIRECTORY))
		return -EACCES; /* only files, and only for reading */
	error = copy_path(listener, req, req->data.args[at], path);
	if (error)
		return error;
	root = open_proc(listener, req, "root", O_PATH);
	if (root < 0)
		return root;
	error = make_absolute(listener, req, root, folder, path, whole);
	found = error ? error : open_in_root(root, whole, O_PATH, 0);
	close(root);
	if (found < 0)
		return found;
	error = name_in_root(own_root, found, path);
	/* A path such as /proc/self/environ leads to the supervisor's file. */
	if (fstatfs(found, &type) < 0 || type.f_type == PROC_SUPER_MAGIC)
		error = -EACCES;
	if (!error)
		error = open_own(found, path);
	close(found);
	return error;
}

/*
 * Puts a descriptor into the target, and answers its call with the number. The
 * call then has its answer, so seccomp_notify_respond() is not called.
 *
 * Signals are blocked: one that interrupted the ioctl(2) could make the
 * target's call return 0, which is another descriptor. SIGSTOP and SIGKILL
 * cannot be blocked, but only this user or root can send them.
 */
static int lend(int listener, const struct seccomp_notif *req, int fd)
{
	int at = req->data.nr == SYS_openat;
	struct seccomp_notif_addfd addfd = {
		.id = req->id,
		.flags = SECCOMP_ADDFD_FLAG_SEND,
		.srcfd = (__u32)fd,
		.newfd_flags = (__u32)req->data.args[at + 1] & O_CLOEXEC,
	};
	sigset_t all, before;
	int result;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	result = ioctl(listener, SECCOMP_IOCTL_NOTIF_ADDFD, &addfd);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return result;
}

static int answer(int listener, const struct seccomp_notif *req,
		  struct seccomp_notif_resp *resp)
{
	int fd = open_for(listener, req);

	if (fd >= 0) {
		/* If there is no room for it, the target's call fails too. */
		if (lend(listener, req, fd) < 0 && errno != ENOENT)
			resp->error = -errno;
		close(fd);
		return resp->error ? respond(listener, resp) : 0;
	}
	/*
	 * The kernel reads the path again and opens the file with the target's
	 * own rights, so this is safe whatever the path is by then.
	 */
	resp->flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
	return respond(listener, resp);
}

int main(int argc, char **argv)
{
	const int numbers[] = {
		SYS_openat,
#ifdef SYS_open
		SYS_open,
#endif
	};
	pid_t command;
	int listener, error;

	if (argc < 3) {
		fputs("usage: open DIRECTORY COMMAND [ARG...]\n", stderr);
		return EXIT_SUPERVISOR;
	}
	own_root = open("/", O_PATH | O_CLOEXEC);
	directory_fd = open(argv[1], O_PATH | O_DIRECTORY | O_CLOEXEC);
	error = directory_fd < 0 ?
			-errno :
			name_in_root(own_root, directory_fd, directory);
	if (error) {
		fprintf(stderr, "open: %s: %s\n", argv[1], strerror(-error));
		return EXIT_SUPERVISOR;
	}
	listener = start_command(argv + 2, numbers, COUNT(numbers), NULL,
				 &command);
	if (listener < 0)
		return EXIT_SUPERVISOR;
	return supervise(listener, command, answer);
}
