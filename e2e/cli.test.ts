import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { kernelkit, shell } from './lib/kernelkit.ts'
import { kernelkitBin } from './lib/paths.ts'

const directory = mkdtempSync(join(tmpdir(), 'kernelkit-cli-'))
afterAll(() => rmSync(directory, { recursive: true }))

describe('the kernelkit executable', () => {
  it('prints help on stdout and exits with status 0', async () => {
    const { exitCode, stdout, stderr } = await kernelkit(['--help'])
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(stdout).toMatch(/^ {2}build +kernel source/m)
  })

  it('explains a mistyped command in two lines on stderr', async () => {
    const { exitCode, stdout, stderr } = await kernelkit(['bild'])
    expect({ exitCode, stdout }).toEqual({ exitCode: 125, stdout: '' })
    expect(stderr).toBe("BAD_OPTION: unknown command 'bild'.\nHint: Did you mean 'build'? Run `kernelkit --help` to see all.\n")
  })

  it('ends a refused run with its verdict, and with --json in one document', async () => {
    const { exitCode, stdout, stderr } = await kernelkit(['run', '--json', '--no-such-option', '--', 'true'])
    expect(exitCode).toBe(125)
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'BAD_OPTION' }, verdict: 'infra-fail', exitCode: 125 })
    expect(stderr).toMatch(/kernelkit: verdict=infra-fail exit=125 code=BAD_OPTION\n$/)
  })

  it.each(['run -k nowhere -- true', 'run --expose ./nowhere --root none -- true', 'run -k /etc/passwd --root none -- true'])(
    'leaves nothing in the store of a run that is refused: %s',
    async (words) => {
      const store = join(directory, 'refused')
      const { exitCode, stderr } = await kernelkit(words.split(' '), { cwd: directory, env: { KERNELKIT_CACHE_DIR: store } })
      expect({ exitCode, stderr }).toEqual({ exitCode: 125, stderr: expect.stringMatching(/^[A-Z_]+: .*\nHint: /m) as string })
      const runs = join(store, 'runs')
      expect(existsSync(runs) ? readdirSync(runs) : []).toEqual([])
    },
  )

  it.each(['ps', 'doctor', 'cache ls', 'run -- true', 'test'])('says so when the current directory was removed: %s', async (words) => {
    const { stderr } = await shell(`mkdir gone && cd gone && rmdir ../gone && kernelkit ${words}; echo "status $?" >&2`, { cwd: directory })
    expect(stderr).toMatch(/^FILE_NOT_FOUND: the current directory does not exist any more.*\nHint: Enter a directory /m)
    expect(stderr).toMatch(/^status 125$/m)
  })

  it('is quiet when the reader of its output has gone', async () => {
    const { stderr } = await shell('kernelkit completion bash | true; echo "${PIPESTATUS[0]}" >&2')
    expect(stderr).toMatch(/^(?:0|141)\n$/)
  })

  it.each(['cache ls', 'ps --json', '--help', 'run --help', '--version', 'completion bash', 'complete -- bu'])(
    'ends `%s` with DISK_FULL and the path when its output cannot be written',
    async (words) => {
      const { exitCode, stderr } = await shell(`kernelkit ${words} > /dev/full`, { env: { KERNELKIT_CACHE_DIR: join(directory, 'store') } })
      expect({ exitCode, stderr }).toEqual({
        exitCode: 125,
        stderr: expect.stringMatching(
          /^DISK_FULL: no space is left at \/dev\/full\.\nHint: .*\n(kernelkit: verdict=infra-fail exit=125 code=DISK_FULL\n)?$/,
        ) as string,
      })
    },
  )

  it('exits with status 125 when not even its error can be written', async () => {
    expect((await shell('kernelkit bild 2> /dev/full')).exitCode).toBe(125)
    expect((await shell('kernelkit ps > /dev/full 2>&1')).exitCode).toBe(125)
  })

  it.each([
    ["kernelkit exec vm -- printf %s $'a\\xffb'", "the word $'a\\xffb' of the command line"],
    ["kernelkit run -v $'/d/l\\xe9':/mnt/x -- true", "the word $'/d/l\\xe9:/mnt/x' of the command line"],
    ["mkdir $'l\\xe9'; cd $'l\\xe9'; kernelkit ps", "the current directory $'DIRECTORY/l\\xe9'"],
    ["XDG_CACHE_HOME=$'/tmp/l\\xe9' kernelkit cache ls", "the variable $'XDG_CACHE_HOME=/tmp/l\\xe9'"],
  ])('refuses bytes that are not UTF-8, which Node would change: %s', async (line, what) => {
    const { exitCode, stderr } = await shell(line, { cwd: directory })
    expect({ exitCode, stderr }).toEqual({
      exitCode: 125,
      stderr: expect.stringContaining(`NOT_UTF8: ${what.replace('DIRECTORY', directory)} has bytes that are not UTF-8.\n`) as string,
    })
  })

  it('takes the replacement character itself like any other', async () => {
    expect((await shell("kernelkit ps $'\\uFFFD'", { cwd: directory })).stderr).not.toContain('NOT_UTF8')
  })

  it('keeps the store of a home with a blank where make can take it', async () => {
    const home = join(directory, 'a b')
    mkdirSync(home, { recursive: true })
    const env = { HOME: home, XDG_CACHE_HOME: undefined, KERNELKIT_CACHE_DIR: undefined }
    const { stdout } = await kernelkit(['cache', 'ls', '--json'], { env })
    expect(JSON.parse(stdout)).toMatchObject({ root: `/var/tmp/kernelkit-${process.getuid?.()}` })
  })

  it.each([
    ["--cache-dir 'DIRECTORY/dol$lar'", 'a dollar sign'],
    ["--cache-dir 'DIRECTORY/two words'", 'a blank'],
    ['--cache-dir DIRECTORY/co:lon', 'a colon'],
  ])('refuses to build a kernel with %s before anything is written', async (option, what) => {
    const before = readdirSync(directory)
    const { exitCode, stderr } = await shell(`kernelkit build deb:linux-source-6.12 ${option.replace('DIRECTORY', directory)}`, {
      cwd: directory,
    })
    expect({ exitCode, stderr }).toEqual({
      exitCode: 125,
      stderr: expect.stringMatching(new RegExp(`^PATH_NOT_PLAIN: the store .* has ${what} in its path`)) as string,
    })
    expect(readdirSync(directory)).toEqual(before)
  })

  it('refuses to build a kernel with a TMPDIR that has a blank', async () => {
    const TMPDIR = join(directory, 'of mine')
    const env = { KERNELKIT_CACHE_DIR: join(directory, 'plain'), TMPDIR }
    const { stderr } = await shell('kernelkit build deb:linux-source-6.12', { cwd: directory, env })
    expect(stderr).toContain(`TMPDIR (${TMPDIR}) has a blank in its path`)
  })

  it('refuses in `kernelkit test`, too, to build a kernel in a store with a blank before anything is written', async () => {
    const project = join(directory, 'project')
    mkdirSync(project)
    writeFileSync(join(project, 'kernelkit.yaml'), 'kernel: { source: "deb:linux-source-6.12" }\ntests: [{ name: one, run: "true" }]\n')
    const { exitCode, stderr } = await kernelkit(['test', '--cache-dir', 'my store'], { cwd: project })
    expect({ exitCode, stderr }).toEqual({
      exitCode: 125,
      stderr: expect.stringMatching(/^PATH_NOT_PLAIN: the store .* has a blank/m) as string,
    })
    expect(readdirSync(project)).toEqual(['kernelkit.yaml'])
  })

  it('takes in `quickstart` the --boot-timeout that its guests recommend, and refuses a bad one before anything is done', async () => {
    const { exitCode, stderr } = await kernelkit(['quickstart', '--boot-timeout', 'soon'])
    expect({ exitCode, stderr }).toEqual({ exitCode: 125, stderr: expect.stringMatching(/^BAD_DURATION: --boot-timeout 'soon'/) })
  })

  it('refuses to print to a closed stdout', async () => {
    const command = `'${kernelkitBin}'`
    const env = { KERNELKIT_CACHE_DIR: join(directory, 'store'), PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}` }
    for (const words of ['ps --json', '--version', 'completion bash']) {
      const { exitCode, stderr } = await shell(`${command} ${words} >&-`, { env })
      expect({ exitCode, stderr }).toEqual({ exitCode: 125, stderr: expect.stringMatching(/^STDOUT_CLOSED: stdout is closed/) as string })
    }
    expect((await shell(`${command} --version > /dev/null; ${command} --version`, { env })).stdout).toMatch(/^\d+\.\d+\.\d+/)
  })

  it.each(['report -', 'ktap -'])('refuses to read a closed stdin in `%s`', async (words) => {
    const env = { PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}` }
    const { exitCode, stdout, stderr } = await shell(`'${kernelkitBin}' ${words} <&-`, { env })
    expect({ exitCode, stdout, stderr }).toEqual({
      exitCode: 125,
      stdout: '',
      stderr: expect.stringMatching(/^STDIN_FAILED: stdin is closed: there is nothing to read\.$/m) as string,
    })
    expect((await shell(`'${kernelkitBin}' ps <&-`, { env })).exitCode).toBe(0)
  })

  it('refuses a variable for the guest whose value is not UTF-8', async () => {
    const line = "MINE=$'a\\xffb' kernelkit run --env MINE --kernel /nonexistent -- true"
    const { exitCode, stderr } = await shell(line, { cwd: directory })
    expect(exitCode).toBe(125)
    expect(stderr).toMatch(/^NOT_UTF8: the value of the variable MINE has bytes that are not UTF-8\.$/m)
  })

  it('notices an output of which only the first part fits', async ({ skip }) => {
    const mounts = process.getuid?.() === 0 ? 'unshare --mount' : 'unshare --mount --map-root-user'
    skip((await shell(`${mounts} true`)).exitCode !== 0, 'needs a private mount namespace for a small file system')
    const script = join(directory, 'short.sh')
    writeFileSync(
      script,
      `mkdir -p ${directory}/small; mount -t tmpfs -o size=4k tmpfs ${directory}/small; "$0" "$1" run --help > ${directory}/small/out\n`,
    )
    const { exitCode, stderr } = await shell(`${mounts} bash -c '. ${script}' ${process.execPath} ${kernelkitBin}`)
    expect({ exitCode, stderr }).toEqual({
      exitCode: 125,
      stderr: expect.stringContaining(`DISK_FULL: no space is left at ${directory}/small/out`) as string,
    })
  })

  it.for([
    ['bash', ['-n']],
    ['zsh', ['-n']],
    ['fish', ['--no-execute']],
  ] as const)('prints a completion script that %s can read', async ([shellName, parseOnly], { skip }) => {
    const { exitCode, stdout } = await kernelkit(['completion', shellName])
    expect(exitCode).toBe(0)
    expect(stdout).toContain('kernelkit complete --')
    skip(!hasProgram(shellName), `${shellName} is not installed (npm test installs it)`)
    const script = join(directory, `completion.${shellName}`)
    writeFileSync(script, stdout)
    execFileSync(shellName, [...parseOnly, script])
  })

  it('answers what the completion script asks', async () => {
    const commands = await kernelkit(['complete', '--', 'bu'])
    expect(commands.stdout).toMatch(/^build\t/)
    const options = await kernelkit(['complete', '--', 'build', '--js'])
    expect(options.stdout).toMatch(/^--json\t/)
    const files = await kernelkit(['complete', '--', 'run', '-k', 'pack'], { cwd: fileURLToPath(new URL('..', import.meta.url)) })
    expect(files.stdout).toMatch(/^packages\/\t/m)
  })
})

function hasProgram(name: string): boolean {
  try {
    execFileSync('sh', ['-c', `command -v ${name}`], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
