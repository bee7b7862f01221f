/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/*
 * A proof by the model checker CBMC that the library keeps its promises for
 * every answer that a kernel can give. proof.sh runs it.
 *
 * Each prove_...() calls one function of the library with arbitrary arguments,
 * and prove_alloc() also calls seccomp_notify_free().
 * The system calls that the function makes arrive here, in syscall(), which
 * checks them and answers with an arbitrary result. An assertion quotes the
 * words of <seccomp.h> that it proves, or says what it checks in addition.
 */
#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

#include <seccomp.h>

/* The words of the header's comments that the condition proves. */
#define PROMISE(condition, words) __CPROVER_assert(condition, words)
/* What the condition proves in addition. */
#define PROVE(condition, what) __CPROVER_assert(condition, what)
#define ASSUME(condition) __CPROVER_assume(condition)
/* Asserts the opposite, and proof.sh checks that this fails in some run. */
#define REACH(condition, what) __CPROVER_assert(!(condition), "reach: " what)

#define ID_VALID SECCOMP_IOW(2, __u64)
#define ID_VALID_BEFORE_5_9 SECCOMP_IOR(2, __u64)
#define SET_FLAGS SECCOMP_IOW(4, __u64)

bool nondet_bool(void);
int nondet_int(void);
char nondet_char(void);
uint16_t nondet_u16(void);
uint64_t nondet_u64(void);
unsigned int nondet_unsigned(void);
unsigned long nondet_ulong(void);
size_t nondet_size(void);
struct seccomp_notif nondet_notification(void);
struct seccomp_notif_resp nondet_response(void);

/* --- The kernel -------------------------------------------------------------
 *
 * It interrupts a call at most this many times in a row. The loop that retries
 * keeps nothing from one turn to the next, so more turns would prove no more.
 */
#define INTERRUPTIONS 3

static int last_errno;
static struct seccomp_notif_sizes sizes; /* what it reports */
static struct seccomp_notif notification;
static struct seccomp_notif_resp *sent;
static int listener;
static uint64_t asked_id;

/* What the library has done. */
static struct {
	unsigned int sizes, receive, send, valid, valid_old, others;
	unsigned int set_flags; /* without those that were interrupted */
	long result;		/* of the last call */
	int error;
	int receive_error;
	int valid_error; /* of the last call with the number of Linux 5.9 */
} seen;

int *__errno_location(void)
{
	return &last_errno;
}

static long fail_or(long success)
{
	seen.result = nondet_bool() ? success : -1;
	if (seen.result < 0) {
		seen.error = nondet_int();
		ASSUME(seen.error > 0 && seen.error < 4096);
		errno = seen.error;
	}
	return seen.result;
}

static bool two_threads;
static bool read_once;
static unsigned long wanted; /* what was read from the environment */
static unsigned int interrupted;

static long fail_or_interrupt(void)
{
	long result = fail_or(0);

	interrupted = result < 0 && errno == EINTR ? interrupted + 1 : 0;
	/* Interruptions are tried with one thread only. */
	ASSUME(interrupted <= (two_threads ? 0 : INTERRUPTIONS));
	return result;
}

static bool all_zero(const void *memory, size_t size)
{
	size_t at = nondet_size();

	return at >= size || ((const char *)memory)[at] == 0;
}

static long ioctl_on_listener(int fd, unsigned long request, uintptr_t arg)
{
	PROVE(fd == listener, "no system call but ioctl(2) on fd");
	PROVE(request <= UINT32_MAX,
	      "the request is not sign-extended: filters compare 64 bits");
	if (request == SECCOMP_IOCTL_NOTIF_RECV) {
		struct seccomp_notif *req = (struct seccomp_notif *)arg;

		seen.receive++;
		PROVE(__CPROVER_w_ok(req, sizeof(*req)),
		      "the kernel can write the whole request");
		PROMISE(all_zero(req, sizeof(*req)),
			"The function overwrites whatever req contains, so the buffer need not be cleared.");
		if (fail_or(0) == 0)
			*req = notification;
		seen.receive_error = seen.result < 0 ? errno : 0;
		return seen.result;
	}
	if (request == SECCOMP_IOCTL_NOTIF_SEND) {
		seen.send++;
		PROMISE((void *)arg == (void *)sent,
			"answers the notification that has the id in resp.");
		return fail_or_interrupt();
	}
	if (request == ID_VALID || request == ID_VALID_BEFORE_5_9) {
		PROMISE(__CPROVER_r_ok((uint64_t *)arg, sizeof(uint64_t)) &&
				*(uint64_t *)arg == asked_id,
			"checks whether the notification with this id has been received and still waits for its response");
		fail_or_interrupt();
		if (request == ID_VALID) {
			seen.valid++;
			seen.valid_error = seen.result < 0 ? errno : 0;
		} else {
			seen.valid_old++;
		}
		return seen.result;
	}
	PROVE(request == SET_FLAGS, "no other request");
	PROVE(arg == 1, "the flag is the one of synchronous wake-up");
	fail_or_interrupt();
	seen.set_flags += interrupted == 0;
	return seen.result;
}

