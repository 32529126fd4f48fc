import { execFileSync } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/**
 * A kernel tree that builds in a second and boots: make compiles one object for each file of init/ and driver/, as kbuild prints it, and hands out
 * a kernel that was built before, which a driver may name: `// boots PATH`. BROKEN=y does not compile.
 */
export async function makeReadyTree(tree: string, kernel: string): Promise<void> {
  const config = await readFile(join(dirname(kernel), '.config'), 'utf8')
  const { release } = JSON.parse(await readFile(join(dirname(kernel), 'manifest.json'), 'utf8')) as { readonly release: string }
  const symbols = [...config.matchAll(/^CONFIG_(\w+)=([ym])$/gm)].map(([, name]) => name ?? '')
  const files: Readonly<Record<string, string>> = {
    Makefile: makefileOf(release),
    Kconfig: [...symbols, 'BROKEN'].map((name) => `config ${name}\n\tbool "${name}"\n`).join(''),
    'scripts/kconfig/conf.pl': conf,
    'ready.config': config,
    'ready-kernel': kernel,
    'init/main.c': 'int start_kernel(void) { return 1; }\n',
    'driver/driver.c': '#ifdef BROKEN\n#error broken as asked\n#endif\nint driver(void) { return 0; }\n',
  }
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(tree, path)), { recursive: true })
    await writeFile(join(tree, path), content)
  }
}

/** The same, committed. */
export async function makeReadyRepository(tree: string, kernel: string): Promise<void> {
  await makeReadyTree(tree, kernel)
  const git = gitIn(tree)
  git('init', '--quiet')
  git('add', '-A')
  git('commit', '--quiet', '-m', 'import')
}

/** git in a directory, by a committer of its own. */
export function gitIn(directory: string): (...args: readonly string[]) => string {
  const who = ['-c', 'user.name=t', '-c', 'user.email=t@example.org'] as const
  return (...args) =>
    execFileSync('git', ['-C', directory, ...who, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim()
}

function makefileOf(release: string): string {
  const [version, patchlevel, sublevel] = release.split('.')
  return `VERSION = ${version}
PATCHLEVEL = ${patchlevel}
SUBLEVEL = ${sublevel}
EXTRAVERSION =
objtree := $(if $(O),$(O),$(CURDIR))
objects := $(patsubst %.c,$(objtree)/%.o,$(wildcard init/*.c driver/*.c))
kernel = $(or $(shell sed -n 's,^// boots ,,p' driver/*.c),$(shell cat ready-kernel))
broken = $(shell grep -x CONFIG_BROKEN=y $(objtree)/.config)
.DELETE_ON_ERROR:
.PHONY: allnoconfig olddefconfig bzImage scripts_gdb
scripts_gdb:
allnoconfig:
	@perl scripts/kconfig/conf.pl
olddefconfig:
	@cp $$KCONFIG_CONFIG $$KCONFIG_CONFIG.asked && KCONFIG_ALLCONFIG=$$KCONFIG_CONFIG.asked perl scripts/kconfig/conf.pl
$(objtree)/%.o: %.c
	@mkdir -p $(dir $@)
	@echo "  CC      $*.o"
	@cd $(objtree) && $(CC) -g $(if $(broken),-DBROKEN) -c -o $@ $(CURDIR)/$<
bzImage: $(objects)
	@mkdir -p $(objtree)/arch/x86/boot $(objtree)/include/config
	@echo "  LD      vmlinux"
	@ld -r -o $(objtree)/vmlinux $(objects)
	@cp --reflink=auto $(kernel) $(objtree)/arch/x86/boot/bzImage
	@echo ${release} > $(objtree)/include/config/kernel.release
`
}

const conf = `
my %asked;
open(my $a, '<', $ENV{KCONFIG_ALLCONFIG}); while (<$a>) { $asked{$1} = $2 if /^CONFIG_(\\w+)=(.*)/ } close($a);
open(my $i, '<', 'ready.config'); open(my $o, '>', $ENV{KCONFIG_CONFIG}); print $o $_ while <$i>;
print $o "CONFIG_BROKEN=y\\n" if ($asked{BROKEN} // '') eq 'y';
close($o);
`
