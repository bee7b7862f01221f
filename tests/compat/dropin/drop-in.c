/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/*
 * A program that supervises its own child. If libseccomp's header is installed,
 * libseccomp makes the filter, or else the program makes its own. It can be
 * compiled as C99 and later, and as C++.
 *
 * It allocates a request and a response for each notification, so that it also
 * works with libseccomp's functions.
 */
#include <seccomp.h>

#include <errno.h>
#include <linux/filter.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CALLS = 3 };

/* Traps getppid(2) in this process and its children. Returns the listener. */
#ifdef SCMP_ACT_NOTIFY
static int trap_getppid(void)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);
	int listener = -1;

	if (ctx &&
	    seccomp_rule_add(ctx, SCMP_ACT_NOTIFY, SCMP_SYS(getppid), 0) == 0 &&
	    seccomp_load(ctx) == 0)
		listener = seccomp_notify_fd(ctx);
	seccomp_release(ctx);
	return listener;
}
#else
static int trap_getppid(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog filter = { 4, code };

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
			    SECCOMP_FILTER_FLAG_NEW_LISTENER, &filter);
}
#endif

static int answer(int listener, pid_t target, int val)
{
	struct seccomp_notif *req;
	struct seccomp_notif_resp *resp;
	int answered;

	if (seccomp_notify_alloc(&req, &resp) != 0)
		return 0;
	answered = seccomp_notify_receive(listener, req) == 0 &&
		   req->pid == (unsigned int)target &&
		   seccomp_notify_id_valid(listener, req->id) == 0;
	if (answered) {
		resp->id = req->id;
		resp->val = val;
		answered = seccomp_notify_respond(listener, resp) == 0 &&
			   seccomp_notify_id_valid(listener, req->id) ==
				   -ENOENT;
	}
	seccomp_notify_free(req, resp);
	return answered;
}

int main(void)
{
	int listener = trap_getppid();
	int status;
	pid_t target;

	if (listener < 0) {
		fprintf(stderr, "no listener: %d\n", listener);
		return 1;
	}
	target = fork();
	if (target == 0) {
		close(listener);
		for (int call = 0; call < CALLS; call++)
			if (syscall(SYS_getppid) != 4711 + call)
				_exit(1);
		_exit(0);
	}
	for (int call = 0; call < CALLS; call++)
		if (!answer(listener, target, 4711 + call)) {
			fprintf(stderr, "call %d is not answered\n", call);
			return 1; /* closes the listener: the target goes on */
		}
	if (waitpid(target, &status, 0) != target || status != 0) {
		fprintf(stderr, "the target saw other answers\n");
		return 1;
	}
	printf("%d calls answered\n", CALLS);
	return 0;
}
