import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { nodeHost, type Host } from '@kernelkit/host'
import { installWrapper } from './install-wrapper.ts'
import { describeSteps } from '../report/report-end.ts'
import { findKeptVm, forgetKeptVm, noteStep, readKeptVm, writeKeptVm, type KeptVm } from './kept-vm.ts'

const scratch = mkdtempSync(join(tmpdir(), 'kernelkit-kept-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

function jobHost(env: Readonly<Record<string, string>> = {}, temp = mkdtempSync(join(scratch, "it's $temp-"))): Host {
  return nodeHost({ env: { ...process.env, KERNELKIT_VM: undefined, RUNNER_TEMP: temp, ...env } })
}

const kept = (name: string): KeptVm => ({
  id: `id-of-${name}`,
  name,
  shell: undefined,
  names: [],
  values: {},
  artifacts: '/nowhere',
  passed: [],
  given: { env: {}, path: [] },
})

describe('the VM that a step means', () => {
  it('is the only one of its job', async () => {
    const host = jobHost()
    await writeKeptVm(host, kept('one'))
    expect(await findKeptVm(host)).toEqual(kept('one'))
    await forgetKeptVm(host, 'one')
    await expect(findKeptVm(host)).rejects.toMatchObject({ code: 'VM_NOT_FOUND', message: 'no VM of this job is running.' })
  })

  it('is the one that KERNELKIT_VM names among several', async () => {
    const host = jobHost()
    await writeKeptVm(host, kept('one'))
    await writeKeptVm(host, kept('two'))
    const named = (name: string) => findKeptVm(jobHost({ KERNELKIT_VM: name }, host.env['RUNNER_TEMP']))
    expect(await named('two')).toEqual(kept('two'))
    await expect(findKeptVm(host)).rejects.toMatchObject({ message: '2 VMs of this job are running: one, two.' })
    await expect(named('twoo')).rejects.toMatchObject({ hint: 'Did you mean two?' })
    await expect(named('../one')).rejects.toMatchObject({ code: 'VM_NOT_FOUND' })
  })

  it('keeps how later steps ended, so that one that failed is not a pass of the steps', async () => {
    const host = jobHost()
    await writeKeptVm(host, kept('one'))
    for (const exitCode of [0, 3, 125]) await noteStep(host, 'one', exitCode)
    const steps = (await readKeptVm(host, 'one'))?.steps ?? { all: 0, failed: 0 }
    expect(steps).toEqual({ all: 3, failed: 2 })
    expect(describeSteps('one', { verdict: 'pass', steps })).toBe('verdict of the steps in one: fail (2 of 3 failed)')
    expect(describeSteps('one', { verdict: 'panic', steps })).toBe('verdict of the steps in one: panic')
    expect(describeSteps('one', { verdict: 'pass', steps: { all: 3, failed: 0 } })).toBe('verdict of the steps in one: pass')
    await forgetKeptVm(host, 'one')
    await noteStep(host, 'one', 0)
    expect(await readKeptVm(host, 'one')).toBeUndefined()
  })

  it('cannot be found outside of a job', async () => {
    await expect(findKeptVm(jobHost({ RUNNER_TEMP: '' }))).rejects.toMatchObject({ code: 'BAD_INPUT' })
  })
})

describe('kernelkit-vm on PATH', () => {
  it('runs the intended program under the intended Node, whatever their paths hold, and no other user may write it', async () => {
    const host = jobHost()
    const program = join(host.env['RUNNER_TEMP'] ?? '', "print '$1'.mjs")
    writeFileSync(program, 'process.stdout.write(JSON.stringify(process.argv.slice(2)))')
    const directory = await installWrapper(host, { node: process.execPath, program })
    const script = "/tmp/it's $a script.sh"
    expect(JSON.parse(execFileSync(join(directory, 'kernelkit-vm'), [script], { encoding: 'utf8', env: {} }))).toEqual([script])
    expect(statSync(join(directory, 'kernelkit-vm')).mode & 0o777).toBe(0o755)
    expect(statSync(directory).mode & 0o022).toBe(0)
  })
})
