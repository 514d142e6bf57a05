#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Compiles the kernel programs and links them into one object.
#   compile.sh OUTPUT      where the object goes, e.g. target/bpf/io/ringward/kernel/ringward.bpf.o
# Needs clang, llvm, bpftool and the headers of libbpf and Linux, at build time only.
set -eu
cd "$(dirname "$0")"
output=$1
source=src/main/c
work=target/bpf-objects
PATH=$PATH:/usr/sbin:/sbin # Debian's bpftool lives there

problems=0
problem() { echo "compile.sh: $*" >&2; problems=1; }
for tool in clang:clang llvm-strip:llvm bpftool:bpftool; do
  command -v "${tool%:*}" >/dev/null || problem "${tool%:*} is missing: apt-get install ${tool#*:}"
done
[ -e /usr/include/bpf/bpf_core_read.h ] || problem "libbpf's headers are missing: apt-get install libbpf-dev"
[ -e /usr/include/linux/bpf.h ] || problem "Linux's headers are missing: apt-get install linux-libc-dev"
[ $problems = 0 ] || exit 1

if [ -e "$output" ] && [ -z "$(find "$source" compile.sh -newer "$output" -print -quit)" ]; then
  exit 0
fi
# Versions of clang-format differ in taste: only the one that the style was written for may complain.
if [ -e ../.clang-format ] && command -v clang-format >/dev/null && clang-format --version | grep -q 'version 14\.'; then
  clang-format --dry-run -Werror "$source"/*.c "$source"/include/ringward/*.h || {
    echo "compile.sh: format with: clang-format -i bpf-programs/$source/*.c bpf-programs/$source/include/ringward/*.h" >&2
    exit 1
  }
fi
mkdir -p "$work" "$(dirname "$output")"
rm -f "$work"/*.o
# asm/types.h is in the folder of the build machine's architecture; it is the same for all here.
# mcpu=v3: compare-and-exchange. BPF_PROG() hands every program a context that few use.
for file in "$source"/*.bpf.c; do
  clang -target bpf -g -O2 -mcpu=v3 -Wall -Wextra -Werror -Wno-unused-parameter \
    -I "$source/include" -idirafter "/usr/include/$(uname -m)-linux-gnu" \
    -c "$file" -o "$work/$(basename "$file" .c).o"
done
# The definitions of the maps before their uses: bpftool 7.1 loses those that come after.
rest=
for object in "$work"/*.bpf.o; do
  [ "$object" = "$work/maps.bpf.o" ] || rest="$rest $object"
done
# shellcheck disable=SC2086
bpftool gen object "$work/linked.o" "$work/maps.bpf.o" $rest
llvm-strip -g "$work/linked.o" # DWARF only: BTF stays
mv "$work/linked.o" "$output"