long syscall(long number, ...)
{
	va_list args;
	long result = -1;

	va_start(args, number);
	if (number == SYS_ioctl) {
		int fd = va_arg(args, int);
		unsigned long request = va_arg(args, unsigned long);

		result =
			ioctl_on_listener(fd, request, va_arg(args, uintptr_t));
	} else if (number == SYS_seccomp) {
		unsigned int operation = va_arg(args, unsigned int);
		unsigned int flags = va_arg(args, unsigned int);
		struct seccomp_notif_sizes *to =
			va_arg(args, struct seccomp_notif_sizes *);

		seen.sizes++;
		PROVE(operation == SECCOMP_GET_NOTIF_SIZES && flags == 0,
		      "asks the kernel for the sizes, and nothing else");
		result = fail_or(0);
		if (result == 0)
			*to = sizes;
	} else {
		seen.others++;
		PROVE(false, "no other system call");
	}
	va_end(args);
	return result;
}

/* --- The C library ----------------------------------------------------------
 *
 * calloc(3) may fail, by the option --malloc-may-fail. calloc(3) and free(3)
 * may change errno. names.h makes src/ call the functions here instead.
 */
static int allocated;
static bool refused;

void *proof_calloc(size_t count, size_t size)
{
	void *memory = calloc(count, size);

	last_errno = nondet_int();
	if (memory)
		allocated++;
	else
		refused = true;
	return memory;
}

void proof_free(void *memory)
{
	last_errno = nondet_int();
	free(memory);
}

/* The variable is unset, empty, or has up to two characters. */
static char value[3];
static bool value_is_set;
static unsigned int reads;

char *secure_getenv(const char *name)
{
	const char variable[] = "SECCOMP_NOTIFY_SYNC_WAKE_UP";

	for (size_t i = 0; i < sizeof(variable); i++)
		PROVE(name[i] == variable[i], "reads that variable alone");
	reads++;
	return value_is_set ? value : NULL;
}

/* --- The proofs -------------------------------------------------------------
 */

/* A listener's ids count up by one. Those of another listener are far away. */
static bool far_away(uint64_t one, uint64_t other)
{
	return one - other > 3 << 16 && other - one > 3 << 16;
}

static void begin(void)
{
	sizes.seccomp_notif = nondet_u16();
	sizes.seccomp_notif_resp = nondet_u16();
	sizes.seccomp_data = nondet_u16();
	notification = nondet_notification();
	/*
	 * The library's table begins with zeros, so ids in block 0 (a block is
	 * 65,536 ids) and in its neighbours look like those of a listener that
	 * already has the flag. These are few of 2^48 blocks, and ids begin at
	 * random.
	 */
	ASSUME(far_away(notification.id, 0));
	listener = nondet_int();
	value[0] = nondet_char();
	value[1] = nondet_char();
	value_is_set = nondet_bool();
	wanted = nondet_ulong();
	last_errno = nondet_int();
}

static unsigned int calls(void)
{
	return seen.sizes + seen.receive + seen.send + seen.valid +
	       seen.valid_old + seen.set_flags + seen.others;
}

