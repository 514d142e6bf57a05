# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# A port scanner of the demo: knocks at 130 loopback ports, one after the other, 150 s at most. What the kernel answers goes to
# standard error, in bash's own words. Ends when standard input ends, so that it never outlives the demo.
first=$1
pause() { read -r -t "$1" _ || [ $? -gt 128 ] || exit 0; }
read -r _ || exit 0
while ((SECONDS < 150)); do
  for ((port = first; port < first + 130; port++)); do
    : 3<>"/dev/tcp/127.0.0.1/$port"
    pause 0.004
  done
done
