import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { dockerfiles } from './dockerfiles.ts'

// Part of `npm run docs`; dockerfiles.test.ts fails when they were not written again.
for (const { path, text } of dockerfiles) {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}
