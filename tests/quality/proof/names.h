/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/* Included before each file of src/, so that it calls proof.c, not libc. */
#define calloc proof_calloc
#define free proof_free
#define __builtin_return_address proof_return_address

void *proof_return_address(int level);
