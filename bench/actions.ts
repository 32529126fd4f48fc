import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { actionPath, ownActions } from '../tools/own-actions.ts'
import { printPairs, type Figures } from './lib/pairs.ts'

/** From the start of a program to the first that it writes; it is ended then. CPU time is of no interest here. */
async function timeToFirstLine(args: readonly string[]): Promise<Figures> {
  const startedMs = performance.now()
  // An unknown input: should the end come late, nothing is done until then.
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'], env: { ...process.env, INPUT_BENCH: 'true' } })
  await new Promise<void>((resolve, reject) => {
    child.stdout.once('data', () => resolve())
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`${args.join(' ')} exited with status ${code} before it wrote anything`)))
  })
  const wallSeconds = (performance.now() - startedMs) / 1000
  child.removeAllListeners('exit')
  child.kill('SIGKILL')
  return { wallSeconds, cpuSeconds: 0 }
}

/** First line of the log of each action's bundle, against a Node that writes a line. */
for (const name of ownActions) {
  const main = actionPath(name, 'dist/main.mjs')
  if (!existsSync(main)) throw new Error(`${main} is not there. Hint: npm run bundle`)
  const [a, b]: [Figures[], Figures[]] = [[], []]
  for (let round = -1; round < 15; round++) {
    const pair = [await timeToFirstLine([main]), await timeToFirstLine(['-e', 'process.stdout.write("x\\n")'])] as const
    if (round < 0) continue
    a.push(pair[0])
    b.push(pair[1])
  }
  printPairs({
    title: `start of ${name} to the first line of its log`,
    goal: { figure: 'wall', ratio: 3 },
    a: { label: `actions/${name}/dist/main.mjs`, timings: a },
    b: { label: 'node -e, one line', timings: b },
  })
}
