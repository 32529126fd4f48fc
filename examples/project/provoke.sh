#!/bin/sh
# A crash of LKDTM (drivers/misc/lkdtm): `sh provoke.sh WARNING`; the file lists them all.
set -e
crash=/sys/kernel/debug/provoke-crash/DIRECT
[ -e "$crash" ] || mount -t debugfs none /sys/kernel/debug
echo "$1" > "$crash"
