/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/* Supervisors that get signals, have no descriptors or memory, or fork. */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>

#include "faults.h"

#ifndef sigev_notify_thread_id /* glibc before 2.38 */
#define sigev_notify_thread_id _sigev_un._tid
#endif

/*
 * Non-NULL if a sanitizer is linked in: its malloc() aborts at the limit of
 * RLIMIT_AS.
 */
extern void __asan_init(void) __attribute__((weak));
extern void __tsan_init(void) __attribute__((weak));

#define SUPERVISORS 4
#define TARGETS 4 /* threads that call */

/* In memory that the target, the supervisor and its children share. */
struct load {
	atomic_bool stop;
	atomic_ulong called; /* by the target, which checks each answer */
	atomic_ulong answered;
	atomic_ulong interrupted; /* receives */
	atomic_ulong signals;	  /* also those that the kernel merged */
};

static struct load *load;

/* The trapped call's second argument tells the supervisor thread that receives
 * it to end after its answer.
 */
static bool make_call(bool last)
{
	long number = (long)load->called++;

	return make_trapped_call(number, last, 0, 0, 0, 0) == number + 1;
}

static void *call_until_stopped(void *arg)
{
	while (!load->stop)
		if (!make_call(false))
			_exit(1);
	return arg;
}

static int call_from_threads(void *arg)
{
	pthread_t threads[TARGETS];

	(void)arg;
	for (size_t i = 0; i < COUNT(threads); i++)
		if (pthread_create(&threads[i], NULL, call_until_stopped, NULL))
			return 2;
	for (size_t i = 0; i < COUNT(threads); i++)
		pthread_join(threads[i], NULL);
	for (int i = 0; i < SUPERVISORS; i++)
		if (!make_call(true))
			return 1;
	return 0;
}

/* Answers one call, or none if a signal ends the receive. Returns false after
 * the last call.
 */
static bool answer_one(int listener, struct seccomp_notif *req,
		       struct seccomp_notif_resp *resp)
{
	if (seccomp_notify_receive(listener, req) != 0) {
		MUST(errno == EINTR);
		load->interrupted++;
		return true;
	}
	MUST(seccomp_notify_id_valid(listener, req->id) == 0);
	resp->id = req->id;
	resp->val = (int64_t)req->data.args[0] + 1;
	MUST(seccomp_notify_respond(listener, resp) == 0);
	load->answered++;
	return !req->data.args[1];
}

static void *supervise(void *arg)
{
	int listener = *(int *)arg;
	struct seccomp_notif *req;
	struct seccomp_notif_resp *resp;

	ck_assert_int_eq(seccomp_notify_alloc(&req, &resp), 0);
	while (answer_one(listener, req, resp))
		;
	seccomp_notify_free(req, resp);
	return NULL;
}

static struct target start_supervised(pthread_t threads[SUPERVISORS],
				      void *(*supervisor)(void *))
{
	/* Static, since the threads use it. */
	static struct target target;

	load = shared_memory(sizeof(*load));
	target = start_target(call_from_threads, NULL);
	for (int i = 0; i < SUPERVISORS; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, supervisor,
						&target.listener),
				 0);
	return target;
}

/* Each call was answered once, and the target has checked the answers. */
static void end_supervised(struct target *target,
			   pthread_t threads[SUPERVISORS])
{
	load->stop = true;
	ck_assert_int_eq(wait_for_target(target), 0);
	for (int i = 0; i < SUPERVISORS; i++)
		pthread_join(threads[i], NULL);
	ck_assert_uint_gt(load->called, SUPERVISORS);
	ck_assert_uint_eq(load->answered, load->called);
	close(target->listener);
	munmap(load, sizeof(*load));
}

static void count_signals(int signal, siginfo_t *info, void *context)
{
	(void)signal;
	(void)context;
	load->signals += 1 + (unsigned long)info->si_overrun;
}

