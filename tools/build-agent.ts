import { architectures } from '@kernelkit/core/arch'
import { nodeHost } from '@kernelkit/host'
import { prebuildGuestPrograms } from '../packages/vm/src/guest/agent-program.ts'

// The published package carries the guest's programs compiled, so that its users need no compiler (`npm pack` runs this).
for (const { name } of architectures) process.stdout.write(`${await prebuildGuestPrograms(name, nodeHost())}\n`)
