/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/*
 * What the fault tests share. After each of them, memory and descriptors are
 * checked to be as they were before it.
 */
#ifndef FAULTS_H
#define FAULTS_H

#include "harness.h"

/*
 * From Linux 6.11 on a receive whose last target dies gives ENOENT; on older
 * kernels it waits for ever.
 */
bool receive_ends_with_the_last_target(void);

/* For a process of its own that a test makes: what is checked after each. */
void count_before(void);
void assert_as_before(void);

/* Up to this many microseconds. */
void sleep_randomly(unsigned int limit);

/* Body: calls with 0, 1, 2, ... until it is killed; each must give one more. */
int body_count_up(void *arg);
/* Body: one call with 41, which must give 42. */
int body_call_with_41(void *arg);
/* The same, as a program: argv[1] of this one. */
#define CALL_WITH_41 "call-with-41"

/* Receives a call of the target and answers with one more. */
void answer(int listener);

/* The target died or left the call: the id is of no use. */
void assert_no_such_notification(int listener, uint64_t id);

/* The last one has died. */
void assert_no_target_is_left(int listener);

/* Answers while there is a target. */
void answer_until_gone(int listener);

TCase *kill_fault_tests(void);
TCase *supervisor_fault_tests(void);
TCase *target_fault_tests(void);

#endif
