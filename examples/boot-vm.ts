// Boot a kernel with this machine's own root file system and run two commands in it.
// Usage, in a checkout after `npm ci`: npx --no-install node examples/boot-vm.ts KERNEL
import { bootVm } from '@kernelkit/vm'

const kernel = process.argv[2]
if (kernel === undefined) throw new Error('usage: boot-vm.ts KERNEL (a bzImage, a vmlinux, a build directory or a tree)')

await using vm = await bootVm({ kernel, root: 'host', shares: [{ host: '.', guest: '/mnt/src' }] })
const { exitCode, stdout } = await vm.exec(['uname', '-r'])
process.stdout.write(`uname exited with status ${exitCode}: ${stdout}`)
const listing = await vm.exec(['ls', '/mnt/src'])
process.stdout.write(listing.stdout)
