/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/*
 * Answers one notification of the listener whose number is the argument. The
 * exit status is 3 if the kernel set AT_SECURE, as for set-user-ID programs, 2
 * if not, and 1 after a failure.
 */
#include <stdlib.h>
#include <sys/auxv.h>

#include <seccomp.h>

int main(int argc, char **argv)
{
	struct seccomp_notif req;
	struct seccomp_notif_resp resp = { 0 };
	int listener = argc > 1 ? atoi(argv[1]) : -1;

	if (seccomp_notify_receive(listener, &req) != 0)
		return 1;
	resp.id = req.id;
	if (seccomp_notify_respond(listener, &resp) != 0)
		return 1;
	return getauxval(AT_SECURE) ? 3 : 2;
}
