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
 *	PREFIX  a path in the container, without links, and all that is below it
 *	ANSWER  continue: the kernel runs the call; an error such as EPERM: the
 *	        call fails; or 0: the call succeeds, and nothing is done
 *
 * The first rule that matches decides. If none does, the kernel runs the call,
 * unless it is of another architecture. If there are rules for a call, but its
 * path cannot be checked, the call fails. "continue" is no security check: the
 * kernel reads the path again, and the container may have changed it. To forbid
 * calls reliably, use capabilities or mounts. Needs Linux 5.9.
 */
#define _FILE_OFFSET_BITS 64
#include <json-c/json.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>

#include "arch.h"
#include "socket.h"
#include "target.h"

/* `path` is the argument with the path. If it is 1, the folder is argument 0 */
static const struct call {
	long nr;
	const char *name; /* in rules */
	int path;
	int follows; /* a symbolic link at the end of the path */
} calls[] = {
#ifdef SYS_mkdir
	{ SYS_mkdir, "mkdir", 0, 0 },
	{ SYS_rmdir, "rmdir", 0, 0 },
	{ SYS_unlink, "unlink", 0, 0 },
	{ SYS_mknod, "mknod", 0, 0 },
	{ SYS_chmod, "chmod", 0, 1 },
#endif
	{ SYS_mkdirat, "mkdir", 1, 0 },
	{ SYS_unlinkat, "unlink", 1, 0 }, /* or rmdir, by a flag */
	{ SYS_mknodat, "mknod", 1, 0 },
	{ SYS_fchmodat, "chmod", 1, 1 },
	{ -1, "another call", 0, 0 },
};

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
} rules[MAX_RULES + 1];
static int rule_count, epoll;

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

static int is_below(const char *place, const char *prefix)
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
	const struct call *call = calls;
	const __u64 *args = req->data.args;
	const char *name;
	char place[PATH_MAX] = "";
	/* Calls of another architecture, or of x32, have other numbers. */
	int foreign = req->data.arch != ARCH || IS_FOREIGN(req->data.nr);
	int error = foreign ? -ENOSYS : 0;

	while (call->nr >= 0 && (foreign || call->nr != req->data.nr))
		call++;
	name = call->name;
	if (call->nr == SYS_unlinkat && args[2] & AT_REMOVEDIR)
		name = "rmdir";
	for (struct rule *rule = rules; !error && rule->call; rule++) {
		if (strcmp(rule->call, name) != 0)
			continue;
		if (!place[0])
			error = find_place(container->listener, req,
					   call->path ? (int)args[0] : AT_FDCWD,
					   args[call->path], call->follows,
					   place);
		if (!error && is_below(place, rule->prefix)) {
			answer = rule->answer;
			break;
		}
	}
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
	/* If the runtime has a copy, close(2) does not remove it from epoll. */
	epoll_ctl(epoll, EPOLL_CTL_DEL, container->listener, NULL);
	if (container->listener >= 0)
		close(container->listener);
	close(container->connection);
	json_tokener_free(container->json);
	free(container);
}

/* Reads until the object is complete: runtimes keep the connection open. */
static void read_state(struct container *container)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = container };
	json_object *object, *fds, *state, *id;
	char text[4096];
	ssize_t length = receive_fds(container->connection, text, sizeof(text),
				     container->fds, &container->count);

	if (length < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (length <= 0) {
		forget(container, "no state came", length ? errno : 0);
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
	json_object_object_get_ex(object, "fds", &fds);
	for (int i = 0; i < container->count; i++) {
		json_object *name =
			json_object_is_type(fds, json_type_array) ?
				json_object_array_get_idx(fds, (size_t)i) :
				NULL;

		if (container->listener < 0 && name &&
		    strcmp(json_object_get_string(name), "seccompFd") == 0 &&
		    is_listener(container->fds[i]))
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
		forget(container, "no listener came, or epoll_ctl(2) failed",
		       0);
	else
		printf("%s: a listener came\n", container->name);
}

static void add_connection(int socket)
{
	int connection = accept_or_refuse(socket);
	struct container *new;
	struct epoll_event event = { .events = EPOLLIN };

	if (connection < 0 && errno != EMFILE)
		fail("accept4");
	if (connection < 0)
		return; /* refused, after a message */
	new = event.data.ptr = calloc(1, sizeof(*new));
	if (!new || !(new->json = json_tokener_new()))
		fail("no memory for a connection");
	new->name[0] = '?';
	new->listener = -1;
	new->connection = connection;
	/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): epoll has the pointer */
	if (epoll_ctl(epoll, EPOLL_CTL_ADD, connection, &event) < 0)
		fail("epoll_ctl");
}

static void serve(struct container *container, uint32_t events,
		  struct seccomp_notif *req, struct seccomp_notif_resp *resp)
{
	if (!(events & EPOLLIN)) {
		if (events & EPOLLHUP)
			forget(container, "no target is left", 0);
	} else if (seccomp_notify_receive(container->listener, req) != 0) {
		if (errno != ENOENT && errno != EINTR)
			forget(container, "seccomp_notify_receive", errno);
	} else if (answer(container, req, resp) < 0 && errno != ENOENT) {
		forget(container, "seccomp_notify_respond", errno);
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
	for (const struct call *call = calls; call->nr >= 0; call++)
		if (rule->answer && strcmp(rule->call, call->name) == 0)
			return;
	errno = EINVAL;
	fail("a rule is CALL:PREFIX:ANSWER, as agent.c explains at its top");
}

int main(int argc, char **argv)
{
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
	epoll = epoll_create1(EPOLL_CLOEXEC);
	signal(SIGPIPE, SIG_IGN); /* output must not end the agent, */
	signal(SIGTTOU, SIG_IGN); /* nor stop it */
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
			add_connection(socket);
		else if (container->listener < 0)
			read_state(container);
		else
			serve(container, event.events, req, resp);
	}
}