void prove_alloc(void)
{
	struct seccomp_notif *req = (struct seccomp_notif *)nondet_u64();
	struct seccomp_notif_resp *resp =
		(struct seccomp_notif_resp *)nondet_u64();
	bool want_req = nondet_bool();
	bool want_resp = nondet_bool();
	int rc;
	int saved;

	begin();
	rc = seccomp_notify_alloc(want_req ? &req : NULL,
				  want_resp ? &resp : NULL);
	PROMISE(allocated <= want_req + want_resp &&
			(rc != 0 || allocated == want_req + want_resp),
		"If req or resp is NULL, that buffer is not allocated.");
	PROVE(calls() == 1 && seen.sizes == 1, "one system call is made");
	PROMISE(rc == 0 || rc == -EOPNOTSUPP || rc == -ECANCELED ||
			rc == -EFAULT || rc == -ENOMEM,
		"Returns 0 on success, or one of these negative values on failure:");
	if (seen.result < 0) {
		PROMISE((rc == -EOPNOTSUPP) ==
				(seen.error == EINVAL || seen.error == ENOSYS),
			"-EOPNOTSUPP The kernel does not support notifications, or a filter makes seccomp(2) fail with EINVAL or ENOSYS.");
		PROMISE(rc == -EOPNOTSUPP ||
				(rc == -ECANCELED && errno == seen.error),
			"-ECANCELED The system call failed, and errno tells why.");
	} else {
		bool zero = sizes.seccomp_notif == 0 ||
			    sizes.seccomp_notif_resp == 0;

		PROMISE((rc == -EFAULT) == zero,
			"-EFAULT The kernel reports a size of zero.");
		PROMISE(zero || (rc == -ENOMEM) == refused,
			"-ENOMEM There is not enough memory.");
	}
	if (rc != 0) {
		PROMISE((!want_req || !req) && (!want_resp || !resp),
			"If seccomp_notify_alloc() fails, it sets *req and *resp to NULL");
	} else {
		if (want_req) {
			PROVE(__CPROVER_w_ok(req, sizes.seccomp_notif) &&
				      __CPROVER_w_ok(req, sizeof(*req)),
			      "memory of the larger size for the request");
			PROMISE(all_zero(req, sizeof(*req)) &&
					all_zero(req, sizes.seccomp_notif),
				"allocates one of each, filled with zeros.");
		}
		if (want_resp) {
			PROVE(__CPROVER_w_ok(resp, sizes.seccomp_notif_resp) &&
				      __CPROVER_w_ok(resp, sizeof(*resp)),
			      "memory of the larger size for the response");
			PROMISE(all_zero(resp, sizeof(*resp)) &&
					all_zero(resp,
						 sizes.seccomp_notif_resp),
				"allocates one of each, filled with zeros.");
		}
	}
	REACH(rc == 0 && want_req && want_resp, "success");
	REACH(rc == -EOPNOTSUPP, "-EOPNOTSUPP");
	REACH(rc == -ECANCELED, "-ECANCELED");
	REACH(rc == -EFAULT, "-EFAULT");
	REACH(rc == -ENOMEM && want_req && want_resp, "-ENOMEM");

	saved = nondet_int();
	last_errno = saved;
	if (want_req && want_resp && nondet_bool()) {
		seccomp_notify_free(req, resp);
	} else {
		seccomp_notify_free(want_req ? req : NULL, NULL);
		seccomp_notify_free(NULL, want_resp ? resp : NULL);
	}
	PROMISE(errno == saved, "The function does not change errno.");
	PROVE(calls() == 1, "free makes no system call");
	/* --memory-leak-check proves that free gives all memory back. */
}

void prove_receive(void)
{
	struct {
		struct seccomp_notif req;
		uint64_t after;
	} buffer;
	uint64_t after = buffer.after;
	bool null = nondet_bool();
	size_t at = nondet_size();
	int before;
	int rc;

	begin();
	before = errno;
	rc = seccomp_notify_receive(listener, null ? NULL : &buffer.req);
	if (null) {
		PROMISE(rc == -ECANCELED && errno == EFAULT && calls() == 0,
			"EFAULT req is NULL.");
		return;
	}
	PROMISE(seen.receive == 1,
		"If a signal handler runs during the wait, the function fails with EINTR.");
	PROMISE(rc == (seen.receive_error ? -ECANCELED : 0),
		"Returns 0 on success, or -ECANCELED with errno set:");
	PROVE(buffer.after == after, "nothing behind the request is written");
	if (rc != 0) {
		PROMISE(errno == seen.receive_error,
			"-ECANCELED with errno set:");
		PROVE(calls() == 1 && reads == 0,
		      "a receive that fails does nothing else");
	} else {
		ASSUME(at < sizeof(notification));
		PROMISE(((char *)&buffer.req)[at] ==
				((char *)&notification)[at],
			"waits for a notification on the listener fd and stores it in req.");
		PROVE(errno == before, "a receive that succeeds keeps errno");
		PROVE(seen.set_flags ==
			      (value_is_set && value[0] == '1' && !value[1]),
		      "the flag is set once, if the variable is 1");
	}
	REACH(rc == 0 && seen.set_flags == 0, "success");
	REACH(rc == 0 && seen.set_flags == 1, "success with the flag set");
	REACH(rc != 0 && errno == EINTR, "EINTR");
	REACH(rc != 0 && errno == ENOENT, "ENOENT");
}

