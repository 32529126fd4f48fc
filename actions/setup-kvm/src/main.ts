import { execHost, openActionStore, runAction } from '@kernelkit/action-kit'
import { UserError, message, option } from '@kernelkit/core/errors'
import { allowNamespaces } from './allow-namespaces.ts'
import { restoreHistory } from './history.ts'
import { inputRows } from './inputs.ts'
import { installLacking } from './install-lacking.ts'
import { openDevice } from './open-device.ts'
import { proveKvm } from './prove-kvm.ts'
import { putOnPath } from './put-on-path.ts'
import { readSetup } from './read-setup.ts'
import { renderSetupSummary } from './summary.ts'

await runAction({ inputs: inputRows, directory: import.meta.dirname }, async (action) => {
  const setup = readSetup(action)
  const machine = execHost(action.host)
  const { store } = await openActionStore(action, [])
  await restoreHistory(action)

  if (setup.boots) {
    await action.group('/dev/kvm', () => openDevice(machine))
    await action.group('User namespaces', () => allowNamespaces(machine))
  }
  const installed = await action.group('Packages', () => installLacking(action, machine, setup))
  const proof = setup.boots ? await action.group('Proof that KVM works', () => proveKvm(action, store, setup)) : undefined
  await action.group('kernelkit on PATH', () => putOnPath(action))

  action.setOutputs({ accel: proof?.accel, reason: proof?.reason, 'qemu-version': proof?.qemuVersion })
  action.summarise(renderSetupSummary(setup, { installed, proof }))
  if (proof?.accel !== 'tcg') return
  if (setup.requireKvm) {
    const hint = message`Choose a runner with nested virtualisation, or leave out ${option('require-kvm')}.`
    throw new UserError('KVM_REQUIRED', message`${option('require-kvm')} is true, but guests cannot run under KVM here: ${proof.reason}.`, {
      hint,
    })
  }
  action.annotate({
    level: 'warning',
    title: 'No KVM',
    oncePerJob: true,
    message: `Guests are emulated (TCG), ten times slower, with limits to match: ${proof.reason}.`,
  })
})