/* Sends 10,000 signals a second to this thread alone. */
static void *supervise_under_signals(void *arg)
{
	const struct itimerspec every = { { 0, 100000 }, { 0, 100000 } };
	struct sigevent event = { .sigev_notify = SIGEV_THREAD_ID,
				  .sigev_signo = SIGUSR1 };
	timer_t timer;

	event.sigev_notify_thread_id = (pid_t)syscall(SYS_gettid);
	ck_assert_int_eq(timer_create(CLOCK_MONOTONIC, &event, &timer), 0);
	ck_assert_int_eq(timer_settime(timer, 0, &every, NULL), 0);
	supervise(arg);
	timer_delete(timer);
	return NULL;
}

#define SECONDS 3

/*
 * "The function sends the response even if a signal arrives." "A signal that
 * arrives during this function does not change the result." With SA_RESTART,
 * kernels since Linux 6.6 do not interrupt a receive either.
 */
START_TEST(signals_lose_no_call)
{
	const int flags[] = { 0, SA_RESTART };
	const struct sigaction action = { .sa_sigaction = count_signals,
					  .sa_flags = SA_SIGINFO | flags[_i] };
	pthread_t threads[SUPERVISORS];
	struct target target;

	ck_assert_int_eq(sigaction(SIGUSR1, &action, NULL), 0);
	target = start_supervised(threads, supervise_under_signals);
	/* A signal ends a sleep, so the clock decides. */
	for (double end = seconds_now() + SECONDS; seconds_now() < end;)
		sleep_ms(100);
	printf("%d supervisor threads, %d seconds, SA_RESTART %s: %lu signals, %lu receives interrupted, %lu calls answered\n",
	       SUPERVISORS, SECONDS, flags[_i] ? "on" : "off", load->signals,
	       load->interrupted, load->answered);
	ck_assert_uint_ge(load->signals, SUPERVISORS * SECONDS * 10000 / 10);
	if (!flags[_i])
		ck_assert_uint_gt(load->interrupted, 0);
	end_supervised(&target, threads);
}
END_TEST

/* Closes each descriptor that it gets, so the next one has the same number. */
static _Noreturn int call_and_close(void *arg)
{
	(void)arg;
	for (;;)
		close((int)make_trapped_call(0, 0, 0, 0, 0, 0));
}

static void send_signals(long microseconds)
{
	const struct itimerval every = { { 0, microseconds },
					 { 0, microseconds } };

	setitimer(ITIMER_REAL, &every, NULL);
}

/*
 * "Without this flag, a signal handler can make SECCOMP_IOCTL_NOTIF_ADDFD fail
 * with EINTR: the target did not get the descriptor, so repeat the ioctl(2)."
 * "If it fails with an error other than EINTR and ENOENT," see
 * addfd_that_fails_sends_no_response.
 */
START_TEST(an_interrupted_addfd_added_nothing)
{
	struct addfd addfd = { .srcfd = STDIN_FILENO };
	struct target target;
	double end = seconds_now() + 20;
	int interrupted = 0;
	int first = -1;

	if (kernel_version() < KERNEL(5, 9))
		SKIP("the kernel has no ADDFD");
	target = start_target(call_and_close, NULL);
	catch_signal(SIGALRM, 0);
	while (interrupted < 20 && seconds_now() < end) {
		struct seccomp_notif_resp resp = { 0 };
		int added;

		addfd.id = resp.id = receive(target.listener).id;
		send_signals(20);
		while ((added = bare_ioctl(target.listener, ADDFD, &addfd)) <
		       0) {
			ck_assert_int_eq(errno, EINTR);
			interrupted++;
			send_signals(0);
		}
		send_signals(0);
		if (first < 0)
			first = added;
		ck_assert_int_eq(added, first);
		resp.val = added;
		assert_succeeds(seccomp_notify_respond(target.listener, &resp));
	}
	addfd.id = receive(target.listener).id;
	kill(target.pid, SIGKILL);
	ck_assert_int_eq(wait_for_target(&target), 128 + SIGKILL);
	ck_assert_int_eq(bare_ioctl(target.listener, ADDFD, &addfd), -1);
	ck_assert_int_eq(errno, ENOENT);
	close(target.listener);
	if (interrupted == 0)
		SKIP("no signal interrupted ADDFD in 20 seconds");
}
END_TEST

