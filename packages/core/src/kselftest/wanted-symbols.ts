/** What a suite's `config` asks of the kernel: symbols that are to be y or m, without `CONFIG_`. */
export function wantedSymbols(text: string): readonly string[] {
  return [...new Set([...text.matchAll(/^CONFIG_(\w+)=[ym]\s*$/gm)].map(([, symbol = '']) => symbol))]
}
