import { neededFields, neededTypes } from '../inspect/types/fields.ts'

// Where the types are. Those without include/ are headers that only one directory of the kernel uses.
const headers = [
  '<linux/sched.h>',
  '<linux/sched/signal.h>',
  '<linux/sched/task_stack.h>',
  '<linux/mm_types.h>',
  '<linux/maple_tree.h>',
  '<linux/fs.h>',
  '<linux/dcache.h>',
  '<linux/lockdep.h>',
  '<linux/uts.h>',
  '<linux/module.h>',
  '<linux/sysfs.h>',
  '<asm/ptrace.h>',
  '<asm/current.h>',
  '"../fs/mount.h"',
  '"../kernel/printk/printk_ringbuffer.h"',
]

/**
 * A C file whose assembler text has the place and size of each member, as the kernel's own asm-offsets.c; each is a line of its own, which is taken
 * out for a kernel that lacks it.
 */
export function renderTypeSource(): string {
  // No macros: an error is reported at its own line.
  const text = (name: string, values: readonly string[]): string =>
    `asm volatile("\\n.ascii \\"->${name} ${values.map((_, index) => `%c${index}`).join(' ')}\\"" : : ${values.map((value) => `"i" (${value})`).join(', ')});`
  const field = (name: string): string => {
    const [type = '', ...path] = name.split('.')
    const member = path.join('.')
    return text(name, [`__builtin_offsetof(struct ${type}, ${member})`, `sizeof(((struct ${type} *)0)->${member})`])
  }
  return [
    // Not every version has each of them, and a compiler stops at the first that is missing.
    ...headers.flatMap((header) => [`#if __has_include(${header})`, `#include ${header}`, '#endif']),
    'void kernelkit_types(void);',
    'void kernelkit_types(void)',
    '{',
    ...neededFields.map(field),
    ...neededTypes.map((type) => text(type, [`sizeof(struct ${type})`])),
    '}',
    '',
  ].join('\n')
}

// Of what the kernel lacks the name alone is written.
const asked = String.raw`sed -n 's/^asm volatile.*"->\([a-z_0-9.]*\) .*$/\1/p' "$2" | grep -vxF -e "$(cut -d ' ' -f 1 "$3")" >> "$3"`

/**
 * Compiles it as the build compiled its first file: arguments are the build directory, the C file and the table to write. Nothing is written
 * where that is not possible; the kernel is complete without it.
 */
export const typeTableScript = `cd "$1" && [ -r init/.main.o.cmd ] || exit 0
command=$(sed -n 's/^\\(saved\\)\\{0,1\\}cmd_init\\/main\\.o := *//p' init/.main.o.cmd |
  sed 's/ ; .*//; s/ -c -o .*//; s/-Wp,-M[^ ]*//g; s/^ccache //; s/\\$\\$/$/g; s/\\\\#/#/g')
[ -n "$command" ] || exit 0
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT && cp "$2" "$work/types.c" || exit 0
for attempt in 1 2 3 4 5 6 7 8; do
  if errors=$(eval "LC_ALL=C $command" -w -S -o '"$work/types.s"' '"$work/types.c"' 2>&1); then
    sed -n 's/^.*"->\\([a-z_0-9.]* [0-9 ]*\\)".*$/\\1/p' "$work/types.s" > "$3"
    if [ -s "$3" ]; then ${asked}; else rm "$3"; fi
    exit 0
  fi
  lines=$(printf '%s\\n' "$errors" | sed -n 's/^.*types\\.c:\\([0-9]*\\):.*error: .*/\\1s,.*,,/p' | sort -u)
  [ -n "$lines" ] || exit 0
  printf '%s\\n' "$lines" > "$work/edit" && sed -i -f "$work/edit" "$work/types.c"
done
exit 0`
