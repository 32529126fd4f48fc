import { neededFields, neededTypes, type NeededField, type NeededType, type TypeTable } from './fields.ts'

// Documentation/bpf/btf.rst: kinds of types.
const kinds = {
  int: 1,
  pointer: 2,
  array: 3,
  struct: 4,
  union: 5,
  enum: 6,
  forward: 7,
  typedef: 8,
  volatile: 9,
  const: 10,
  restrict: 11,
} as const
const others = { func: 12, funcProto: 13, var: 14, datasec: 15, float: 16, declTag: 17, typeTag: 18, enum64: 19 } as const
const magic = 0xeb9f

interface BtfType {
  readonly kind: number
  readonly nameAt: number
  /** The type that it refers to, or its size. */
  readonly value: number
  /** Place of what follows. */
  readonly at: number
  readonly count: number
  readonly hasBitfields: boolean
}

/** Reads the members that are needed out of a kernel's `.BTF`; `undefined` for what is not BTF. */
export function readBtf(bytes: Uint8Array, wordBytes: 4 | 8): TypeTable | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < 24 || view.getUint16(0, true) !== magic) return undefined
  const header = view.getUint32(4, true)
  const [typesAt, typesSize, textAt] = [view.getUint32(8, true), view.getUint32(12, true), view.getUint32(16, true)]
  const types = readTypes(view, header + typesAt, Math.min(header + typesAt + typesSize, bytes.length))
  const nameOf = (at: number): string => {
    const start = header + textAt + at
    const end = bytes.indexOf(0, start)
    return new TextDecoder('latin1').decode(bytes.subarray(start, end < 0 ? start : end))
  }
  const wanted = new Set<string>([...neededTypes, ...neededFields.map((field) => field.split('.')[0] ?? '')])
  const named = new Map<string, number>()
  for (const [id, type] of types.entries()) {
    if (type.kind !== kinds.struct && type.kind !== kinds.union) continue
    const name = nameOf(type.nameAt)
    if (wanted.has(name) && !named.has(name)) named.set(name, id)
  }
  const plain = (id: number): number => {
    const type = types[id]
    const isName =
      type !== undefined &&
      ([kinds.typedef, kinds.volatile, kinds.const, kinds.restrict, others.typeTag] as readonly number[]).includes(type.kind)
    return isName ? plain(type.value) : id
  }
  const sizeOf = (id: number): number => {
    const real = types[plain(id)]
    if (real === undefined) return 0
    if (real.kind === kinds.pointer) return wordBytes
    if (real.kind !== kinds.array) return real.value
    return sizeOf(view.getUint32(real.at, true)) * view.getUint32(real.at + 8, true)
  }
  /** A member, in nameless members too. */
  const find = (id: number, name: string): { readonly bits: number; readonly type: number } | undefined => {
    const type = types[plain(id)]
    if (type === undefined || (type.kind !== kinds.struct && type.kind !== kinds.union)) return undefined
    for (let index = 0; index < type.count; index += 1) {
      const at = type.at + index * 12
      const [member, offset] = [view.getUint32(at + 4, true), view.getUint32(at + 8, true)]
      const bits = type.hasBitfields ? offset & 0xff_ffff : offset
      const memberName = nameOf(view.getUint32(at, true))
      if (memberName === name) return { bits, type: member }
      const inside = memberName === '' ? find(member, name) : undefined
      if (inside !== undefined) return { bits: bits + inside.bits, type: inside.type }
    }
    return undefined
  }
  const fields = new Map<NeededField, readonly [number, number]>()
  for (const field of neededFields) {
    const [first = '', ...path] = field.split('.')
    let place: { readonly bits: number; readonly type: number } | undefined
    const root = named.get(first)
    if (root !== undefined) place = { bits: 0, type: root }
    for (const name of path) {
      const inside: { readonly bits: number; readonly type: number } | undefined = place && find(place.type, name)
      place = inside && place ? { bits: place.bits + inside.bits, type: inside.type } : undefined
    }
    if (place !== undefined) fields.set(field, [place.bits / 8, sizeOf(place.type)])
  }
  if (!fields.has('task_struct.tasks')) return undefined
  return {
    unknown: [],
    offset: (field) => fields.get(field)?.[0],
    size: (field) => fields.get(field)?.[1],
    sizeOf: (type: NeededType) => {
      const id = named.get(type)
      return id === undefined ? undefined : sizeOf(id)
    },
  }
}

/** All types in order; the first one is `void`. */
function readTypes(view: DataView, from: number, end: number): readonly BtfType[] {
  const types: BtfType[] = [{ kind: 0, nameAt: 0, value: 0, at: 0, count: 0, hasBitfields: false }]
  for (let at = from; at + 12 <= end;) {
    const info = view.getUint32(at + 4, true)
    const [kind, count] = [(info >>> 24) & 31, info & 0xffff]
    types.push({
      kind,
      count,
      nameAt: view.getUint32(at, true),
      value: view.getUint32(at + 8, true),
      at: at + 12,
      hasBitfields: info >>> 31 === 1,
    })
    at += 12 + extraBytes(kind, count)
  }
  return types
}

function extraBytes(kind: number, count: number): number {
  switch (kind) {
    case kinds.int:
    case others.var:
    case others.declTag:
      return 4
    case kinds.array:
    case kinds.struct:
    case kinds.union:
    case others.datasec:
    case others.enum64:
      return kind === kinds.array ? 12 : 12 * count
    case kinds.enum:
    case others.funcProto:
      return 8 * count
    default:
      return 0
  }
}
