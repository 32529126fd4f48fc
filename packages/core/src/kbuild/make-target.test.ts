import { expect, it } from 'vitest'
import { commandWriter, writeMessage } from '../errors/index.ts'
import { hintForTarget } from './make-target.ts'

it.each([
  ['bzImage', '`kernelkit build` in the tree'],
  ['defconfig', '--base defconfig'],
  ['menuconfig', '--base ./.config'],
  ['olddefconfig', '--base ./.config'],
  ['kvm_guest.config', '--config kvm_guest.config'],
  ['x86_64_defconfig', '--base ./arch/x86/configs/x86_64_defconfig'],
  ['mrproper', 'cache prune'],
  ['modules_install', '--out DIR'],
])('says what to write instead of `make %s`', (word, said) => {
  expect(writeMessage(hintForTarget(word) ?? '', commandWriter)).toContain(said)
})

it.each(['linux', '.', '../bzImage', 'v6.12'])('has no hint for %s', (word) => {
  expect(hintForTarget(word)).toBeUndefined()
})
