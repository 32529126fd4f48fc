import { appendFile, mkdtemp, open, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startBrowser, type Browser } from './lib/browser.ts'
import { kernelkit, testArtifacts } from './lib/kernelkit.ts'

const { kernel } = testArtifacts()
let directory: string
let browser: Browser
let page: string

const wide = { width: 1280, height: 900 } as const
const phone = { width: 390, height: 844 } as const
const project = `tests:
  - { name: passes, run: uname -r }
  - name: results
    run: |
      printf 'KTAP version 1\\n1..3\\nok 1 good\\n# <b>expected</b> 1\\nnot ok 2 <img src=x onerror=alert(1)>\\nok 3 left # SKIP no device\\n'
  - name: script
    run: |
      printf '</script><script>document.title="owned"</script>\\n<!-- needle -->\\n' >/dev/kmsg
      echo 'WARNING: CPU: 0 PID: 1 at lib/frob.c:3 frob+0x1/0x2' >/dev/kmsg
      exit 3
`

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kernelkit-page-'))
  await writeFile(join(directory, 'kernelkit.yaml'), project)
  const ran = await kernelkit(['test', '-k', kernel, '--root', 'host', '--artifacts', 'out', '--evidence', 'evidence', '--json'], {
    cwd: directory,
  })
  const document = JSON.parse(ran.stdout) as { readonly page: string }
  page = document.page
  await writeFile(join(directory, 'results.json'), ran.stdout)
  browser = await startBrowser()
})

afterAll(async () => {
  await browser[Symbol.asyncDispose]()
  await rm(directory, { recursive: true, force: true })
})

/** Opens the console of a run and waits for its lines. */
async function openConsole(run: number): Promise<void> {
  await browser.evaluate(`(async () => {
    const box = document.querySelector('#run-${run} details.console')
    box.open = true
    while (box.querySelector('.lines').children.length === 0) await new Promise((done) => setTimeout(done, 20))
  })()`)
}

const search = (run: number, text: string) => `(async () => {
  const box = document.querySelector('#run-${run} details.console')
  const input = box.querySelector('input')
  box.querySelector('.state').textContent = ''
  input.value = ${JSON.stringify(text)}
  input.dispatchEvent(new Event('input'))
  while (!/ of |not found/.test(box.querySelector('.state').textContent)) await new Promise((done) => setTimeout(done, 20))
  return [box.querySelector('.state').textContent, box.querySelector('.found')?.textContent]
})()`

describe('the page of results in Chromium', () => {
  it('is among the artifacts of kernelkit test, needs no network and lists tests and results', async () => {
    expect(page).toBe(join(directory, 'out/report.html'))
    await browser.open(pathToFileURL(page).href, wide)
    const names = await browser.evaluate<readonly string[]>(
      "[...document.querySelectorAll('tbody tr')].map((row) => row.cells[0].textContent + '=' + row.cells[1].querySelector('a').textContent)",
    )
    expect(names).toEqual([
      'passes=pass',
      'results=fail',
      'results › good=pass',
      'results › <img src=x onerror=alert(1)>=fail',
      'results › left=skip',
      'script=fail',
    ])
    expect(await browser.evaluate("document.querySelector('#run-1 .failure pre').textContent")).toContain('<b>expected</b> 1')
    expect(await browser.evaluate("document.querySelector('#run-2 .replay').textContent")).toContain(
      join(directory, 'evidence/script/replay.sh'),
    )
    expect(browser.messages).toEqual([])
  })

  it.each([
    ['390 pixels', phone],
    ['1280 pixels', wide],
  ])('has no horizontal scroll at %s, with consoles open', async (_title, size) => {
    await browser.open(pathToFileURL(page).href, size)
    await openConsole(2)
    expect(await browser.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0)
  })

  it('filters by words and by failure', async () => {
    await browser.open(pathToFileURL(page).href, wide)
    const shown = "[...document.querySelectorAll('tbody tr')].filter((row) => !row.hidden).map((row) => row.cells[0].textContent)"
    const set = (text: string, only: boolean) =>
      `{ const box = document.querySelector('#filter'); box.value = ${JSON.stringify(text)}; box.dispatchEvent(new Event('input'))
         const only = document.querySelector('#only'); only.checked = ${only}; only.dispatchEvent(new Event('change')) }; ${shown}`
    expect(await browser.evaluate(set('LEFT', false))).toEqual(['results › left'])
    expect(await browser.evaluate(set('', true))).toEqual(['results', 'results › <img src=x onerror=alert(1)>', 'script'])
    expect(await browser.evaluate("document.querySelector('#shown').textContent")).toBe('3 of 6')
  })

  it('shows what a console prints as text, and finds it', async () => {
    await browser.open(pathToFileURL(page).href, wide)
    await openConsole(2)
    const [state, line] = await browser.evaluate<readonly [string, string]>(search(2, 'DOCUMENT.title'))
    expect(state).toBe('1 of 1')
    expect(line).toContain('</script><script>document.title="owned"</script>')
    // The line has the host's time and the guest's.
    expect(line).toMatch(/^\S+Z +\d+\.\d+ \[ *\d+\.\d+\] /)
    expect(await browser.evaluate('document.title')).not.toBe('owned')
    expect(await browser.evaluate(search(2, 'never printed'))).toEqual(['not found', null])
    expect(browser.messages).toEqual([])
  })

  it('changes its colours with those of the system', async () => {
    await browser.open(pathToFileURL(page).href, wide)
    const colour = async (scheme: 'dark' | 'light') => {
      await browser.prefer(scheme)
      return browser.evaluate('getComputedStyle(document.body).backgroundColor')
    }
    expect([await colour('light'), await colour('dark')]).toEqual(['rgb(255, 255, 255)', 'rgb(20, 23, 26)'])
  })
})