/* Renames a file to and fro. */
static void rename_for_ever(const char *folder)
{
	MUST(chdir(folder) == 0);
	close(open("a", O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	for (;;) {
		MUST(rename("a", "b") == 0);
		MUST(rename("b", "a") == 0);
	}
}

/*
 * "openat2(2) may fail with EAGAIN while files are renamed or mounted anywhere:
 * repeat it, but not for ever."
 */
START_TEST(a_rename_elsewhere_disturbs_openat2)
{
	const struct open_how_of_5_6 in_root = { O_PATH | O_CLOEXEC, 0,
						 IN_ROOT };
	char folder[] = "/tmp/libseccomp-notify-XXXXXX";
	double end = seconds_now() + 20;
	int disturbed = 0;
	int root = open("/", O_PATH | O_CLOEXEC);
	pid_t renamer;

	if (kernel_version() < KERNEL(5, 6))
		SKIP("the kernel has no openat2(2)");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	renamer = fork_bound();
	if (renamer == 0)
		rename_for_ever(folder);
	while (disturbed < 20 && seconds_now() < end) {
		int fd = (int)syscall(SYS_openat2, root,
				      "proc/../proc/../proc/../proc", &in_root,
				      sizeof(in_root));

		ck_assert(fd >= 0 || errno == EAGAIN);
		disturbed += fd < 0;
		if (fd >= 0)
			close(fd);
	}
	close(root);
	kill(renamer, SIGKILL);
	reap(renamer);
	ck_assert_int_eq(chdir(folder), 0);
	unlink("a");
	unlink("b");
	ck_assert_int_eq(rmdir(folder), 0);
	ck_assert_int_eq(chdir("/"), 0);
	if (disturbed == 0)
		SKIP("no rename disturbed openat2(2) in 20 seconds");
}
END_TEST

#define FORKS 50
#define ANSWERS 20 /* of each child */

/*
 * "After fork(2), the child of a process with threads may call them too, except
 * seccomp_notify_fd()."
 */
START_TEST(children_of_a_threaded_supervisor_supervise_too)
{
	pthread_t threads[SUPERVISORS];
	struct target target = start_supervised(threads, supervise);

	for (int i = 0; i < FORKS; i++) {
		pid_t child = fork_bound();

		if (child == 0) {
			struct seccomp_notif req;
			struct seccomp_notif_resp resp = { 0 };

			for (int n = 0; n < ANSWERS; n++)
				answer_one(target.listener, &req, &resp);
			_exit(0);
		}
		ck_assert_int_eq(reap(child), 0);
	}
	ck_assert_uint_ge(load->answered, (unsigned long)FORKS * ANSWERS);
	end_supervised(&target, threads);
}
END_TEST

static int call_when_told(void *arg)
{
	wait_until_told(arg);
	return call_and_check(&(long){ -ENOSYS });
}

static atomic_int receiver; /* the thread's id, while it may be waiting */

static void *receive_once(void *arg)
{
	struct seccomp_notif *req = arg;
	int listener = (int)req->id; /* the test has stored it there */

	receiver = (int)syscall(SYS_gettid);
	ck_assert_int_eq(seccomp_notify_receive(listener, req), 0);
	receiver = 0;
	return NULL;
}

/*
 * "If the number of the listener is used again in the meantime, the response
 * goes to the wrong listener." "If a thread closes the listener, a receive that
 * waits in another thread still waits." "A signal ends that receive if its
 * handler was installed without SA_RESTART."
 */
START_TEST(a_closed_listener_lives_until_the_receive_that_waits_on_it_ends)
{
	int *told = shared_memory(sizeof(*told));
	/* Started first, so that it does not inherit the listener below. */
	struct target other = start_target(call_with_41, NULL);
	struct target target = start_target(call_when_told, told);
	const int number = target.listener;
	struct seccomp_notif req = { .id = (uint64_t)number };
	struct seccomp_notif_resp resp = { 0 };
	pthread_t thread;

	ck_assert_int_eq(pthread_create(&thread, NULL, receive_once, &req), 0);
	while (!receiver)
		sleep_ms(1);
	wait_for_ioctl(receiver, number);
	close(number);
	sleep_ms(50);
	ck_assert(sleeps_in_call(receiver, SYS_ioctl, number));

	/* The number is another listener's now; the receive keeps its own. */
	ck_assert_int_eq(dup2(other.listener, number), number);
	close(other.listener);
	other.listener = number;
	sleep_ms(50);
	ck_assert(sleeps_in_call(receiver, SYS_ioctl, number));
	*told = 1;
	pthread_join(thread, NULL);
	ck_assert_uint_eq(req.pid, (uint32_t)target.pid);

	/* The listener has ended with the receive: nobody can answer. */
	ck_assert_int_eq(seccomp_notify_id_valid(number, req.id), -ENOENT);
	resp.id = req.id;
	ck_assert_int_eq(seccomp_notify_respond(number, &resp), -ECANCELED);
	ck_assert_int_eq(errno, ENOENT);
	ck_assert_int_eq(wait_for_target(&target), 0);

	answer(number);
	ck_assert_int_eq(end_target(&other), 0);
	munmap(told, sizeof(*told));
}
END_TEST

START_TEST(a_full_descriptor_table_is_no_hindrance)
{
	struct target target = start_target(count_up, NULL);
	struct seccomp_notif *req;
	struct seccomp_notif_resp *resp;
	struct rlimit before;
	struct rlimit none;

	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = before;
	none.rlim_cur = 0;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
	ck_assert_int_eq(open("/dev/null", O_RDONLY | O_CLOEXEC), -1);
	ck_assert_int_eq(errno, EMFILE);

	ck_assert_int_eq(seccomp_notify_alloc(&req, &resp), 0);
	seccomp_notify_free(req, resp);
	for (int i = 0; i < 1000; i++)
		answer(target.listener);
	ck_assert_int_eq(seccomp_notify_fd(NULL), -EINVAL);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &before), 0);
	kill_target(&target);
}
END_TEST

