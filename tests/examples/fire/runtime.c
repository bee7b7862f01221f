/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/*
 * runtime SOCKET NAME COMMAND [ARG...]: does what an OCI runtime does for a
 * container with a "listenerPath". It sends the agent the state in two pieces,
 * with another descriptor before the listener, and leaves the connection open.
 * As with a real runtime, another process has a copy of the listener too: here
 * for 200 ms, even if the command ends sooner.
 *
 * "Read the container process state, which is JSON, until the object is
 * complete, not until the end of the stream: some runtimes keep the
 * connection open until the container ends, while a target already waits."
 * "One recvmsg(2) need not return all of it."
 * "Use a JSON library, because the text may contain white space, and / may be
 * written as \/."
 * "The array fds names the received descriptors in their order: the one named
 * seccompFd is the listener, and the others have to be closed."
 * "Identify targets by the pid of the request." "For an exec, the pid of the
 * state may be 0, or that of the container's first process."
 * "Listen on an AF_UNIX socket of type SOCK_STREAM before the container
 * starts."
 *
 * Its filter does not check the architecture, as a careless profile does not.
 */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>

#include "../filter.h"
#include "../socket.h"

#define MKDIR_ON_I386 39

static const char state[] =
	"{\n  \"ociVersion\": \"1.0.2\",\n"
	"  \"fds\": [\"another\", \"seccompFd\"],\n"
	"  \"pid\": 0,\n  \"metadata\": \"\\/a }\",\n"
	"  \"state\": { \"id\": \"%s\", \"pid\": 0, \"bundle\": \"\\/b\" }\n}\n";

static int trap_without_arch_check(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mkdirat, 2, 0),
#ifdef __x86_64__
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mkdir, 1, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, MKDIR_ON_I386, 0, 1),
#elif defined(SYS_mkdir)
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mkdir, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
#else
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
#endif
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog filter = { COUNT(code), code };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -1;
	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
			    SECCOMP_FILTER_FLAG_NEW_LISTENER, &filter);
}

static _Noreturn void fail(const char *what)
{
	perror(what);
	exit(125);
}

/*
 * Returns in a child process, which shares this process's descriptors until it
 * executes a command. This process closes them some time later, and ends with
 * the child's exit status.
 */
static void share_descriptors(void)
{
#ifdef __x86_64__ /* where flags are the first argument */
	struct timespec pause = { .tv_nsec = 200000000 };
	long child = syscall(SYS_clone, CLONE_FILES | SIGCHLD, 0, 0, 0, 0);
	int status;

	if (child == 0)
		return;
	if (child < 0)
		fail("clone");
	while (nanosleep(&pause, &pause) < 0) /* a signal came */
		;
	for (int fd = 3; fd < 16; fd++)
		close(fd);
	while (waitpid((pid_t)child, &status, 0) != child)
		if (errno != EINTR)
			fail("waitpid");
	exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128);
#endif
}

int main(int argc, char **argv)
{
	const struct timespec pause = { .tv_nsec = 20000000 };
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	union fds_message control = { .space = { 0 } };
	struct msghdr message = { .msg_control = control.space,
				  .msg_controllen =
					  CMSG_SPACE(2 * sizeof(int)) };
	struct cmsghdr *part = CMSG_FIRSTHDR(&message);
	char text[1000];
	struct iovec data = { text, 30 };
	int connection = socket(AF_UNIX, SOCK_STREAM, 0);
	int fds[2];

	if (argc < 4)
		return 2;
	snprintf(text, sizeof(text), state, argv[2]);
	strcpy(name.sun_path, argv[1]);
	if (connect(connection, (void *)&name, sizeof(name)) < 0)
		fail(argv[1]);
	share_descriptors();
	fds[0] = open("/", O_RDONLY | O_CLOEXEC);
	fds[1] = trap_without_arch_check();
	if (fds[1] < 0)
		fail("seccomp");
	message.msg_iov = &data;
	message.msg_iovlen = 1;
	part->cmsg_level = SOL_SOCKET;
	part->cmsg_type = SCM_RIGHTS;
	part->cmsg_len = CMSG_LEN(sizeof(fds));
	memcpy(CMSG_DATA(part), fds, sizeof(fds));
	if (sendmsg(connection, &message, MSG_NOSIGNAL) != 30)
		fail("sendmsg");
	nanosleep(&pause, NULL);
	if (send(connection, text + 30, strlen(text) - 30, MSG_NOSIGNAL) < 0)
		fail("send");
	execvp(argv[3], argv + 3);
	fail(argv[3]);
}
