# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# A fork storm of the demo: children that do nothing, as fast as they come, 50 at once, 20,000 and a minute at most.
# Says how many there were so far. Where the kernel refuses a fork, bash says so itself on standard error.
read -r _ || exit 0
forks=0 SECONDS=0
while ((SECONDS < 60 && forks < 20000)); do
  for ((i = 0; i < 50; i++)); do
    (:) &
  done
  wait
  ((forks += 50))
  echo "forks $forks"
  read -r -t 0.001 _ || [ $? -gt 128 ] || exit 0
done
