#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Compiles the process that tests of io.ringward.loader drive.
# usage: build.sh TARGET_FILE
set -eu
source=$(dirname "$0")/actor.c
target=$1
compiler=
for candidate in ${CC:-} clang cc gcc; do
	command -v "$candidate" >/dev/null && compiler=$candidate && break
done
[ -n "$compiler" ] || {
	echo "The tests' actor needs a C compiler: apt-get install clang libc6-dev" >&2
	exit 1
}
[ -n "$(find "$target" -newer "$source" 2>/dev/null)" ] && exit 0
mkdir -p "$(dirname "$target")"
"$compiler" -O1 -Wall -Wextra -Werror -pthread -o "$target" "$source"
