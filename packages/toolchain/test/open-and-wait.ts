import { nodeHost } from '@kernelkit/host'
import { connectEngine, openContainer } from '@kernelkit/toolchain'

/** A process that is killed while a program of its container writes into a directory. */
const [image = '', directory = ''] = process.argv.slice(2)
const host = nodeHost()
const mounts = [{ path: directory, readOnly: false }]
const options = { image, purpose: 'test', user: 'caller', mounts, network: false } as const
await using container = await openContainer(await connectEngine(host), host, options)
await container.exec(['sh', '-c', 'echo started; while sleep 0.05; do date +%N > beat; done'], {
  cwd: directory,
  onLine: (line) => void process.stdout.write(`${line}\n`),
})
