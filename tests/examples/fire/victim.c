/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/*
 * victim [OPTION...] PATH...: the command that the published supervisors run
 * when they are tested. It calls mkdir(2) for each path, in turn, and prints
 * how many times it got each result. Unlike mkdir(1), it is always built for
 * the supervisor's architecture, or on purpose for another one.
 *
 *	-t THREADS  do this in THREADS threads at once
 *	-s SECONDS  repeat this for SECONDS seconds, with pauses of 10 ms
 *	-b          leave a child behind that goes on for another 3 seconds
 *	-d          let nobody read the memory, by PR_SET_DUMPABLE
 *	-i          call with int $0x80, whose numbers are those of i386
 *	-m          make the call -1, which must fail with ENOSYS
 *	-q          print nothing
 *	-o          open(2) each file and read it, instead of mkdir(2)
 *	-r FOLDER   make this folder the root, and work in its /tmp
 *	-n          may open no more files
 *	-u          run as nobody, if the caller is root
 *	-e STATUS   the exit status
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static char **paths;
static double end;
static int by_int80, opens, as_nobody;
static atomic_ulong results[4096]; /* by errno */

static double seconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Returns EILSEQ if another file was opened, which has another text. */
static int open_and_read(const char *path)
{
	static const char expected[] = "text of the file\n";
	char text[sizeof(expected)] = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length;

	if (fd < 0)
		return errno;
	do
		length = read(fd, text, sizeof(text));
	while (length < 0 && errno == EINTR);
	if (fd > 2)
		close(fd);
	return strcmp(text, expected) == 0 ? 0 : EILSEQ;
}

static int call(const char *path)
{
#ifdef __x86_64__
	if (by_int80) {
		long result;

		/* open(2) or mkdir(2) on i386, fstat(2) or getpid(2) here */
		__asm__ volatile("int $0x80"
				 : "=a"(result)
				 : "a"(opens ? 5L : 39L),
				   "b"((long)path & 0x7fffffff), "c"(0700L)
				 : "memory");
		return (int)-result;
	}
#endif
	if (opens)
		return open_and_read(path);
	return mkdir(path, 0700) == 0 ? 0 : errno;
}

static void *work(void *unused)
{
	const struct timespec pause = { .tv_nsec = 10000000 };

	do {
		for (char **path = paths; *path; path++)
			results[call(*path) & 4095]++;
		if (end > 0)
			nanosleep(&pause, NULL);
	} while (seconds_now() < end);
	return unused;
}

int main(int argc, char **argv)
{
	pthread_t threads[256];
	const struct rlimit no_file = { 0, 0 };
	sigset_t blocked;
	int count = 1, status = 0, option;

	while ((option = getopt(argc, argv, "t:s:bdimoqnr:ue:")) != -1) {
		if (option == 't')
			count = atoi(optarg);
		else if (option == 's')
			end = seconds_now() + atof(optarg);
		else if (option == 'b' && fork() == 0)
			end = seconds_now() + 3;
		else if (option == 'd')
			prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
		else if (option == 'i')
			by_int80 = 1;
		else if (option == 'm' &&
			 (syscall(-1) != -1 || errno != ENOSYS))
			return 7;
		else if (option == 'q' && !freopen("/dev/null", "w", stdout))
			return 8;
		else if (option == 'o')
			opens = 1;
		else if (option == 'r' &&
			 (chroot(optarg) < 0 || chdir("/tmp") < 0))
			return 4;
		else if (option == 'n' &&
			 setrlimit(RLIMIT_NOFILE, &no_file) < 0)
			return 6;
		else if (option == 'u')
			as_nobody = geteuid() == 0;
		else if (option == 'e')
			status = atoi(optarg);
		else if (option == '?')
			return 2;
	}
	if (as_nobody && (setgid(65534) < 0 || setuid(65534) < 0))
		return 5;
	if (sigprocmask(SIG_SETMASK, NULL, &blocked) == 0 &&
	    sigismember(&blocked, SIGTERM))
		printf("victim: started with signals blocked\n");
	paths = argv + optind;
	for (int i = 0; i < count && i < 256; i++)
		if (pthread_create(&threads[i], NULL, work, NULL))
			return 3;
	for (int i = 0; i < count && i < 256; i++)
		pthread_join(threads[i], NULL);
	for (int error = 0; error < 4096; error++)
		if (results[error])
			printf("victim: %lu x %s\n", results[error],
			       error ? strerror(error) : "done");
	return status;
}
