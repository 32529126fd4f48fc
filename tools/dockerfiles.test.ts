import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { dockerfiles } from './dockerfiles.ts'

test.for(dockerfiles)('$path is what core renders (npm run docs writes it)', ({ path, text }) => {
  expect(readFileSync(path, 'utf8')).toBe(text)
})