void prove_respond(void)
{
	struct seccomp_notif_resp resp = nondet_response();
	struct seccomp_notif_resp before = resp;
	int rc;

	begin();
	sent = nondet_bool() ? NULL : &resp;
	rc = seccomp_notify_respond(listener, sent);
	PROVE(calls() == seen.send && seen.send > 0,
	      "a response makes no other request");
	PROMISE(rc == (seen.result < 0 ? -ECANCELED : 0),
		"Returns 0 on success, or -ECANCELED with errno set:");
	PROMISE(rc == 0 || errno == seen.error, "-ECANCELED with errno set:");
	PROMISE(rc == 0 || errno != EINTR,
		"The function sends the response even if a signal arrives.");
	PROVE(resp.id == before.id && resp.val == before.val &&
		      resp.error == before.error && resp.flags == before.flags,
	      "the response is not changed");
	REACH(rc == 0 && seen.send == 1, "success");
	REACH(rc == 0 && seen.send == 1 + INTERRUPTIONS, "success at last");
	REACH(rc != 0 && errno == ENOENT && seen.send == 1, "failure");
	REACH(rc != 0 && !sent, "failure without a response");
}

void prove_id_valid(void)
{
	int rc;

	begin();
	asked_id = nondet_u64();
	rc = seccomp_notify_id_valid(listener, asked_id);
	PROVE(calls() == seen.valid + seen.valid_old && seen.valid > 0,
	      "a question makes no other request");
	PROVE((seen.valid_old > 0) == (seen.valid_error == EINVAL),
	      "the number before Linux 5.9 is tried after EINVAL alone");
	PROMISE(rc == (seen.result < 0 ? -ENOENT : 0),
		"returns 0 if the notification waits for its response, or -ENOENT");
	PROMISE(rc == 0 || errno == seen.error, "-ENOENT with errno set:");
	PROMISE(rc == 0 || errno != EINTR,
		"A signal that arrives during this function does not change the result.");
	REACH(rc == 0 && seen.valid == 1 && !seen.valid_old, "success");
	REACH(rc == 0 && seen.valid_old == 1, "success before Linux 5.9");
	REACH(rc != 0 && seen.valid_old == 1 && errno == ENOENT, "old failure");
	REACH(rc == 0 && seen.valid == 1 + INTERRUPTIONS, "success at last");
}

/* --- Synchronous wake-up, in two threads ------------------------------------
 *
 * This tries every order in which the atomic accesses of two threads can take
 * place. The threads run one after the other, but time is divided into rounds.
 * In each round, thread 0 makes some of its accesses, and then thread 1 makes
 * some of its own. The value of an object at the start of a later round is
 * guessed. Thread 0 works on the guesses, and thread 1 on what thread 0 has
 * left. At the end, all runs in which a guess was wrong are dropped. A thread
 * makes at most ACCESSES accesses, so ACCESSES rounds are enough for every
 * order in which thread 0 comes first. The other orders are the same with the
 * arguments exchanged.
 *
 * C11 orders all accesses to one object, relaxed ones too, and no result
 * depends on the order of accesses to two different objects. What was read from
 * the environment is another object: a thread may find it read already, or not.
 */
#define ACCESSES 2
#define ROUNDS ACCESSES
#define ENTRIES 2 /* of the table: one for each thread */

static struct {
	void *address;
	unsigned long value[ROUNDS];
	unsigned long guess[ROUNDS];
} entries[ENTRIES];
static unsigned int round;
static unsigned int accesses;

