#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Compiles the BPF objects that the tests of io.ringward.bpf load.
# usage: build.sh SOURCE_FOLDER TARGET_FOLDER
set -eu
sources=$1
target=$2
clang=${CLANG:-clang}
command -v "$clang" >/dev/null || {
	echo "The tests' BPF programs need clang: apt-get install clang libbpf-dev" >&2
	exit 1
}
[ -e /usr/include/bpf/bpf_helpers.h ] || {
	echo "The tests' BPF programs need libbpf's headers: apt-get install libbpf-dev" >&2
	exit 1
}
mkdir -p "$target"
# asm/types.h lies in the folder of the host's architecture.
multiarch=/usr/include/$(uname -m)-linux-gnu
case $(uname -m) in
x86_64) arch=x86 ;;
aarch64) arch=arm64 ;;
*) arch=$(uname -m) ;;
esac
for source in "$sources"/*.bpf.c; do
	object=$target/$(basename "$source" .c).o
	[ -n "$(find "$object" -newer "$source" -newer "$0" 2>/dev/null)" ] && continue
	"$clang" -target bpf -g -O2 -mcpu=v3 -Wall -Werror -D__TARGET_ARCH_"$arch" \
		-isystem "$multiarch" -c "$source" -o "$object"
done
