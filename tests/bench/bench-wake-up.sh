#!/bin/bash
# SPDX-License-Identifier: MIT
# Copyright The libseccomp-notify authors
# bench-wake-up: Tell in ten seconds whether synchronous wake-up pays here
# Packages: gcc libc6-dev make
# Measures one target and one supervisor that do no work, or that both work
# between two calls. The two settings take turns.
. "$(dirname "$0")/../lib/common.sh"
unset SECCOMP_NOTIFY_SYNC_WAKE_UP LD_PRELOAD
build=build/bench
turns=7
ms=150

make -s "$build/bench-ours"
pace=$("$build/bench-ours")

# rates WORK SETTING: round trips a second, a line for each turn.
rates() {
	SECCOMP_NOTIFY_SYNC_WAKE_UP=$2 "$build/bench-ours" 1 1 all "$ms" \
		$(($1 * pace)) $(($1 * pace)) | cut -d ' ' -f 1
}

median() {
	sort -n | sed -n "$(((turns + 1) / 2))p"
}

echo "Round trips a second of one target and one supervisor, $(nproc) processors:"
for us in 0 10 100; do
	off='' on=''
	for ((turn = 0; turn < turns; turn++)); do
		off+=$(rates $us 0)$'\n'
		on+=$(rates $us 1)$'\n'
	done
	awk -v us="$us" -v off="$(median <<<"${off%$'\n'}")" \
		-v on="$(median <<<"${on%$'\n'}")" 'BEGIN {
		printf "%4d us of work: %7.0f without synchronous wake-up, %7.0f with it: ",
			us, off, on
		if (on > 1.05 * off)
			printf "switch it on, it is %.2f times as fast\n", on / off
		else if (off > 1.05 * on)
			printf "leave it off, which is %.2f times as fast\n", off / on
		else
			print "no difference"
	}'
done
