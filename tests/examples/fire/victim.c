/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/*
 * victim [OPTION...] PATH...: the command that the published supervisors run
 * when they are tested. It calls mkdir(2) for each path, in turn, and prints
 * how often it got which result. It is built by itself, so that it has the
 * architecture of the supervisor (or, on purpose, another one).
 *
 *	-t THREADS  as many threads do this at once
 *	-s SECONDS  again and again for so long, with pauses of 1 ms
 *	-b          leave a child behind that goes on for two seconds
 *	-d          let nobody read the memory: PR_SET_DUMPABLE
 *	-i          call with int $0x80, whose numbers are those of i386
 *	-e STATUS   the exit status
 */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static char **paths;
static double end;
static int by_int80;
static atomic_ulong results[4096]; /* by errno */

static double seconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int make_directory(const char *path)
{
#ifdef __x86_64__
	if (by_int80) {
		long result;

		/* 39 is mkdir(2) there, and getpid(2) on x86-64. */
		__asm__ volatile("int $0x80"
				 : "=a"(result)
				 : "a"(39L), "b"((long)path & 0x7fffffff),
				   "c"(0700L)
				 : "memory");
		return (int)-result;
	}
#endif
	return mkdir(path, 0700) == 0 ? 0 : errno;
}

static void *make_directories(void *unused)
{
	const struct timespec pause = { .tv_nsec = 1000000 };

	do {
		for (char **path = paths; *path; path++)
			results[make_directory(*path) & 4095]++;
		if (end > 0)
			nanosleep(&pause, NULL);
	} while (seconds_now() < end);
	return unused;
}

int main(int argc, char **argv)
{
	pthread_t threads[256];
	int count = 1, status = 0, option;

	while ((option = getopt(argc, argv, "t:s:bdie:")) != -1) {
		if (option == 't')
			count = atoi(optarg);
		else if (option == 's')
			end = seconds_now() + atof(optarg);
		else if (option == 'b' && fork() == 0)
			end = seconds_now() + 2;
		else if (option == 'd')
			prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
		else if (option == 'i')
			by_int80 = 1;
		else if (option == 'e')
			status = atoi(optarg);
		else if (option == '?')
			return 2;
	}
	paths = argv + optind;
	for (int i = 0; i < count && i < 256; i++)
		if (pthread_create(&threads[i], NULL, make_directories, NULL))
			return 3;
	for (int i = 0; i < count && i < 256; i++)
		pthread_join(threads[i], NULL);
	for (int error = 0; error < 4096; error++)
		if (results[error])
			printf("victim: %lu x %s\n", results[error],
			       error ? strerror(error) : "done");
	return status;
}
