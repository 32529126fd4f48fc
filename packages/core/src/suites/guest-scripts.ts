import { quoteArgv } from '../shell/index.ts'

/** Where a suite that is not in the root is in the guest. */
export const guestSuite = '/run/kernelkit/suite'

/** Disks of their own, as large as xfstests' README asks for ("at least 10 GB"); what is not written takes no space. */
export const scratchBytes = 10 * 2 ** 30

export interface GuestSuite {
  /** In the guest. */
  readonly directory: string
  readonly words: readonly string[]
  /** Block devices of the guest for it alone. */
  readonly devices: readonly string[]
}

/** xfstests' `check` on two fresh disks; `$FSTYP` chooses the file system (xfstests, README). */
export function xfstestsScript({ directory, words, devices: [test = '', scratch = ''] }: GuestSuite): string {
  const chosen = words.flatMap((word) => (/\/\d{3,}$/.test(word) ? [word] : ['-g', word]))
  return [
    `cd ${quoteArgv([directory])} || exit`,
    'export FSTYP="${FSTYP:-ext4}"',
    `export TEST_DEV=${test} SCRATCH_DEV=${scratch} TEST_DIR=/run/xfstests/test SCRATCH_MNT=/run/xfstests/scratch`,
    'export RESULT_BASE="${KERNELKIT_ARTIFACTS:-/tmp}/xfstests"',
    'mkdir -p "$TEST_DIR" "$SCRATCH_MNT" "$RESULT_BASE" || exit',
    // The flag that overwrites what seems to be there.
    'case $FSTYP in ext2 | ext3 | ext4) force=-F ;; *) force=-f ;; esac',
    '"mkfs.$FSTYP" -q "$force" "$TEST_DEV" >&2 || exit',
    `exec ./check ${quoteArgv(chosen)}`,
  ].join('\n')
}

/** blktests' `check` with a disk that it may overwrite (blktests, Documentation/running-tests.md). */
export function blktestsScript({ directory, words, devices }: GuestSuite): string {
  return [
    `cd ${quoteArgv([directory])} || exit`,
    `export TEST_DEVS="${devices.join(' ')}"`,
    'results="${KERNELKIT_ARTIFACTS:-/tmp}/blktests"',
    'mkdir -p "$results" || exit',
    `exec ./check -o "$results"${words.length === 0 ? '' : ` ${quoteArgv(words)}`}`,
  ].join('\n')
}

/**
 * Tests of LTP's runtest files, one `NAME COMMAND` a line. Exit statuses are bits: 1 TFAIL, 2 TBROK, 4 TWARN, 32 TCONF
 * (ltp, include/tst_res_flags.h). Each test has half an hour, as LTP's own limit for one that sets none is shorter (tst_test.c).
 */
export function ltpScript({ directory, words }: GuestSuite): string {
  const files = words.map((word) => `"$LTPROOT/runtest/${word}"`).join(' ')
  return [
    `export LTPROOT=${quoteArgv([directory])}`,
    'export PATH="$LTPROOT/testcases/bin:$LTPROOT/bin:$PATH"',
    'export TMPDIR="${TMPDIR:-/tmp}"',
    'cd "$LTPROOT" || exit',
    // Of its own, where the root may mount: a test that fills the disk must not take the output of the next ones, nor its own output all memory.
    'own=$(mktemp -d) || exit',
    'mount -t tmpfs -o size=64m,mode=700 kernelkit "$own" 2>/dev/null',
    'list=$own/list output=$own/output',
    `grep -hv -e '^[[:space:]]*#' -e '^[[:space:]]*$' ${files} >"$list"`,
    'echo "KTAP version 1"',
    'echo "1..$(wc -l <"$list" | tr -d " ")"',
    'number=0 failed=0',
    // A test must not read the list.
    'while read -r name command <&3; do',
    '  number=$((number + 1)) began=$(date +%s)',
    '  timeout -k 10 1800 sh -c "$command" </dev/null >"$output" 2>&1 3<&-',
    '  status=$?',
    // With a mark: what a test prints must not be read as a result.
    "  tail -n 200 \"$output\" | tr -d '\\r' | sed 's/^/# /'",
    '  case $status in',
    '    0) echo "ok $number $name" ;;',
    '    32)',
    // Its reason is what follows "TCONF:".
    "      reason=$(sed -n 's/.*TCONF[: ]*//p' \"$output\" | tail -n 1 | tr -d '\\r#')",
    '      echo "ok $number $name # SKIP $reason" ;;',
    '    *) failed=1 reason="exit=$status"',
    // timeout(1): 124, and 137 when it had to kill; a test that the kernel killed for its memory has 137 as well.
    '      case $status in 124 | 137) [ $(($(date +%s) - began)) -lt 1800 ] || reason="TIMEOUT 1800 seconds" ;; esac',
    '      echo "not ok $number $name # $reason" ;;',
    '  esac',
    'done 3<"$list"',
    'exit $failed',
  ].join('\n')
}