/* All memory that malloc() can still give, as a list. */
static void *exhaust_memory(void)
{
	void **last = NULL;

	for (size_t size = 1 << 20; size >= sizeof(last); size /= 2) {
		void **block;

		while ((block = malloc(size))) {
			*block = last;
			last = block;
		}
	}
	return last;
}

static void free_list(void *last)
{
	while (last) {
		void *before = *(void **)last;

		free(last);
		last = before;
	}
}

static rlim_t measure_address_space(void)
{
	unsigned long pages = 0;
	FILE *file = fopen("/proc/self/statm", "re");

	ck_assert_ptr_nonnull(file);
	ck_assert_int_eq(fscanf(file, "%lu", &pages), 1);
	fclose(file);
	return (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE);
}

/* "-ENOMEM There is not enough memory." */
START_TEST(at_the_address_space_limit_alloc_is_enomem_and_the_others_work)
{
	struct target target;
	struct seccomp_notif *req;
	struct seccomp_notif_resp *resp;
	struct seccomp_notif *no_req;
	struct seccomp_notif_resp *no_resp;
	struct rlimit before;
	struct rlimit small;
	int result;
	int answered;
	void *memory;

	if (__asan_init || __tsan_init)
		SKIP("the sanitizer replaces malloc()");
	target = start_target(count_up, NULL);
	ck_assert_int_eq(seccomp_notify_alloc(&req, &resp), 0);
	ck_assert_int_eq(getrlimit(RLIMIT_AS, &before), 0);
	small = before;
	small.rlim_cur = measure_address_space() + (16 << 20);
	ck_assert_int_eq(setrlimit(RLIMIT_AS, &small), 0);
	/* Check's assertions need memory, so they come later. */
	memory = exhaust_memory();
	result = seccomp_notify_alloc(&no_req, &no_resp);
	for (answered = 0; answered < 1000; answered++) {
		if (seccomp_notify_receive(target.listener, req) != 0 ||
		    seccomp_notify_id_valid(target.listener, req->id) != 0)
			break;
		resp->id = req->id;
		resp->val = (int64_t)req->data.args[0] + 1;
		if (seccomp_notify_respond(target.listener, resp) != 0)
			break;
	}
	free_list(memory);
	ck_assert_int_eq(setrlimit(RLIMIT_AS, &before), 0);
	ck_assert_ptr_nonnull(memory);
	ck_assert_int_eq(result, -ENOMEM);
	ck_assert_ptr_null(no_req);
	ck_assert_ptr_null(no_resp);
	ck_assert_int_eq(answered, 1000);

	ck_assert_int_eq(seccomp_notify_alloc(&no_req, &no_resp), 0);
	seccomp_notify_free(no_req, no_resp);
	seccomp_notify_free(req, resp);
	kill_target(&target);
}
END_TEST

