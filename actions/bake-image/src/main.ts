import { openActionStore, readOptions, runAction } from '@kernelkit/action-kit'
import { parseToolchainChoice } from '@kernelkit/core/options/commands'
import { checkOutPath, findProject, recordProject } from '@kernelkit/host'
import { bakeImage, openBakePlace } from '@kernelkit/image'
import { inputRows } from './inputs.ts'
import { openReleaseWindow } from './release-window.ts'
import { sshKeyFiles } from './ssh-key-files.ts'
import { renderBakeSummary, showKey } from './summary.ts'
import { copyWanted, parseWantedImage } from './wanted-image.ts'

await runAction({ inputs: inputRows, directory: import.meta.dirname }, async (action) => {
  const { host, signal } = action
  const own = { ...action, inputs: { ...action.inputs, ...(await sshKeyFiles(action)) } }
  const { options } = await readOptions(own, { block: 'image', command: 'bake' })
  const { spec, force } = parseWantedImage(host, options)
  if (spec.out !== undefined) await checkOutPath(host, spec.out)
  const toolchain = parseToolchainChoice(action.inputs)
  const { store, saved } = await openActionStore(action, ['image'])

  await using tools = await action.group('Tools', () => openBakePlace({ host, signal, toolchain }, spec))
  const { backend } = tools
  const release = await action.group('State of the suite', () => openReleaseWindow(action, store, spec))
  const result = await action.group('Image', () => bakeImage(host, store, spec, { signal, force, backend }))
  await action.group('Key of the image', () => showKey(host, result))
  if (!result.cached) await action.group('Remember the state of the suite', () => release.save())
  await recordProject(host, store, { project: await findProject(host), arch: spec.arch.name, image: result.manifest })
  const image = await copyWanted(host, spec, result)

  action.summarise(renderBakeSummary(result, { saved: saved(), state: release.describe() }))
  action.setOutputs({ image, key: result.key, 'cache-hit': result.cached, saved: saved() })
})
