import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parseArch } from '@kernelkit/core/arch'
import { givenOptions, type KernelSpec } from '@kernelkit/core/options'
import { parseKernelSpec } from '@kernelkit/core/options/build'
import { nodeHost, openStore, openStoreToLook, silentLogger, type Host, type Logger, type Store } from '@kernelkit/host'
import type { Plan } from '@kernelkit/core/plan'
import type { CompileCommand } from '@kernelkit/core/kbuild'
import { buildKernel, compileCommands, listSteps, planBuild, type BuildPlan, type KernelBuild } from '../src/index.ts'
import { recordingHost, withoutBookkeeping } from './recording-host.ts'

// Behaves like kbuild where kernelkit looks: O=, its refusal of unclean trees, KCONFIG_ALLCONFIG,
// one object per file with its "CC" line, and the files that a build leaves. Builds in a second.
const makefile = `VERSION = 0
PATCHLEVEL = 1
SUBLEVEL = 0
EXTRAVERSION =
objtree := $(if $(O),$(O),$(CURDIR))
objects := $(patsubst %.c,$(objtree)/%.o,$(wildcard init/*.c))
.DELETE_ON_ERROR:
.PHONY: check allnoconfig defconfig olddefconfig bzImage modules modules_install
check:
	@if [ -n "$(O)" ] && [ -e .config -o -d include/config ]; then echo "*** The source tree is not clean" >&2; false; fi
allnoconfig: check
	@perl scripts/kconfig/conf.pl
defconfig: check
	@KCONFIG_ALLCONFIG=arch/x86/configs/toy_defconfig perl scripts/kconfig/conf.pl
olddefconfig: check
	@cp $$KCONFIG_CONFIG $$KCONFIG_CONFIG.asked && KCONFIG_ALLCONFIG=$$KCONFIG_CONFIG.asked perl scripts/kconfig/conf.pl
$(objtree)/%.o: %.c
	@mkdir -p $(dir $@)
	@echo "  CC      $*.o"
	@if [ -e slow ]; then $$(cat slow); fi
	@cd $(objtree) && $(CC) -g -Wall $(KCFLAGS) -c -o $@ $(CURDIR)/$<
	@echo 'savedcmd_$*.o := $(CC) -I$(CURDIR)/include -nostdinc -c -o $*.o $(CURDIR)/$< ; true' > $(dir $@).$(notdir $@).cmd
bzImage: check $(objects)
	@echo "  LD      vmlinux"
	@ld -r -o $(objtree)/vmlinux $(objects)
	@mkdir -p $(objtree)/arch/x86/boot $(objtree)/include/config
	@cp $(objtree)/vmlinux $(objtree)/arch/x86/boot/bzImage
	@cp $(objtree)/vmlinux $(objtree)/System.map
	@echo 0.1.0$(LOCALVERSION) > $(objtree)/include/config/kernel.release
modules: bzImage
	@mkdir -p $(objtree)/drivers/toy
	@cd $(objtree) && $(CC) -g $(KCFLAGS) -c -o drivers/toy/toy.ko $(CURDIR)/init/other.c
	@echo drivers/toy/toy.o > $(objtree)/modules.order
modules_install:
	@mkdir -p $(INSTALL_MOD_PATH)/lib/modules/0.1.0$(LOCALVERSION)/kernel/drivers/toy
	@objcopy $(if $(INSTALL_MOD_STRIP),--strip-debug) $(objtree)/drivers/toy/toy.ko $(INSTALL_MOD_PATH)/lib/modules/0.1.0$(LOCALVERSION)/kernel/drivers/toy/toy.ko
	@ln -s $(objtree) $(INSTALL_MOD_PATH)/lib/modules/0.1.0$(LOCALVERSION)/build
`

const conf = `
my (%on, %asked, @order, $name);
my %needs;
open(my $k, '<', 'Kconfig'); while (<$k>) { if (/^config (\\w+)/) { $name = $1; push @order, $name } elsif (/depends on (\\w+)/) { $needs{$name} = $1 } } close($k);
open(my $a, '<', $ENV{KCONFIG_ALLCONFIG}); while (<$a>) { $asked{$1} = $2 if /^CONFIG_(\\w+)=(.*)/ } close($a);
for (1..9) { for (@order) { $on{$_} = $asked{$_} if defined $asked{$_} && (!$needs{$_} || $on{$needs{$_}}) } }
open(my $o, '>', $ENV{KCONFIG_CONFIG}); for (@order) { print $o defined $on{$_} ? "CONFIG_$_=$on{$_}\\n" : "# CONFIG_$_ is not set\\n" } close($o);
`

const files: Readonly<Record<string, string>> = {
  Makefile: makefile,
  Kconfig:
    'config 64BIT\n\tbool "64"\nconfig MENU\n\tbool "menu"\nconfig FEATURE\n\tbool "feature"\n\tdepends on MENU\nconfig MODULES\n\tbool "modules"\nconfig DEBUG_INFO\n\tbool "lines"\nconfig TOY\n\ttristate "toy"\n',
  'scripts/kconfig/conf.pl': conf,
  'include/toy.h': '',
  'init/main.c': 'int start_kernel(void) { return 1; }\n',
  'init/other.c': 'int other(void) { return 2; }\n',
  'arch/x86/configs/toy_defconfig': 'CONFIG_64BIT=y\n',
  'kernel/configs/toy.config': 'CONFIG_FEATURE=y\n',
  '.gitignore': '*.o\n.*\n!.gitignore\n/vmlinux\n/System.map\n/include/config/\n/arch/x86/boot/\n',
}