/* /proc/self/status tells whether this process has a filter. */
static bool has_no_filter(void)
{
	char line[256];
	bool none = false;
	FILE *file = fopen("/proc/self/status", "re");

	while (file && fgets(line, sizeof(line), file))
		if (strcmp(line, "Seccomp:\t0\n") == 0)
			none = true;
	if (file)
		fclose(file);
	return none;
}

/*
 * "The target installs the filter on itself and sends the listener to the
 * supervisor in an SCM_RIGHTS message (see unix(7))."
 * "The supervisor carries no filter then."
 */
START_TEST(a_process_without_a_filter_supervises_by_a_listener_from_a_socket)
{
	struct target target;
	int sockets[2];
	pid_t child;

	ck_assert_int_eq(
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets), 0);
	child = fork_bound();
	if (child == 0) {
		int listener = receive_fd(sockets[1]);

		if (listener < 0 || !has_no_filter())
			_exit(1);
		answer_until_gone(listener);
		_exit(0);
	}
	target = start_target(call_with_41, NULL);
	ck_assert_int_eq(send_fd(sockets[0], target.listener), 0);
	ck_assert_int_eq(end_target(&target), 0);
	ck_assert_int_eq(reap(child), 0);
	close(sockets[0]);
	close(sockets[1]);
}
END_TEST

#define NESTED_CALLS 1000

static int call_repeatedly(void *arg)
{
	for (int i = 0; i < NESTED_CALLS; i++)
		if (call_with_41(arg) != 0)
			return 1;
	return 0;
}

/* Each ioctl of this supervisor waits until a second supervisor answers it. */
START_TEST(a_supervisor_may_be_a_target_itself)
{
	const uint32_t requests[] = { (uint32_t)SECCOMP_IOCTL_NOTIF_RECV,
				      (uint32_t)SECCOMP_IOCTL_NOTIF_SEND,
				      (uint32_t)ID_VALID };
	struct target target = start_target(call_repeatedly, NULL);
	struct simulation *trapped = shared_memory(sizeof(*trapped));
	struct rule rules[COUNT(requests)];

	for (size_t i = 0; i < COUNT(requests); i++)
		rules[i] = (struct rule){ SYS_ioctl, 1, requests[i],
					  SECCOMP_RET_USER_NOTIF };
	simulate_kernel(rules, COUNT(rules), answer_simulated, trapped);
	for (int i = 0; i < NESTED_CALLS; i++)
		answer(target.listener);
	ck_assert_int_eq(end_target(&target), 0);
	ck_assert_int_eq(trapped->calls, 3L * NESTED_CALLS);
	munmap(trapped, sizeof(*trapped));
}
END_TEST

TCase *hindered_supervisor_tests(void)
{
	TCase *tests = create_fault_case("hindered_supervisors");

	tcase_add_loop_test(tests, signals_lose_no_call, 0, 2);
	tcase_add_test(tests, an_interrupted_addfd_added_nothing);
	tcase_add_test(tests, a_rename_elsewhere_disturbs_openat2);
	tcase_add_test(tests, children_of_a_threaded_supervisor_supervise_too);
	tcase_add_test(
		tests,
		a_closed_listener_lives_until_the_receive_that_waits_on_it_ends);
	tcase_add_test(tests, a_full_descriptor_table_is_no_hindrance);
	tcase_add_test(
		tests,
		at_the_address_space_limit_alloc_is_enomem_and_the_others_work);
	tcase_add_test(
		tests,
		a_process_without_a_filter_supervises_by_a_listener_from_a_socket);
	tcase_add_test(tests, a_supervisor_may_be_a_target_itself);
	tcase_set_timeout(tests, 300);
	return tests;
}
