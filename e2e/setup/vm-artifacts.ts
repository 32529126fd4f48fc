import { spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { kernelkitBin } from '../lib/paths.ts'
import { testStore } from './test-store.ts'

/**
 * Kernel and image of the VM tests, made by the product itself. Tests find them in the environment:
 * KERNELKIT_CACHE_DIR (the store), KERNELKIT_TEST_KERNEL, KERNELKIT_TEST_VMLINUX, KERNELKIT_TEST_IMAGE.
 * Set by the caller, the latter ones are taken as they are.
 */
export default async function setup(): Promise<void> {
  const store = testStore()
  mkdirSync(store, { recursive: true })
  process.env['KERNELKIT_CACHE_DIR'] = store
  if (process.env['KERNELKIT_TEST_KERNEL'] === undefined) {
    const built = await kernelkitJson(['build', 'deb:linux-source-6.12', '--json'])
    process.env['KERNELKIT_TEST_KERNEL'] = textOf(built, 'kernel')
    process.env['KERNELKIT_TEST_VMLINUX'] = textOf(built, 'vmlinux')
  }
  if (process.env['KERNELKIT_TEST_IMAGE'] === undefined) {
    const baked = await kernelkitJson(['bake', '--suite', 'bookworm', '--json'])
    process.env['KERNELKIT_TEST_IMAGE'] = textOf(baked, 'image')
  }
}

async function kernelkitJson(args: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
  process.stdout.write(`test artifacts: kernelkit ${args.join(' ')}\n`)
  const startedMs = performance.now()
  const child = spawn(process.execPath, [kernelkitBin, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  const chunks: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
  const exitCode = await new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
  const text = Buffer.concat(chunks).toString()
  if (exitCode !== 0) throw new Error(`kernelkit ${args.join(' ')} exited with status ${String(exitCode)}:\n${text}`)
  process.stdout.write(`test artifacts: ready after ${((performance.now() - startedMs) / 1000).toFixed(1)} s\n`)
  return JSON.parse(text) as Record<string, unknown>
}

function textOf(document: Readonly<Record<string, unknown>>, name: string): string {
  const value = document[name]
  if (typeof value === 'string') return value
  throw new Error(`no '${name}' in ${JSON.stringify(document)}`)
}
