import { join } from 'node:path'
import { gdbSocketName } from '@kernelkit/core/qemu'
import { ownIdentity } from '@kernelkit/host/process'
import type { Host } from '@kernelkit/host'
import { startQemu, type OwnedVm, type StartVmOptions } from './start-qemu.ts'
import type { VmRequest } from '../vm.ts'
import { dropGuestFiles } from './guest-artifacts.ts'
import { serveControl, type ControlServer } from './control-server.ts'
import { releaseVm, writeVmState, type VmState } from './vm-state.ts'

/**
 * Starts a VM that this process owns: QEMU, console, agent, state file and control socket. The directory comes from
 * `reserveVm`. When the VM ends, nothing of it is left in the runtime directory.
 */
export async function startVm(request: VmRequest, host: Host, options: StartVmOptions = {}): Promise<OwnedVm> {
  const place = { id: request.launch.id, name: request.name, directory: request.directory }
  let vm: OwnedVm
  try {
    vm = await startQemu(request, host, options)
  } catch (error) {
    await releaseVm(place, host)
    throw error
  }
  let control: ControlServer
  try {
    control = await serveControl({ path: join(request.directory, 'control.sock'), vm, host })
    await writeVmState(await stateOf(request, vm, host), host)
  } catch (error) {
    await vm.stop('kill')
    await releaseVm(place, host)
    throw error
  }
  const cleaned = vm.exited.then(async (exit) => {
    await dropGuestFiles(host, request)
    await control[Symbol.asyncDispose]()
    await releaseVm(place, host)
    return exit
  })
  const stop: OwnedVm['stop'] = async (how) => {
    await vm.stop(how)
    return cleaned
  }
  return Object.defineProperties({} as OwnedVm, {
    ...Object.getOwnPropertyDescriptors(vm),
    stop: { value: stop },
    exited: { value: cleaned },
    [Symbol.asyncDispose]: { value: async () => void (await stop('kill')) },
  })
}

async function stateOf(request: VmRequest, vm: OwnedVm, host: Host): Promise<VmState> {
  const { launch } = request
  return {
    id: launch.id,
    name: request.name,
    directory: request.directory,
    owner: await ownIdentity(host),
    startedAt: host.now(),
    qemuPid: vm.qemuPid,
    agent: launch.agent,
    terminal: launch.terminal,
    arch: launch.arch,
    accel: launch.accel,
    machine: launch.machine,
    kernel: launch.kernel,
    console: request.consolePath,
    forwards: launch.network.kind === 'user' ? launch.network.forwards : [],
    gdb: launch.gdb?.kind === 'socket' ? { kind: 'socket', path: join(launch.runtimeDirectory, gdbSocketName) } : (launch.gdb ?? null),
    facts: request.facts,
  }
}
