import { join, resolve } from 'node:path'
import type { Action } from '@kernelkit/action-kit'
import type { BootRequest } from '../inputs.ts'
import { installWrapper } from './install-wrapper.ts'
import { writeKeptVm } from './kept-vm.ts'

/** Makes a running VM the one of `shell: kernelkit-vm {0}` for the steps after this one. */
export async function leaveForLaterSteps(
  action: Action,
  { id, name, request }: { readonly id: string; readonly name: string; readonly request: BootRequest },
): Promise<void> {
  const { host } = action
  const { spec, shell } = request
  const given = spec.env.flatMap((variable) => (variable.value === undefined ? [] : [[variable.name, variable.value] as const]))
  await writeKeptVm(host, {
    id,
    name,
    shell,
    names: spec.env.flatMap((variable) => (variable.value === undefined ? [variable.name] : [])),
    values: Object.fromEntries(given),
    artifacts: resolve(host.cwd, request.artifacts),
    passed: request.passEnv,
    given: { env: {}, path: [] },
  })
  action.addPath(await installWrapper(host, { node: process.execPath, program: join(action.directory, 'kernelkit-vm.mjs') }))
}