unsigned long proof_access(void *object, unsigned long size, int is_write,
			   unsigned long new_value)
{
	unsigned int now = nondet_unsigned();
	unsigned int at = 0;
	unsigned long old;

	if (size == sizeof(int)) {
		if (is_write) {
			ASSUME(new_value == wanted);
			read_once = true;
		}
		return (read_once || two_threads) && nondet_bool() ?
			       wanted :
			       -1UL; /* not read yet */
	}
	PROVE(++accesses <= ACCESSES,
	      "a receive makes no more atomic accesses than the proof assumes");
	if (entries[0].address && entries[0].address != object)
		at = 1;
	PROVE(!entries[at].address || entries[at].address == object,
	      "a receive uses no more entries than the proof assumes");
	entries[at].address = object;
	ASSUME(now >= round && now < ROUNDS);
	round = two_threads ? now : 0;
	old = entries[at].value[round];
	if (is_write)
		entries[at].value[round] = new_value;
	return old;
}

static void receive_in_thread(int fd, uint64_t id)
{
	struct seccomp_notif req;

	round = 0;
	accesses = 0;
	listener = fd;
	notification.id = id;
	ASSUME(seccomp_notify_receive(fd, &req) == 0);
}

void prove_wake_up(void)
{
	int fd[2] = { nondet_int(), nondet_int() };
	uint64_t id[2] = { nondet_u64(), nondet_u64() };
	uint64_t before = nondet_u64(); /* last seen on the descriptors */
	unsigned int sets[2];

	begin();
	two_threads = true;
	value[0] = '1';
	value[1] = '\0';
	value_is_set = true;
	for (unsigned int i = 0; i < ENTRIES; i++) {
		entries[i].guess[1] = nondet_ulong();
		entries[i].value[1] = entries[i].guess[1];
		entries[i].value[0] = before >> 16;
	}

	receive_in_thread(fd[0], id[0]);
	sets[0] = seen.set_flags;
	receive_in_thread(fd[1], id[1]);
	sets[1] = seen.set_flags - sets[0];
	ASSUME(read_once);
	for (unsigned int i = 0; i < ENTRIES; i++)
		ASSUME(entries[i].value[0] == entries[i].guess[1]);

	PROVE(sets[0] <= 1 && sets[1] <= 1,
	      "a receive sets the flag once at most");
	if (far_away(before, id[0]) && far_away(before, id[1])) {
		bool same = !far_away(id[0], id[1]);

		PROVE(sets[0] + sets[1] >= 1 && (same || sets[0] && sets[1]),
		      "each listener that the process receives from is set");
		PROVE(!(fd[0] == fd[1] && id[0] >> 16 == id[1] >> 16) ||
			      sets[0] + sets[1] == 1,
		      "two threads set the flag of one listener once");
	}
	PROVE(fd[0] != fd[1] || id[0] >> 16 != before >> 16 ||
		      id[1] >> 16 != before >> 16 || sets[0] + sets[1] == 0,
	      "a listener that is set is not set again");
	REACH(sets[0] == 1 && sets[1] == 1, "both threads set the flag");
	REACH(sets[0] == 0 && sets[1] == 1, "thread 1 sets the flag");
	REACH(sets[0] == 1 && sets[1] == 0, "thread 0 sets the flag");
	REACH(fd[0] == fd[1] && sets[0] == 1 && sets[1] == 0 && round == 1,
	      "the threads take turns");
}

/* --- The libseccomp of the caller --------------------------------------------
 *
 * Up to OBJECTS objects are loaded. Each defines seccomp_notify_fd() and
 * seccomp_init(), only one of them, or neither. proof.sh replaces the search in
 * an object's symbol table by proof_find(), because this proof is not about
 * that search.
 */
#define OBJECTS 3

static struct {
	ElfW(Phdr) header[2];
	char text[8]; /* where its functions are */
	bool has_fd, has_init;
} object[OBJECTS];
static size_t objects;
static const char text_of_nobody[8];
static void *context;
static unsigned int asked; /* how many libseccomps */
static size_t asked_object;
static int libseccomps_answer;
static size_t callers_object; /* none of them if >= objects */
static size_t next_object;

static int answer_of(size_t number, void *ctx)
{
	PROVE(ctx == context, "libseccomp gets the caller's context");
	asked++;
	asked_object = number;
	return libseccomps_answer;
}

static int fd_of_0(void *ctx)
{
	return answer_of(0, ctx);
}

static int fd_of_1(void *ctx)
{
	return answer_of(1, ctx);
}

static int fd_of_2(void *ctx)
{
	return answer_of(2, ctx);
}

