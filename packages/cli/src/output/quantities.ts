const binaryUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB']

/** `203 MiB`, `1.4 GiB`: as many digits as a person reads. */
export function formatBytes(bytes: number): string {
  let value = bytes
  let unit = 0
  while (value >= 1024 && unit < binaryUnits.length - 1) {
    value /= 1024
    unit++
  }
  return `${unit === 0 || value >= 10 ? Math.round(value) : value.toFixed(1)} ${binaryUnits[unit] ?? 'B'}`
}

const ageUnits: readonly (readonly [ms: number, name: string])[] = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1000, 's'],
]

/** `2 min`, `3 d`: the largest unit that fits. */
export function formatAge(ms: number): string {
  const [size, name] = ageUnits.find(([unit]) => ms >= unit) ?? [1000, 's']
  return `${Math.max(0, Math.floor(ms / size))} ${name}`
}
