import { appendFile, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { startBrowser } from '../e2e/lib/browser.ts'
import { kernelkit } from './lib/kernelkit.ts'
import { benchDirectory } from './lib/seed.ts'
import { timeCommand } from './lib/time-command.ts'

/** The page of 2,000 tests and a console of 10 MB: made in 2 s, first paint in Chromium in less than 1 s. */
const tests = 2000
const consoleBytes = 10 * 2 ** 20

const directory = await benchDirectory('page')
try {
  const results = Array.from({ length: tests }, (_, index) => `printf 'ok ${index + 1} test ${index}\\n'`)
  await writeFile(join(directory, 'run.sh'), [`printf 'KTAP version 1\\n1..${tests}\\n'`, ...results].join('\n'))
  await writeFile(
    join(directory, 'kernelkit.yaml'),
    'vm: { kernel: "debian:12/cloud", root: host }\ntests: [{ name: all, run: sh run.sh }]\n',
  )
  await timeCommand([...kernelkit, 'test', '--evidence', 'evidence', '-q'], { cwd: directory })
  const log = join(directory, 'evidence/all/console.timed.log')
  const text = await readFile(log, 'utf8')
  await appendFile(log, text.repeat(Math.ceil(consoleBytes / text.length)))
  const { wallSeconds } = await timeCommand([...kernelkit, 'html', 'evidence', '-o', 'page.html'], { cwd: directory })
  await using browser = await startBrowser()
  await browser.open(pathToFileURL(join(directory, 'page.html')).href, { width: 1280, height: 900 })
  const paintMs = await browser.evaluate<number>(`(async () => {
    for (;;) {
      const [first] = performance.getEntriesByName('first-contentful-paint')
      if (first !== undefined) return first.startTime
      await new Promise((done) => setTimeout(done, 20))
    }
  })()`)
  const rows = await browser.evaluate<number>("document.querySelectorAll('tbody tr').length")
  process.stdout.write(
    `page of ${rows} rows and 10 MB of console: made in ${wallSeconds.toFixed(2)} s (goal 2), first paint after ${(paintMs / 1000).toFixed(2)} s (goal 1)\n`,
  )
} finally {
  await rm(directory, { recursive: true, force: true })
}
