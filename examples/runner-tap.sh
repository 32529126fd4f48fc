#!/bin/sh
# Results of a netfilter test runner (nftables, iptables: tests/shell/run-tests.sh) as TAP, which `format: tap` reads test by test:
#   runner-tap.sh ./run-tests.sh [OPTION]... [TEST]...
# The runner's own lines are "I: [OK] TEST" and "W: [FAILED] TEST: why"; its other lines stay, as comments.
{ "$@" 2>&1; echo "status $?"; } | awk '
  BEGIN { print "TAP version 13" }
  { gsub(/\033\[[0-9;]*[A-Za-z]/, ""); sub(/\r$/, "") }
  match($0, /^[IW]: \[(OK|FAILED|SKIPPED|DUMP FAIL|CHK DUMP)\][ \t]*/) {
    word = substr($0, 5, index($0, "]") - 5); rest = substr($0, RLENGTH + 1)
    sub(/^[0-9]+\/[0-9]+ +/, "", rest)
    why = rest; name = rest; sub(/[: ].*/, "", name); why = substr(why, length(name) + 1); sub(/^[: ]+/, "", why)
    sub(/^.*testcases\//, "", name)
    n++; seen[name]++
    if (seen[name] > 1) name = name " (" seen[name] ")"
    if (word == "OK") print "ok " n " - " name
    else if (word == "SKIPPED") print "ok " n " - " name " # SKIP " why
    else { print "not ok " n " - " name; if (why != "") print "# " why }
    fflush(); next
  }
  /^status [0-9]+$/ { status = $2; next }
  { print "# " $0 }
  END { print "1.." n + 0; if (n == 0) print "Bail out! no results, the runner exited with status " status }
'
