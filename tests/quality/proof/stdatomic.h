/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/*
 * Replaces the compiler's header while src/ is compiled for CBMC. Each atomic
 * access calls proof.c, which may let another thread run before it.
 */
#ifndef PROOF_STDATOMIC_H
#define PROOF_STDATOMIC_H

typedef int atomic_int;
typedef unsigned long atomic_ulong;
enum { memory_order_relaxed };

/* Load, store (the old value is not used) and exchange are one operation. */
unsigned long proof_access(void *object, unsigned long size, int is_write,
			   unsigned long new_value);

#define atomic_load_explicit(object, order) \
	((__typeof__(*(object)))proof_access(object, sizeof(*(object)), 0, 0))
#define atomic_store_explicit(object, value, order)       \
	((void)proof_access(object, sizeof(*(object)), 1, \
			    (unsigned long)(value)))
#define atomic_exchange_explicit(object, value, order)                     \
	((__typeof__(*(object)))proof_access(object, sizeof(*(object)), 1, \
					     (unsigned long)(value)))

#endif
