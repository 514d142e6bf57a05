#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Compiles the processes that tests of io.ringward.loader drive, into one folder.
# usage: build.sh TARGET_FOLDER
set -eu
sources=$(dirname "$0")
target=$1
compiler=
for candidate in ${CC:-} clang cc gcc; do
	command -v "$candidate" >/dev/null && compiler=$candidate && break
done
[ -n "$compiler" ] || {
	echo "The tests' actor needs a C compiler: apt-get install clang libc6-dev" >&2
	exit 1
}
mkdir -p "$target"
for source in "$sources"/*.c; do
	program=$target/$(basename "$source" .c)
	[ -n "$(find "$program" -newer "$source" 2>/dev/null)" ] && continue
	"$compiler" -O1 -Wall -Wextra -Werror -pthread -o "$program" "$source"
done