describe('kernelkit html', () => {
  it('makes the same page of a directory of evidence and of the printed document', async () => {
    const [fromDirectory, fromDocument] = [
      await kernelkit(['html', 'evidence', '-o', 'a.html', '--json'], { cwd: directory }),
      await kernelkit(['html', 'results.json', '-o', 'b.html', '--json'], { cwd: directory }),
    ]
    const parse = (text: string) => JSON.parse(text) as Readonly<Record<string, unknown>>
    expect(parse(fromDirectory.stdout)).toMatchObject({ verdict: 'fail', tests: 6 })
    expect(parse(fromDocument.stdout)).toMatchObject({ verdict: 'fail', tests: 6 })
  })

  it('opens a console of 10 MB, and has the beginning and the end of one of 1 GB', async () => {
    const log = join(directory, 'evidence/script/console.timed.log')
    const text = await readFile(log, 'utf8')
    await appendFile(log, text.repeat(Math.ceil((10 * 2 ** 20) / text.length)))
    expect((await kernelkit(['html', 'evidence/script', '-o', 'ten.html'], { cwd: directory })).exitCode).toBe(0)
    await browser.open(pathToFileURL(join(directory, 'ten.html')).href, wide)
    await openConsole(0)
    expect((await browser.evaluate<readonly [string, string]>(search(0, 'needle')))[0]).toMatch(/^1 of \d{3,}$/)
    await truncate(log, 2 ** 30)
    await using end = await open(log, 'a')
    await end.write('\nthe last line\n')
    expect((await kernelkit(['html', 'evidence/script', '-o', 'big.html'], { cwd: directory })).exitCode).toBe(0)
    await browser.open(pathToFileURL(join(directory, 'big.html')).href, wide)
    const link = await browser.evaluate<string>("document.querySelector('section.run a[href$=log]').getAttribute('href')")
    expect(link).toBe('evidence/script/console.timed.log')
    await openConsole(0)
    expect((await browser.evaluate<readonly [string, string]>(search(0, 'the last line')))[1]).toBe('the last line')
    expect((await browser.evaluate<readonly [string, string]>(search(0, 'bytes are left out here')))[0]).toBe('1 of 1')
  })

  it.each([
    ['what is not JSON', '{"verdict": "pa', 'BAD_RESULTS', /bad\.json is not JSON/],
    ['another document', '{"a": 1}', 'BAD_RESULTS', /bad\.json\.verdict is missing/],
    ['a later version', '{"version": 2, "verdict": "pass"}', 'RESULTS_NEWER', /bad\.json is of version 2/],
  ])('refuses %s', async (_title, text, code, said) => {
    await writeFile(join(directory, 'bad.json'), text)
    const { exitCode, stderr } = await kernelkit(['html', 'bad.json'], { cwd: directory })
    expect(stderr).toContain(code)
    expect(stderr).toMatch(said)
    expect(exitCode).toBe(125)
  })
})
