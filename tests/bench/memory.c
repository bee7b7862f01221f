/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/*
 * memory TARGETS: prints the KiB of memory that one target's thread takes while
 * it sleeps, and that it takes in addition while its notification waits.
 */
#include <errno.h>
#include <linux/futex.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "process.h"
#include "trap.h"

/* What threads and their system calls can make the kernel allocate. */
static long kib_in_use(void)
{
	static const char *const counted[] = {
		"AnonPages:",
		"SUnreclaim:",
		"KernelStack:",
		"PageTables:",
	};
	FILE *file = fopen("/proc/meminfo", "re");
	char line[128];
	char name[64];
	long sum = 0;
	long kib;

	MUST(file);
	while (fgets(line, sizeof(line), file))
		for (size_t i = 0; i < COUNT(counted); i++)
			if (sscanf(line, "%63s %ld", name, &kib) == 2 &&
			    strcmp(name, counted[i]) == 0)
				sum += kib;
	fclose(file);
	return sum;
}

static atomic_int go;
static atomic_int sleeping;

static void *sleep_then_call(void *unused)
{
	sleeping++;
	while (!go)
		syscall(SYS_futex, &go, FUTEX_WAIT, 0, NULL, NULL, 0);
	syscall(SYS_getppid);
	return unused;
}

/* Waits until each target has queued its notification. */
static void wait_until_all_wait(int listener, int targets)
{
	struct pollfd fd = { listener, POLLIN, 0 };

	MUST(poll(&fd, 1, 10000) == 1);
	/* The last of many threads is asleep soon after the first. */
	sleep_ms((unsigned int)targets / 10 + 100);
}

int main(int argc, char **argv)
{
	const struct rule rule = { SYS_getppid, -1, 0, SECCOMP_RET_USER_NOTIF };
	int targets = argc > 1 ? atoi(argv[1]) : 0;
	long *kib = shared_memory(3 * sizeof(*kib));
	pthread_attr_t attributes;
	int sockets[2];
	int listener;
	pthread_t thread;

	MUST(targets > 0);
	MUST(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) == 0);
	if (fork_bound() == 0) {
		listener = install_filter(&rule, 1, SECCOMP_RET_ALLOW,
					  SECCOMP_FILTER_FLAG_NEW_LISTENER);
		MUST(send_fd(sockets[1], listener) == 0);
		close(listener);
		pthread_attr_init(&attributes);
		pthread_attr_setstacksize(&attributes, (size_t)64 * 1024);
		kib[0] = kib_in_use();
		for (int i = 0; i < targets; i++)
			MUST(pthread_create(&thread, &attributes,
					    sleep_then_call, NULL) == 0);
		while (sleeping < targets)
			sleep_ms(10);
		sleep_ms(100);
		kib[1] = kib_in_use();
		go = 1;
		syscall(SYS_futex, &go, FUTEX_WAKE, targets, NULL, NULL, 0);
		for (;;)
			pause();
	}
	listener = receive_fd(sockets[0]);
	MUST(listener >= 0);
	wait_until_all_wait(listener, targets);
	kib[2] = kib_in_use();
	printf("%.2f %.2f\n", (double)(kib[1] - kib[0]) / targets,
	       (double)(kib[2] - kib[1]) / targets);
	return 0;
}
