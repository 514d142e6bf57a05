# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# A program of the demo that does the one thing that a rule forbids it: it connects to a port. And to the next one, which
# no rule forbids, and which a verdict on it refuses all the same. 150 s at most.
port=$1
pause() { read -r -t "$1" _ || [ $? -gt 128 ] || exit 0; }
read -r _ || exit 0
while ((SECONDS < 150)); do
  : 3<>"/dev/tcp/127.0.0.1/$port"
  : 3<>"/dev/tcp/127.0.0.1/$((port + 1))"
  pause 0.2
done