export interface Toy extends AsyncDisposable {
  readonly directory: string
  readonly tree: string
  readonly log: string[]
  write(path: string, content: string): Promise<void>
  git(...args: readonly string[]): string
  /** `kernelkit build WORDS` with `--config toy.config`. */
  build(
    words?: readonly string[],
    options?: { readonly raw?: Readonly<Record<string, unknown>>; readonly signal?: AbortSignal },
  ): Promise<KernelBuild>
  /** `kernelkit config compile-commands`, with the same words. */
  compileCommands(): Promise<readonly CompileCommand[]>
  /** The same with `--dry-run`. */
  plan(words?: readonly string[]): Promise<BuildPlan>
  /** The steps that `--dry-run` prints. */
  list(words: readonly string[], options: { readonly raw: Readonly<Record<string, unknown>> }): Promise<Plan>
  /** What a build does once it knows what it works with. */
  effects(words: readonly string[], options: { readonly raw: Readonly<Record<string, unknown>> }): Promise<readonly string[]>
}

/** What a build does once it knows what it works with; `host` records into `recorded`. */
export async function effectsOfBuild(
  context: { readonly host: Host; readonly store: Store },
  { spec, recorded, tree }: { readonly spec: KernelSpec; readonly recorded: string[]; readonly tree: string },
): Promise<readonly string[]> {
  // Twice: the first time makes what questions are answered from.
  await planBuild(context, spec)
  recorded.length = 0
  await planBuild(context, spec)
  const questions = recorded.length
  recorded.length = 0
  await buildKernel(context, spec)
  return withoutBookkeeping(recorded.slice(questions), { store: context.store.root, tree })
}

/** A small tree that builds like a kernel, in a directory of its own, with a store next to it. */
export async function toyTree(
  options: { readonly inGit?: boolean; readonly name?: string; readonly env?: Readonly<Record<string, string | undefined>> } = {},
): Promise<Toy> {
  const directory = await mkdtemp(join(tmpdir(), 'kernelkit-toy-'))
  const tree = join(directory, options.name ?? 'linux')
  const log: string[] = []
  const logger: Logger = { ...silentLogger, info: (line) => log.push(line), warn: (line) => log.push(`warning: ${line}`) }
  const write = async (path: string, content: string) => {
    await mkdir(dirname(join(tree, path)), { recursive: true })
    await writeFile(join(tree, path), content)
  }
  const git = (...args: readonly string[]) =>
    execFileSync('git', ['-C', tree, '-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  for (const [path, content] of Object.entries(files)) await write(path, content)
  if (options.inGit === true) {
    git('init', '-q', '-b', 'main')
    git('add', '-A')
    git('commit', '-qm', 'first')
  }
  return {
    directory,
    tree,
    log,
    write,
    git,
    build: async (words = [tree], { raw = {}, signal } = {}) => {
      const host = nodeHost({ log: logger, cwd: tree, env: { ...process.env, ...options.env } })
      const store = await openStore(host, join(directory, 'store'))
      const spec = parseKernelSpec(givenOptions({ config: ['toy.config'], ...raw }), words, { arch: parseArch('x86_64') })
      return buildKernel({ host, store, ...(signal === undefined ? {} : { signal }) }, spec)
    },
    compileCommands: async () => {
      const host = nodeHost({ log: logger, cwd: tree, env: { ...process.env, ...options.env } })
      const spec = parseKernelSpec(givenOptions({ config: ['toy.config'] }), [tree], { arch: parseArch('x86_64') })
      return compileCommands({ host, store: await openStore(host, join(directory, 'store')) }, spec)
    },
    plan: async (words = [tree]) => {
      const host = nodeHost({ log: logger, cwd: directory, env: { ...process.env, ...options.env } })
      const spec = parseKernelSpec(givenOptions({ config: ['toy.config'] }), words, { arch: parseArch('x86_64') })
      return planBuild({ host, store: openStoreToLook(host, join(directory, 'store')) }, spec)
    },
    list: async (words, { raw }) => {
      const host = nodeHost({ log: logger, cwd: tree, env: { ...process.env, ...options.env } })
      const context = { host, store: openStoreToLook(host, join(directory, 'store')) }
      return listSteps(
        context,
        await planBuild(context, parseKernelSpec(givenOptions({ config: ['toy.config'], ...raw }), words, { arch: parseArch('x86_64') })),
      )
    },
    effects: async (words, { raw }) => {
      const recorded: string[] = []
      const host = recordingHost(nodeHost({ log: logger, cwd: tree, env: { ...process.env, ...options.env } }), (effect) =>
        recorded.push(effect),
      )
      const store = await openStore(host, join(directory, 'store'))
      const spec = parseKernelSpec(givenOptions({ config: ['toy.config'], ...raw }), words, { arch: parseArch('x86_64') })
      return effectsOfBuild({ host, store }, { spec, recorded, tree })
    },
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  }
}
