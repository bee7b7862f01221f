/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/*
 * Calls all six functions as libFuzzer's input says, on listeners with live
 * targets, and compares each result with what the manual page allows. Ends
 * after FUZZ_CALLS calls (environment), and prints their results.
 *
 * Each input finds the same state, so that build/fuzz/fuzz FILE repeats it
 * without the inputs before it: the calls of the steady crew (see
 * fuzz_crews.h), the descriptors and the buffers are as they were at the start.
 * These things are not repeated: the ids, which the kernel begins at random,
 * the moments of signals, deaths and the callers' next calls, and the library's
 * memory of a listener for synchronous wake-up. An input that failed because of
 * these may have to be run several times, or may not fail again.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <sanitizer/lsan_interface.h>
#include <seccomp.h>

#include "fuzz_crews.h"
#include "process.h"
#include "trap.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Descriptors that are open. The first is the listener of some crew. */
static int others[8];
static int closed;

/*
 * Memory for requests and responses: each is a page, and after it one without
 * access. The pages of `written` and `read_only` are the same memory.
 */
static unsigned char *written;
static unsigned char *read_only;
static unsigned char *no_access;
static size_t page;

static unsigned char *guarded_page(int protection, int file)
{
	unsigned char *memory =
		mmap(NULL, 2 * page, protection, MAP_SHARED, file, 0);

	MUST(memory != MAP_FAILED);
	MUST(mprotect(memory + page, page, PROT_NONE) == 0);
	return memory;
}

/* Calls by their result: 0, or the errno. */
enum { ALLOC, FREE, RECEIVE, RESPOND, ID_VALID, FD, FUNCTIONS };
static const char *const names[] = { "alloc",	"free",	    "receive",
				     "respond", "id_valid", "fd" };
static unsigned long results[FUNCTIONS][200];
static unsigned long calls;
static unsigned long calls_wanted;

static void count(int function, int error)
{
	MUST(error >= 0 && error < 200);
	results[function][error]++;
	calls++;
}

/* Prints the results. Fails if one that can be reached was never reached. */
static _Noreturn void finish(void)
{
	static const struct {
		int function;
		int error;
	} reachable[] = {
		{ ALLOC, 0 },	      { FREE, 0 },
		{ RECEIVE, 0 },	      { RECEIVE, EINTR },
		{ RECEIVE, ENOENT },  { RECEIVE, EFAULT },
		{ RECEIVE, EBADF },   { RECEIVE, ENOTTY },
		{ RESPOND, 0 },	      { RESPOND, ENOENT },
		{ RESPOND, EINVAL },  { RESPOND, EINPROGRESS },
		{ RESPOND, EFAULT },  { RESPOND, EBADF },
		{ RESPOND, ENOTTY },  { ID_VALID, 0 },
		{ ID_VALID, ENOENT }, { ID_VALID, EBADF },
		{ ID_VALID, ENOTTY }, { FD, EINVAL },
	};
	bool all = *died > 0;

	printf("%lu calls, %lu callers died\n", calls, (unsigned long)*died);
	for (int function = 0; function < FUNCTIONS; function++) {
		printf("%s:", names[function]);
		for (int error = 0; error < 200; error++)
			if (results[function][error])
				printf(" %lu %s", results[function][error],
				       error ? error_name(error) : "ok");
		printf("\n");
	}
	for (size_t i = 0; i < COUNT(reachable); i++) {
		if (results[reachable[i].function][reachable[i].error])
			continue;
		printf("never reached: %s with %s\n",
		       names[reachable[i].function],
		       error_name(reachable[i].error));
		all = false;
	}
	fflush(stdout);
	__lsan_do_leak_check();
	_exit(all ? 0 : 1);
}

static timer_t timer;

