/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/*
 * A listener goes from a target to its supervisor over a UNIX socket: see
 * unix(7) and cmsg(3). Functions return -1 with errno where they fail.
 */
#ifndef SOCKET_H
#define SOCKET_H

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <seccomp.h>

#define MAX_FDS 32

union fds_message {
	struct cmsghdr align;
	char space[CMSG_SPACE(MAX_FDS * sizeof(int))];
};

/* Sends one descriptor, with one byte, since something has to be sent. */
static inline int send_fd(int socket, int fd)
{
	char byte = 0;
	struct iovec data = { &byte, 1 };
	union fds_message control = { .space = { 0 } };
	struct msghdr message = { .msg_iov = &data,
				  .msg_iovlen = 1,
				  .msg_control = control.space,
				  .msg_controllen = CMSG_SPACE(sizeof(fd)) };
	struct cmsghdr *part = CMSG_FIRSTHDR(&message);

	part->cmsg_level = SOL_SOCKET;
	part->cmsg_type = SCM_RIGHTS;
	part->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(part), &fd, sizeof(fd));
	return sendmsg(socket, &message, MSG_NOSIGNAL) == 1 ? 0 : -1;
}

/*
 * Receives up to `size` bytes of text; returns how many, or 0 at the end. The
 * descriptors that come with them are added to fds[], which has MAX_FDS. They
 * are closed on exec: if a program that the supervisor starts inherited a
 * listener, targets would still wait after the supervisor has ended.
 */
static inline ssize_t receive_fds(int socket, char *text, size_t size, int *fds,
				  int *count)
{
	struct iovec data = { text, size };
	union fds_message control;
	struct msghdr message = { .msg_iov = &data,
				  .msg_iovlen = 1,
				  .msg_control = control.space,
				  .msg_controllen = sizeof(control.space) };
	ssize_t length = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
	struct cmsghdr *part = length < 0 ? NULL : CMSG_FIRSTHDR(&message);
	int fd;

	for (; part; part = CMSG_NXTHDR(&message, part)) {
		if (part->cmsg_level != SOL_SOCKET ||
		    part->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t at = CMSG_LEN(0); at < part->cmsg_len;
		     at += sizeof(fd)) {
			memcpy(&fd, (char *)part + at, sizeof(fd));
			if (*count < MAX_FDS)
				fds[(*count)++] = fd;
			else
				close(fd);
		}
	}
	if (length < 0 || !(message.msg_flags & MSG_CTRUNC))
		return length;
	errno = EMFILE; /* no descriptor is free, or more than MAX_FDS came */
	return -1;
}

/* A descriptor that is no listener could keep poll(2) busy for ever. */
static inline int is_listener(int fd)
{
	return seccomp_notify_id_valid(fd, 0) == 0 || errno == ENOENT;
}

/* Waits for a listener. If anything else comes, returns -1 with errno. */
static inline int receive_fd(int socket)
{
	int fds[MAX_FDS], count = 0;
	char byte = 0;
	ssize_t length;

	do
		length = receive_fds(socket, &byte, 1, fds, &count);
	while (length < 0 && errno == EINTR);
	if (length >= 0 && count == 1 && is_listener(fds[0]))
		return fds[0];
	if (length >= 0)
		errno = EPROTO;
	while (count)
		close(fds[--count]);
	return -1;
}

static inline int set_path(struct sockaddr_un *name, const char *path)
{
	name->sun_family = AF_UNIX;
	if (path[0] && strlen(path) < sizeof(name->sun_path)) {
		strcpy(name->sun_path, path);
		return 0;
	}
	errno = path[0] ? ENAMETOOLONG : ENOENT;
	return -1;
}

/* A socket of this name that only this user can connect to. */
static inline int listen_on(const char *path)
{
	struct sockaddr_un name;
	struct stat status;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || set_path(&name, path) < 0)
		return -1;
	/* What an earlier supervisor left. */
	if (lstat(path, &status) == 0 && S_ISSOCK(status.st_mode))
		unlink(path);
	umask(077);
	if (bind(fd, (void *)&name, sizeof(name)) < 0 ||
	    listen(fd, SOMAXCONN) < 0)
		return -1;
	return fd;
}

/*
 * Accepts a connection. Returns -1 with errno if that fails. If this process
 * has no descriptor left, the connection is closed, and does not wait for one.
 */
static inline int accept_or_refuse(int socket)
{
	static int spare = -1; /* its descriptor is used to refuse */
	int error, fd;

	if (spare < 0)
		spare = dup(socket);
	fd = accept4(socket, NULL, NULL, SOCK_CLOEXEC);
	error = errno;
	if (fd < 0 && error == EMFILE && spare >= 0) {
		perror("a connection is refused: accept4");
		close(spare);
		close(accept(socket, NULL, NULL));
		spare = dup(socket);
	}
	errno = error;
	return fd;
}

#endif
