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
 * Since Linux 6.11, a receive fails with ENOENT when the last target dies. On
 * older kernels it waits for ever.
 */
bool receive_ends_with_the_last_target(void);

/* A case whose tests each leave memory and descriptors as they were. */
TCase *create_fault_case(const char *name);

/* The same checks for a process that a test starts. */
void count_before(void);
void assert_as_before(void);

/* Up to this many microseconds. */
void sleep_randomly(unsigned int limit);

/* Body: calls with 0, 1, 2, ...; each call must return its argument plus 1. */
int count_up(void *arg);
/* Body: one call with 41, which must return 42. */
int call_with_41(void *arg);
/* The same body, as a program of its own: this program with this argv[1]. */
#define CALL_WITH_41 "call-with-41"

/* Receives a call of the target and answers with its argument plus 1. */
void answer(int listener);

/* The target died or left the call: the id is no longer valid. */
void assert_no_such_notification(int listener, uint64_t id);

/* The last target has died. */
void assert_no_target_is_left(int listener);

/* Answers while there is a target. */
void answer_until_gone(int listener);

TCase *killed_target_tests(void);
TCase *hindered_supervisor_tests(void);
TCase *changing_target_tests(void);

#endif
