import { architectures } from './rows.ts'

/** Architectures without a row whose reports are decoded all the same, by e_machine (elf(5)). */
const otherTriplets: Readonly<Record<number, string>> = {
  21: 'powerpc64le-linux-gnu',
  22: 's390x-linux-gnu',
  40: 'arm-linux-gnueabihf',
  183: 'aarch64-linux-gnu',
  243: 'riscv64-linux-gnu',
}

/** The triplet of cross binutils for an e_machine. */
export function binutilsTriplet(machine: number): string | undefined {
  return architectures.find(({ elfMachine }) => elfMachine === machine)?.crossPrefix.replace(/-$/, '') ?? otherTriplets[machine]
}