static void start(void)
{
	const char *wanted = getenv("FUZZ_CALLS");
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL,
				  .sigev_signo = SIGUSR2 };
	int sockets[2];
	int pipes[2];
	int file;

	start_crews();
	calls_wanted = wanted ? strtoul(wanted, NULL, 10) : 1000000;
	page = (size_t)sysconf(_SC_PAGESIZE);
	file = (int)syscall(SYS_memfd_create, "fuzz", 0);
	MUST(file >= 0 && ftruncate(file, (off_t)page) == 0);
	MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) == 0);
	MUST(pipe(pipes) == 0);
	others[0] = dup(sockets[1]); /* a listener is put there */
	others[1] = open("/dev/null", O_RDWR);
	others[2] = open("/", O_PATH);
	others[3] = sockets[0];
	others[4] = pipes[0];
	others[5] = eventfd(0, 0);
	others[6] = epoll_create1(0);
	others[7] = file;
	for (size_t i = 0; i < COUNT(others); i++)
		MUST(others[i] >= 0);
	closed = dup(file);
	close(closed);

	written = guarded_page(PROT_READ | PROT_WRITE, file);
	read_only = guarded_page(PROT_READ, file);
	no_access = guarded_page(PROT_NONE, file);
	/* libFuzzer uses SIGALRM. With SA_RESTART, waits would not end. */
	catch_signal(SIGUSR2, 0);
	MUST(timer_create(CLOCK_MONOTONIC, &event, &timer) == 0);
}

/* The rest of the input, and zeros after it. */
static const uint8_t *input;
static size_t input_left;

static uint64_t take(size_t bytes)
{
	uint64_t value = 0;

	while (bytes--) {
		value = value << 8 | (input_left ? *input : 0);
		input += input_left != 0;
		input_left -= input_left != 0;
	}
	return value;
}

static int take_fd(void)
{
	static const int fixed[] = { -1, -2, 0x7fffffff, -0x7fffffff - 1 };
	uint64_t choice = take(1);

	switch (choice % 16) {
	case 0:
		return others[choice / 16 % COUNT(others)];
	case 1:
		return fixed[choice / 16 % COUNT(fixed)];
	case 2:
		return closed;
	case 3:
		return (int)take(choice / 16 % 2 ? 1 : 4);
	case 4:
		return crews[GONE].listener;
	case 5:
		return others[0];
	default:
		return crews[choice / 16 % 2 ? STEADY : RESTLESS].listener;
	}
}

/* The crew that others[0] is a listener of now. */
static struct crew *swapped;

static struct crew *find_crew(int fd)
{
	for (int i = 0; i < CREWS; i++)
		if (crews[i].listener == fd)
			return &crews[i];
	return fd == others[0] ? swapped : NULL;
}

static void check_error_of_no_listener(int fd, int error)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0 || flags & O_PATH)
		MUST(error == EBADF);
	else
		MUST(error == ENOTTY || error == EINVAL);
}

static uint64_t take_id(const struct crew *crew)
{
	uint64_t choice = take(1);
	uint64_t id;

	if (!crew)
		crew = &crews[choice / 16 % CREWS];
	id = crew->count ? crew->pending[choice / 16 % crew->count].id :
			   crew->last_id;
	switch (choice % 16) {
	case 0:
		return id + 1;
	case 1:
		return id - 1;
	case 2:
		return crew->last_id;
	case 3:
		return id ^ UINT64_C(1) << take(1) % 64;
	case 4:
		return take(8);
	case 5:
		return choice / 16 ? UINT64_MAX : 0;
	default:
		return id;
	}
}

static void respond(int fd, void *memory, bool readable,
		    const struct seccomp_notif_resp *resp)
{
	const bool lets_run = resp->flags == SECCOMP_USER_NOTIF_FLAG_CONTINUE;
	struct crew *crew = find_crew(fd);
	int result = seccomp_notify_respond(fd, memory);
	int error = result ? errno : 0;
	size_t at;

	count(RESPOND, error);
	MUST(result == (error ? -ECANCELED : 0));
	if (!crew) {
		check_error_of_no_listener(fd, error);
		return;
	}
	at = find_pending(crew, resp->id);
	if (!readable) {
		MUST(error == EFAULT);
	} else if (resp->flags && (!lets_run || resp->val || resp->error)) {
		MUST(error == EINVAL);
	} else if (at == crew->count) {
		/* EINPROGRESS: it has a response, or is not received yet. */
		MUST(error == ENOENT || error == EINPROGRESS);
	} else {
		MUST(error == 0 || (error == ENOENT && !crew->steady));
		crew->answers[crew->pending[at].caller] =
			lets_run    ? (uint64_t)getsid(0) :
			resp->error ? (uint64_t)resp->error :
				      (uint64_t)resp->val;
		crew->pending[at] = crew->pending[--crew->count];
	}
}

