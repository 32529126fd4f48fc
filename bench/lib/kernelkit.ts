import { fileURLToPath } from 'node:url'
import { timeCommand } from './time-command.ts'

/** The command as users run it: Node on the checked-in executable. */
export const kernelkit: readonly string[] = [
  process.execPath,
  fileURLToPath(new URL('../../packages/cli/bin/kernelkit.js', import.meta.url)),
]

/** The JSON document of a kernelkit command. */
export async function kernelkitJson(args: readonly string[]): Promise<Record<string, unknown>> {
  const { stdout } = await timeCommand([...kernelkit, '--json', ...args])
  return JSON.parse(stdout) as Record<string, unknown>
}

export interface BuiltKernel {
  readonly kernel: string
  readonly vmlinux: string
}

/** The default kernel of Debian's source package, from the store or built now. */
export async function buildKernel(): Promise<BuiltKernel> {
  const { kernel, vmlinux } = await kernelkitJson(['build', 'deb:linux-source-6.12'])
  return { kernel: String(kernel), vmlinux: String(vmlinux) }
}

/** The default image of a suite, from the store or baked now. */
export async function bakeImage(suite = 'bookworm'): Promise<string> {
  return String((await kernelkitJson(['bake', '--suite', suite]))['image'])
}
