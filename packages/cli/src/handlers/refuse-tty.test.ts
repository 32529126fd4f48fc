import { expect, it } from 'vitest'
import { refuseTty } from './refuse-tty.ts'

it('refuses a terminal for the guest where this command has none, or answers with a document', () => {
  expect(() => refuseTty({ tty: true, isTerminal: false, json: false })).toThrow('--tty needs a terminal on stdin and stdout.')
  expect(() => refuseTty({ tty: true, isTerminal: true, json: true })).toThrow(
    "--tty does not go together with --json, which writes the command's streams to files.",
  )
  expect(() => refuseTty({ tty: true, isTerminal: true, json: false })).not.toThrow()
  expect(() => refuseTty({ tty: false, isTerminal: false, json: true })).not.toThrow()
})
