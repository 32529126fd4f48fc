/**
 * What shapes an artifact, in a fixed order: one `[name, value]` pair per fact.
 * Everything that changes the content is in it and nothing else, so that a new key always
 * has a visible reason. Hashing happens in the host.
 */
export type KeyMaterial = readonly (readonly [name: string, value: string])[]

/** One `name=JSON` line per fact: the text that is hashed and kept next to the artifact as `key.txt`. */
export function renderKeyMaterial(material: KeyMaterial): string {
  return material.map(([name, value]) => `${name}=${JSON.stringify(value)}\n`).join('')
}
