/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuzz_crews.h"
#include "process.h"
#include "trap.h"

struct crew crews[CREWS];
atomic_ulong *died;
static pid_t pids[CREWS];

static _Noreturn void call_forever(long caller, bool steady)
{
	const struct itimerval often = { { 0, 3000 }, { 0, 3000 } };
	const struct itimerval once = { { 0, 0 }, { 0, 30000 } };
	long last = 0;

	if (!steady && caller % 2) {
		catch_signal(SIGALRM, 0);
		setitimer(ITIMER_REAL, &often, NULL);
	} else if (!steady) {
		signal(SIGALRM, SIG_DFL); /* libFuzzer has a handler */
		setitimer(ITIMER_REAL, &once, NULL);
	}
	for (;;) {
		last = syscall(TRAPPED, 0, last, caller);
		if (last == -1)
			last = -errno;
	}
}

/* Starts the callers, and another one in the place of each that dies. */
static _Noreturn void keep_callers(int callers, bool steady)
{
	pid_t started[CALLERS] = { 0 };

	while (callers) {
		pid_t dead;

		for (long i = 0; i < callers; i++) {
			if (started[i])
				continue;
			started[i] = fork_bound();
			if (started[i] == 0)
				call_forever(i, steady);
		}
		dead = wait(NULL);
		++*died;
		for (int i = 0; i < callers; i++)
			if (started[i] == dead)
				started[i] = 0;
	}
	_exit(0);
}

static void start_crew(int number, bool steady, int callers)
{
	const struct rule rule = { TRAPPED, -1, 0, SECCOMP_RET_USER_NOTIF };
	struct crew *crew = &crews[number];
	int sockets[2];

	*crew = (struct crew){ .steady = steady };
	MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) == 0);
	pids[number] = fork_bound();
	if (pids[number] == 0) {
		int listener = install_filter(&rule, 1, SECCOMP_RET_ALLOW,
					      SECCOMP_FILTER_FLAG_NEW_LISTENER);

		MUST(listener >= 0 && send_fd(sockets[1], listener) == 0);
		close(listener);
		keep_callers(callers, steady);
	}
	close(sockets[1]);
	crew->listener = receive_fd(sockets[0]);
	MUST(crew->listener >= 0);
	close(sockets[0]);
}

void start_crews(void)
{
	died = shared_memory(sizeof(*died));
	start_crew(STEADY, true, CALLERS);
	start_crew(RESTLESS, false, CALLERS);
	start_crew(GONE, true, 0);
	reap(pids[GONE]);
}

/* Answers each steady caller with 0, so that all next calls report 0. */
static void answer_all_callers(struct crew *crew)
{
	struct seccomp_notif_resp resps[CALLERS] = { 0 };

	for (int i = 0; i < CALLERS; i++) {
		struct seccomp_notif req = { 0 };

		while (ioctl(crew->listener, SECCOMP_IOCTL_NOTIF_RECV, &req) <
		       0)
			MUST(errno == EINTR);
		resps[i].id = req.id;
	}
	/* Answered earlier, a caller could make its next call, and that call
	 * could be received in place of another caller's.
	 */
	for (int i = 0; i < CALLERS; i++)
		while (ioctl(crew->listener, SECCOMP_IOCTL_NOTIF_SEND,
			     &resps[i]) < 0)
			MUST(errno == EINTR);
	memset(crew->answers, 0, sizeof(crew->answers));
}

void reset_crews(void)
{
	for (int i = 0; i < CREWS; i++) {
		MUST(crews[i].count == 0);
		crews[i].last_id = 0;
	}
	answer_all_callers(&crews[STEADY]);
}

size_t find_pending(const struct crew *crew, uint64_t id)
{
	size_t at = 0;

	while (at < crew->count && crew->pending[at].id != id)
		at++;
	return at;
}