static void answer_all(struct crew *crew)
{
	while (crew->count) {
		struct seccomp_notif_resp resp = { .id = crew->pending[0].id };

		respond(crew->listener, &resp, true, &resp);
	}
}

/* Memory for a structure of this size, at the end of a page. */
static void *at_end(unsigned char *memory, size_t size)
{
	return memory + page - size;
}

/* What the last call of alloc allocated. */
static struct seccomp_notif *alloced_req;
static struct seccomp_notif_resp *alloced_resp;

static void fuzz_alloc_and_free(void)
{
	static const struct seccomp_notif zero_req;
	static const struct seccomp_notif_resp zero_resp;
	struct seccomp_notif *req = NULL;
	struct seccomp_notif_resp *resp = NULL;
	int choice = (int)take(1);
	int result = seccomp_notify_alloc(choice & 1 ? &req : NULL,
					  choice & 2 ? &resp : NULL);

	count(ALLOC, -result);
	MUST(result == 0);
	MUST(!(choice & 1) == !req && !(choice & 2) == !resp);
	if (req) {
		struct seccomp_notif *old = alloced_req;

		MUST(memcmp(req, &zero_req, sizeof(*req)) == 0);
		alloced_req = req;
		req = old;
	}
	if (resp) {
		struct seccomp_notif_resp *old = alloced_resp;

		MUST(memcmp(resp, &zero_resp, sizeof(*resp)) == 0);
		alloced_resp = resp;
		resp = old;
	}
	errno = choice;
	seccomp_notify_free(req, resp);
	count(FREE, 0);
	MUST(errno == choice);
}

static unsigned int polled; /* how many times, by this input */

static void fuzz_receive(void)
{
	int fd = take_fd();
	uint64_t choice = take(1);
	struct crew *crew = find_crew(fd);
	struct pollfd waits = { fd, POLLIN, 0 };
	struct seccomp_notif *req = at_end(written, sizeof(*req));
	int result;
	int error;

	if (choice % 4 == 0)
		req = alloced_req; /* NULL at first */
	else if (choice % 16 == 1)
		req = NULL;
	/* Only a few calls should wait for the timer. */
	if (crew && polled++ % 8 && poll(&waits, 1, 0) == 0)
		return;
	if (crew && crew->count == COUNT(crew->pending))
		answer_all(crew);
	if (req)
		memset(req, (int)choice, sizeof(*req));

	result = seccomp_notify_receive(fd, req);
	error = result ? errno : 0;
	count(RECEIVE, error);
	MUST(result == (error ? -ECANCELED : 0));
	if (!req) {
		MUST(error == EFAULT);
	} else if (!crew) {
		check_error_of_no_listener(fd, error);
	} else if (error) {
		MUST(error == EINTR || error == ENOENT);
	} else {
		uint64_t caller = req->data.args[2];

		MUST(req->pid && !req->flags && req->data.nr == TRAPPED);
		MUST(caller < CALLERS);
		MUST(!crew->steady ||
		     req->data.args[1] == crew->answers[caller]);
		MUST(find_pending(crew, req->id) == crew->count);
		crew->last_id = req->id;
		crew->pending[crew->count].id = req->id;
		crew->pending[crew->count++].caller = caller;
	}
}

