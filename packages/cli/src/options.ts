/** For commander's `option(flags, description, repeatable)`: each use adds one value (a variadic option would swallow operands). */
export function repeatable(value: string, previous: readonly string[] | undefined): readonly string[] {
  return [...(previous ?? []), value]
}
