#!/bin/bash
# SPDX-License-Identifier: MIT
# Copyright The libseccomp-notify authors
# Checks that each sentence of the manual pages and of the header is proved: a
# comment of a test quotes it, whole or in parts. `sentences.sh --where` prints
# a line for each sentence, with the tests that prove it.
cd "$(dirname "$0")/../.." || exit 1
exec python3 tests/quality/sentences.py "$@"
