/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/*
 * An agent for the "listenerPath" of an OCI runtime such as runc or crun. For
 * each container, and for each process that `exec` adds to one, the runtime
 * connects to the agent's socket, and sends a listener with a JSON object that
 * describes it. The agent answers the trapped calls by the rules of its command
 * line:
 *
 *	agent SOCKET [CALL:PREFIX:ANSWER...]
 *
 *	CALL    mkdir, rmdir, unlink, mknod or chmod; each includes the variant
 *	        mkdirat(2), unlinkat(2), mknodat(2) or fchmodat(2)
 *	PREFIX  a path in the container; the rule matches it and all below it
 *	ANSWER  continue: the kernel runs the call; an error such as EPERM: the
 *	        call fails; or 0: the call succeeds, and nothing is done
 *
 * The first rule that matches decides. If no rule matches, the kernel runs the
 * call. The kernel then reads the path again, and the container may have
 * changed it meanwhile: "continue" is no security check. What a container must
 * never do has to be prevented by its capabilities and its mounts.
 *
 *	cc -D_GNU_SOURCE agent.c \
 *	   $(pkg-config --cflags --libs libseccomp-notify json-c)
 *
 * Needs Linux 5.9.
 */
#define _FILE_OFFSET_BITS 64
#include <json-c/json.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/epoll.h>

#include "arch.h"
#include "socket.h"
#include "target.h"

/* Which argument is a call's path, and which one its folder, or -1. */
static const struct call {
	long nr;
	const char *name; /* in rules */
	int folder, path;
	bool follows; /* a symbolic link at the end of the path */
} calls[] = {
#ifdef SYS_mkdir
	{ SYS_mkdir, "mkdir", -1, 0, false },
	{ SYS_rmdir, "rmdir", -1, 0, false },
	{ SYS_unlink, "unlink", -1, 0, false },
	{ SYS_mknod, "mknod", -1, 0, false },
	{ SYS_chmod, "chmod", -1, 0, true },
#endif
	{ SYS_mkdirat, "mkdir", 0, 1, false },
	{ SYS_unlinkat, "unlink", 0, 1, false }, /* or rmdir, by a flag */
	{ SYS_mknodat, "mknod", 0, 1, false },
	{ SYS_fchmodat, "chmod", 0, 1, true },
};
#define CALLS (sizeof(calls) / sizeof(calls[0]))

static const struct answer {
	const char *name;
	int error;
	unsigned int flags;
} answers[] = {
	{ "continue", 0, SECCOMP_USER_NOTIF_FLAG_CONTINUE },
	{ "0", 0, 0 },
	{ "EPERM", -EPERM, 0 },
	{ "EACCES", -EACCES, 0 },
	{ "ENOENT", -ENOENT, 0 },
	{ "EROFS", -EROFS, 0 },
	{ "ENOSYS", -ENOSYS, 0 },
};
#define ANSWERS (sizeof(answers) / sizeof(answers[0]))

#define MAX_RULES 64
static struct rule {
	const char *call, *prefix;
	const struct answer *answer;
} rules[MAX_RULES];
static int rule_count;

/* A connection of a runtime, and then the listener that came over it. */
struct container {
	int connection, listener;
	struct json_tokener *json;
	char name[64];
	int fds[MAX_FDS], count;
};

static _Noreturn void fail(const char *what)
{
	fprintf(stderr, "agent: %s: %s\n", what, strerror(errno));
	exit(1);
}

static bool is_below(const char *place, const char *prefix)
{
	size_t length = strlen(prefix);

	while (length && prefix[length - 1] == '/')
		length--;
	return strncmp(place, prefix, length) == 0 &&
	       (place[length] == '/' || place[length] == 0);
}

static int answer(const struct container *container,
		  const struct seccomp_notif *req,
		  struct seccomp_notif_resp *resp)
{
	const struct answer *answer = &answers[0];
	const char *name = "another call";
	char place[PATH_MAX] = "";
	/* Another architecture's calls have other numbers than calls[] has. */
	int error = req->data.arch == ARCH ? 0 : -ENOSYS;
	size_t i;

	for (i = 0; i < CALLS && calls[i].nr != req->data.nr; i++)
		;
	if (!error && i < CALLS) {
		name = calls[i].name;
		if (calls[i].nr == SYS_unlinkat &&
		    req->data.args[2] & AT_REMOVEDIR)
			name = "rmdir";
		error = find_place(container->listener, req,
				   calls[i].folder < 0 ?
					   AT_FDCWD :
					   (int)req->data.args[calls[i].folder],
				   req->data.args[calls[i].path],
				   calls[i].follows, place);
		for (int rule = rule_count - 1; !error && rule >= 0; rule--)
			if (strcmp(rules[rule].call, name) == 0 &&
			    is_below(place, rules[rule].prefix))
				answer = rules[rule].answer;
	}
	/* What cannot be checked is refused. */
	*resp = (struct seccomp_notif_resp){
		.id = req->id,
		.error = error ? error : answer->error,
		.flags = error ? 0 : answer->flags,
	};
	make_printable(place);
	printf("%s: pid %u: %s %s: %s\n", container->name, req->pid, name,
	       place, error ? strerror(-error) : answer->name);
	return seccomp_notify_respond(container->listener, resp);
}

