import { createServer, type Server } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { kernelkit, testArtifacts } from '../lib/kernelkit.ts'

const { kernel } = testArtifacts()

let server: Server
let connections = 0
beforeAll(async () => {
  server = createServer((socket) => {
    connections += 1
    socket.end('service of the host\n')
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
})
afterAll(() => void server.close())

it('A guest of a restricted network reaches no service on the loopback address of the host.', async () => {
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const connect = `use IO::Socket::INET; my $s = IO::Socket::INET->new(PeerAddr => "10.0.2.2:${port}", Timeout => 3); print $s ? <$s> : "refused\\n"`
  const words = ['-k', kernel, '--root', 'host', '--no-cwd', '--net', 'restricted', '-p', '0:22']
  const { exitCode, stdout } = await kernelkit(['run', ...words, '--', 'perl', '-e', connect])
  expect({ exitCode, stdout, connections }).toEqual({ exitCode: 0, stdout: 'refused\n', connections: 0 })
})
