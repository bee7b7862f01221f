/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/*
 * What a supervisor has to know of the target's files: the path that a call
 * points to, and where it leads in the target's own root and working directory.
 * A function returns 0 or a descriptor, or a negative errno. -ESRCH says that
 * the target has left the call, so that nobody waits for an answer.
 */
#ifndef TARGET_H
#define TARGET_H

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <seccomp.h>

/* Keeps a target's text from controlling the terminal. */
static inline void make_printable(char *text)
{
	for (; *text; text++)
		if (*text < ' ' || *text > '~')
			*text = '?';
}

/*
 * Opens a file in /proc/PID, which has to be the supervisor's own /proc. If the
 * id is still valid afterwards, the pid still belongs to the target.
 */
static inline int open_proc(int listener, const struct seccomp_notif *req,
			    const char *file, int flags)
{
	char name[64];
	int fd;

	snprintf(name, sizeof(name), "/proc/%u/%s", req->pid, file);
	fd = open(name, flags | O_CLOEXEC);
	if (fd < 0)
		return errno == ESRCH ? -EPERM : -errno;
	if (seccomp_notify_id_valid(listener, req->id) == 0)
		return fd;
	close(fd);
	return -ESRCH;
}

/*
 * Copies a path of up to PATH_MAX bytes. The program needs
 * _FILE_OFFSET_BITS=64: an off_t of 32 bits cannot hold every address.
 */
static inline int copy_path(int listener, const struct seccomp_notif *req,
			    uint64_t address, char *path)
{
	int memory = open_proc(listener, req, "mem", O_RDONLY);
	ssize_t length;

	_Static_assert(sizeof(off_t) == sizeof(address), "_FILE_OFFSET_BITS");
	if (memory < 0)
		return memory;
	length = pread(memory, path, PATH_MAX, (off_t)address);
	close(memory);
	/* A handler may have interrupted the call, and reused the memory. */
	if (seccomp_notify_id_valid(listener, req->id) != 0)
		return -ESRCH;
	if (length > 0 && memchr(path, 0, (size_t)length))
		return 0;
	path[0] = 0; /* no null byte was read */
	return length == PATH_MAX ? -ENAMETOOLONG : -EFAULT;
}

/* Opens a path in a root, so that no link and no ".." leads out of it. */
static inline int open_in_root(int root, const char *path, int flags, int mode)
{
	struct open_how how = { .flags = (__u64)(flags | O_CLOEXEC),
				.mode = (__u64)mode,
				.resolve = RESOLVE_IN_ROOT };
	int fd, tries = 100;

	do /* EAGAIN: a rename or mount elsewhere disturbed the check of ".." */
		fd = (int)syscall(__NR_openat2, root, path, &how, sizeof(how));
	while (fd < 0 && errno == EAGAIN && --tries);
	return fd < 0 ? -errno : fd;
}

/* Returns 1 if these two descriptors are of one file, or else 0. */
static inline int same_file(int a, int b)
{
	struct stat first = { 0 }, second = { 0 };

	return fstat(a, &first) == 0 && fstat(b, &second) == 0 &&
	       first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

/*
 * Finds the name of an open file for a process that has this root. The name has
 * no slash at its end, so the root's own name is empty.
 */
static inline int name_in_root(int root, int file, char *name)
{
	char link[32], top[PATH_MAX];
	ssize_t length;
	int fd, found;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", root);
	length = readlink(link, top, sizeof(top) - 1);
	if (length < 0)
		return -errno;
	/* In a container's own mount namespace, the root is just "/". */
	top[length > 1 ? length : 0] = 0;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", file);
	length = readlink(link, name, PATH_MAX - 1);
	if (length < 0)
		return -errno;
	name[length > 1 ? length : 0] = 0;
	length = (ssize_t)strlen(top);
	if (strncmp(name, top, (size_t)length) != 0 ||
	    (name[length] != '/' && name[length] != 0))
		return -EXDEV; /* outside of the root */
	memmove(name, name + length, strlen(name + length) + 1);
	fd = open_in_root(root, *name ? name : "/", O_PATH, 0);
	if (fd < 0)
		return fd;
	found = same_file(fd, file);
	close(fd);
	return found ? 0 : -ESTALE; /* removed, renamed or under a mount */
}

/*
 * Makes a path absolute, as the target names it. `whole` has room for 2 *
 * PATH_MAX. `folder` is what the path is relative to: a descriptor or AT_FDCWD.
 */
static inline int make_absolute(int listener, const struct seccomp_notif *req,
				int root, int folder, const char *path,
				char *whole)
{
	char name[32] = "cwd";
	int fd, error;

	whole[0] = 0;
	if (path[0] != '/') {
		if (folder != AT_FDCWD)
			snprintf(name, sizeof(name), "fd/%d", folder);
		fd = open_proc(listener, req, name, O_PATH);
		if (fd < 0)
			return fd;
		error = *path ? name_in_root(root, fd, whole) : -ENOENT;
		close(fd);
		if (error)
			return error;
		strcat(whole, "/");
	}
	strcat(whole, path);
	return 0;
}

/*
 * Finds the place in the target's root that a path leads to. A call that makes
 * or removes the last part of its path does not follow a link there, and that
 * part need not exist. Unless `follows` is set, only its folder is looked up.
 */
static inline int find_place(int listener, const struct seccomp_notif *req,
			     int folder, uint64_t address, int follows,
			     char *place)
{
	char path[PATH_MAX], whole[2 * PATH_MAX], *last;
	int error = copy_path(listener, req, address, path), root, fd;

	if (error)
		return error;
	root = open_proc(listener, req, "root", O_PATH);
	if (root < 0)
		return root;
	error = make_absolute(listener, req, root, folder, path, whole);
	for (last = whole + strlen(whole); last > whole && last[-1] == '/';)
		*--last = 0;
	last = strrchr(whole, '/');
	if (follows || !last || !strcmp(last, "/.") || !strcmp(last, "/.."))
		last = whole + strlen(whole);
	snprintf(path, sizeof(path), "%s", last);
	*last = 0;
	fd = error ? error :
		     open_in_root(root, *whole ? whole : "/", O_PATH, 0);
	error = fd < 0 ? fd : name_in_root(root, fd, place);
	if (!error && strlen(place) + strlen(path) >= PATH_MAX)
		error = -ENAMETOOLONG;
	if (!error)
		strcat(place, *place || *path ? path : "/");
	if (fd >= 0)
		close(fd);
	close(root);
	return error;
}

#endif
