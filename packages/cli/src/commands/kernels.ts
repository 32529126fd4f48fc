import type { CommandDefinition } from '../command.ts'

export const kernelsCommand: CommandDefinition = {
  name: 'kernels',
  summary: "the kernels that distributions' mirrors and the store offer, and the word for each",
  example: "kernelkit kernels 'debian:1*/cloud'",
  define: (command) => {
    command.argument('[glob]', 'only those whose word or package it fits; without * and ? it may be anywhere in them')
  },
  load: async () => (await import('../handlers/kernels.ts')).kernels,
}