/* The base of an object is its number. */
uintptr_t proof_find(uintptr_t base, const ElfW(Dyn) * dynamic,
		     const char *name)
{
	static int (*const functions[OBJECTS])(void *) = { fd_of_0, fd_of_1,
							   fd_of_2 };
	bool init = name[8] == 'i';

	(void)dynamic;
	PROVE(name[7] == '_' && (init || name[8] == 'n'),
	      "only seccomp_notify_fd() and seccomp_init() are looked up");
	if (init)
		return object[base].has_init ? (uintptr_t)object[base].text : 0;
	return object[base].has_fd ? (uintptr_t)functions[base] : 0;
}

static void load(size_t number)
{
	object[number].has_fd = nondet_bool();
	object[number].has_init = nondet_bool();
	object[number].header[0].p_type = PT_LOAD;
	object[number].header[0].p_vaddr =
		(uintptr_t)object[number].text - number;
	object[number].header[0].p_memsz = sizeof(object[number].text);
	object[number].header[1].p_type = PT_DYNAMIC;
}

int dl_iterate_phdr(int (*callback)(struct dl_phdr_info *, size_t, void *),
		    void *data)
{
	int result = 0;

	for (size_t i = 0; i < objects && result == 0; i++) {
		struct dl_phdr_info info = { .dlpi_addr = i,
					     .dlpi_phdr = object[i].header,
					     .dlpi_phnum = 2 };

		result = callback(&info, sizeof(info), data);
	}
	return result;
}

void *dlsym(void *handle, const char *name)
{
	PROVE(handle == RTLD_NEXT && name[8] == 'i',
	      "only the next seccomp_init() is looked up by dlsym(3)");
	return next_object < objects ? object[next_object].text + 1 : NULL;
}

void *dlopen(const char *file, int mode)
{
	(void)file;
	(void)mode;
	PROMISE(false,
		"The function calls the libseccomp that is in the process, and never loads one.");
	return NULL;
}

void *proof_return_address(int level)
{
	(void)level;
	return callers_object < objects ? object[callers_object].text + 1 :
					  (void *)text_of_nobody;
}

static bool is_libseccomp(size_t number)
{
	return number < objects && object[number].has_fd &&
	       object[number].has_init;
}

void prove_fd(void)
{
	size_t libseccomps = 0;
	size_t expected = OBJECTS;
	int fd;

	begin();
	objects = nondet_size();
	ASSUME(objects <= OBJECTS);
	for (size_t i = 0; i < objects; i++)
		load(i);
	context = nondet_bool() ? NULL : &last_errno;
	libseccomps_answer = nondet_int();
	callers_object = nondet_size();
	next_object = nondet_size();
	/* dlsym(3) finds only an object that defines the function. */
	ASSUME(next_object >= objects || object[next_object].has_init);
	for (size_t i = 0; i < objects; i++)
		libseccomps += is_libseccomp(i);

	fd = seccomp_notify_fd(context);

	PROVE(calls() == 0, "seccomp_notify_fd() makes no system call");
	PROVE(asked <= 1 && (!asked || is_libseccomp(asked_object)),
	      "one libseccomp is asked, and never a copy of this library");
	PROMISE(asked || fd == -EINVAL,
		"If there is no libseccomp in the process, no filter context can exist, and the result is -EINVAL.");
	PROVE(asked == (context && libseccomps > 0),
	      "a libseccomp that is loaded is asked");
	PROMISE(!asked || fd == (libseccomps_answer >= 0 ? libseccomps_answer :
				 libseccomps_answer == -EINVAL ? -EINVAL :
								 -1),
		"seccomp_notify_fd() returns the listener, -1 if there is none, or -EINVAL if ctx is not a filter context.");
	/* The first one at or after the caller's object, or else the first. */
	if (libseccomps == 1 || next_object >= objects) {
		for (size_t i = OBJECTS; i-- > 0;)
			if (is_libseccomp(i))
				expected = i;
		if (callers_object < objects)
			for (size_t i = OBJECTS; i-- > callers_object;)
				if (is_libseccomp(i))
					expected = i;
		PROVE(!asked || asked_object == expected,
		      "the caller's own libseccomp is asked first");
	}
	REACH(fd >= 0, "a listener");
	REACH(fd == -1, "-1");
	REACH(fd == -EINVAL && asked, "-EINVAL of libseccomp");
	REACH(asked && asked_object == 2 && libseccomps == 2, "the second");
	REACH(asked && libseccomps == 3 && next_object == 1, "the next");
}
