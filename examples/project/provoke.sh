#!/bin/sh
# A crash of LKDTM (drivers/misc/lkdtm): `sh provoke.sh WARNING`; the file lists them all.
set -e
mount -t debugfs none /sys/kernel/debug
echo "$1" > /sys/kernel/debug/provoke-crash/DIRECT