/* Closes the listener too: calls that still wait for an answer get ENOSYS. */
static void forget(struct container *container, const char *why, int error)
{
	printf("%s: %s%s%s\n", container->name, why, error ? ": " : "",
	       error ? strerror(error) : "");
	for (int i = 0; i < container->count; i++)
		close(container->fds[i]);
	if (container->listener >= 0)
		close(container->listener);
	close(container->connection);
	json_tokener_free(container->json);
	free(container);
}

/* Reads until the object is complete: runtimes keep the connection open. */
static void read_state(struct container *container, int epoll)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = container };
	json_object *object, *fds, *state, *id;
	char text[4096];
	/* One recvmsg(2) may give a part of the object only. */
	ssize_t length = receive_fds(container->connection, text, sizeof(text),
				     container->fds, &container->count);

	if (length < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (length <= 0) {
		forget(container, "the connection ended too early", 0);
		return;
	}
	object = json_tokener_parse_ex(container->json, text, (int)length);
	if (json_tokener_get_error(container->json) == json_tokener_continue)
		return;
	if (json_object_object_get_ex(object, "state", &state) &&
	    json_object_object_get_ex(state, "id", &id) && id)
		snprintf(container->name, sizeof(container->name), "%s",
			 json_object_get_string(id));
	make_printable(container->name);
	/* "fds" names the descriptors in their order. */
	json_object_object_get_ex(object, "fds", &fds);
	for (int i = 0; i < container->count; i++) {
		json_object *name =
			json_object_is_type(fds, json_type_array) ?
				json_object_array_get_idx(fds, (size_t)i) :
				NULL;

		if (container->listener < 0 && name &&
		    strcmp(json_object_get_string(name), "seccompFd") == 0)
			container->listener = container->fds[i];
		else
			close(container->fds[i]);
	}
	container->count = 0;
	json_object_put(object);
	/* The runtime may write more, so the connection is not closed yet. */
	epoll_ctl(epoll, EPOLL_CTL_DEL, container->connection, NULL);
	if (container->listener < 0 ||
	    epoll_ctl(epoll, EPOLL_CTL_ADD, container->listener, &event) < 0)
		forget(container, "no seccompFd came", 0);
	else
		printf("%s: a listener came\n", container->name);
}

static void add_connection(int socket, int epoll)
{
	struct container *new = calloc(1, sizeof(*new));
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = new };

	if (!new || !(new->json = json_tokener_new()))
		fail("no memory for a connection");
	strcpy(new->name, "?");
	new->listener = -1;
	new->connection = accept(socket, NULL, NULL);
	if (new->connection < 0 ||
	    epoll_ctl(epoll, EPOLL_CTL_ADD, new->connection, &event) < 0)
		fail("cannot accept a connection");
	/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): epoll has the pointer */
	fcntl(new->connection, F_SETFD, FD_CLOEXEC);
}

static void serve(struct container *container, uint32_t events,
		  struct seccomp_notif *req, struct seccomp_notif_resp *resp)
{
	if (events & EPOLLIN) {
		if (seccomp_notify_receive(container->listener, req) == 0) {
			if (answer(container, req, resp) < 0 && errno != ENOENT)
				forget(container, "seccomp_notify_respond",
				       errno);
		} else if (errno != ENOENT && errno != EINTR) {
			forget(container, "seccomp_notify_receive", errno);
		}
	} else if (events & EPOLLHUP) {
		forget(container, "no target is left", 0);
	}
}

static void add_rule(char *text)
{
	struct rule *rule = &rules[rule_count++];
	const char *name;

	rule->call = strtok(text, ":");
	rule->prefix = strtok(NULL, ":");
	name = strtok(NULL, "");
	for (size_t i = 0; name && i < ANSWERS; i++)
		if (strcmp(name, answers[i].name) == 0)
			rule->answer = &answers[i];
	for (size_t i = 0; i < CALLS; i++)
		if (rule->answer && strcmp(rule->call, calls[i].name) == 0)
			return;
	errno = EINVAL;
	fail("a rule is CALL:PREFIX:ANSWER, as agent.c explains at its top");
}

int main(int argc, char **argv)
{
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	struct epoll_event event = { .events = EPOLLIN };
	struct seccomp_notif *req;
	struct seccomp_notif_resp *resp;
	struct container *container;
	int socket;

	if (argc < 2 || argc > 2 + MAX_RULES) {
		fputs("usage: agent SOCKET [CALL:PREFIX:ANSWER...]\n", stderr);
		return 1;
	}
	for (int i = 2; i < argc; i++)
		add_rule(argv[i]);
	if (seccomp_notify_alloc(&req, &resp) != 0)
		fail("seccomp_notify_alloc");
	socket = listen_on(argv[1]);
	if (socket < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, socket, &event) < 0)
		fail(argv[1]);
	setlinebuf(stdout);
	for (;;) {
		if (epoll_wait(epoll, &event, 1, -1) < 0) {
			if (errno != EINTR)
				fail("epoll_wait");
			continue;
		}
		container = event.data.ptr;
		if (!container)
			add_connection(socket, epoll);
		else if (container->listener < 0)
			read_state(container, epoll);
		else
			serve(container, event.events, req, resp);
	}
}