static void fuzz_respond(void)
{
	int fd = take_fd();
	uint64_t choice = take(1);
	struct seccomp_notif_resp resp = { .id = take_id(find_crew(fd)) };
	unsigned char *memory = at_end(written, sizeof(resp));
	bool readable = false;

	switch (choice / 16) {
	case 0:
		resp.error = (int32_t)take(4);
		resp.val = (int64_t)take(8);
		break;
	case 1:
		resp.flags = (uint32_t)take(4);
		break;
	case 2:
		resp.flags = (uint32_t)take(1) % 4;
		resp.val = (int64_t)take(1) % 2;
		resp.error = (int32_t)take(1) % 2;
		break;
	case 3:
	case 4:
		resp.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
		break;
	case 5:
	case 6:
		resp.error = -(int32_t)take(1);
		break;
	default:
		resp.val = (int64_t)take(2);
	}
	memcpy(memory, &resp, sizeof(resp));
	switch (choice % 16) {
	case 0:
		memory = NULL;
		break;
	case 1:
		memory = choice / 16 % 2 ? no_access : (void *)sizeof(resp);
		break;
	case 2:
		memory += 1 + take(1); /* into the next page, and unaligned */
		break;
	case 3: /* an address of the kernel */
		memory = (void *)~(uintptr_t)take(4);
		break;
	case 4:
		memory = at_end(read_only, sizeof(resp));
		readable = true;
		break;
	case 5:
		if (alloced_resp) {
			memory = memcpy(alloced_resp, &resp, sizeof(resp));
			readable = true;
			break;
		}
		/* fall through */
	default:
		readable = true;
	}
	respond(fd, memory, readable, &resp);
}

static void fuzz_id_valid(void)
{
	int fd = take_fd();
	struct crew *crew = find_crew(fd);
	uint64_t id = take_id(crew);
	int result = seccomp_notify_id_valid(fd, id);
	int error = result ? errno : 0;

	count(ID_VALID, error);
	MUST(result == (error ? -ENOENT : 0));
	if (!crew)
		check_error_of_no_listener(fd, error);
	else if (find_pending(crew, id) == crew->count)
		MUST(error == ENOENT);
	else
		MUST(error == 0 || (error == ENOENT && !crew->steady));
}

/* There is no libseccomp in this program, so no value is a valid context. */
static void fuzz_fd(void)
{
	const uint64_t choice = take(1);
	void *const contexts[] = { NULL, written, no_access,
				   (void *)(uintptr_t)take(choice % 9) };
	int result = seccomp_notify_fd(contexts[choice % COUNT(contexts)]);

	MUST(result == -EINVAL);
	count(FD, -result);
}

static void swap_listener(struct crew *crew)
{
	swapped = crew;
	MUST(dup2(swapped->listener, others[0]) == others[0]);
}

/* Sends a signal at this interval, which ends each wait; 0 stops it. */
static void run_timer(long nanoseconds)
{
	const struct itimerspec every = { { 0, nanoseconds },
					  { 0, nanoseconds } };

	MUST(timer_settime(timer, 0, &every, NULL) == 0);
}

static void begin_input(const uint8_t *data, size_t size)
{
	static bool started;

	if (!started)
		start();
	started = true;
	reset_crews();
	swap_listener(&crews[STEADY]);
	memset(written, 0, page);
	polled = 0;
	input = data;
	input_left = size;
	run_timer(1000000);
}

static void end_input(void)
{
	for (int i = 0; i < CREWS; i++)
		answer_all(&crews[i]);
	run_timer(0);
	free(alloced_req);
	free(alloced_resp);
	alloced_req = NULL;
	alloced_resp = NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned int step = 0;

	begin_input(data, size);
	while (input_left) {
		/* With the step, equal bytes choose different functions. */
		uint64_t choice = take(1) + step++;

		switch (choice % 16) {
		case 0:
			fuzz_alloc_and_free();
			break;
		case 1: /* rarely, as its search for libseccomp is slow */
			if (choice / 16 % 8 == 0)
				fuzz_fd();
			else
				swap_listener(&crews[take(1) % CREWS]);
			break;
		case 2:
		case 3:
		case 4:
			fuzz_id_valid();
			break;
		case 5:
		case 6:
		case 7:
		case 8:
		case 9:
			fuzz_respond();
			break;
		default:
			fuzz_receive();
		}
	}
	end_input();
	if (calls >= calls_wanted)
		finish();
	return 0;
}
