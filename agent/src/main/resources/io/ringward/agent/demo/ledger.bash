# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# A small program of the demo with a steady life: a few connections a second to one port, now and then a child. Told "odd" it
# does what it never did: 20 other ports and 12 children a second, for 150 s at most. 300 s at most
# until it is told.
port=$1
mode=ordinary
pause() {
  if read -r -t "$1" line; then
    [ "$line" = odd ] && mode=odd
  else
    [ $? -gt 128 ] || exit 0
  fi
}
read -r _ || exit 0
while ((SECONDS < 300)) && [ $mode = ordinary ]; do
  : 3<>"/dev/tcp/127.0.0.1/$port"
  ((RANDOM % 3)) || : 3<>"/dev/tcp/127.0.0.1/$port"
  ((RANDOM % 5)) || (:)
  pause "0.2$((RANDOM % 10))"
done
SECONDS=0
while ((SECONDS < 150)); do
  for ((i = 1; i <= 20; i++)); do
    : 3<>"/dev/tcp/127.0.0.1/$((port + i))"
    ((i % 2)) || (:)
    pause 0.04
  done
done
