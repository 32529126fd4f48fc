import { always, defaultPresets, presets, type Fragment } from '@kernelkit/core/kconfig'

/** docs/config.md: every option of every preset with its reason. */
export function renderConfigDocs(): string {
  const sections = [always, ...presets].map(renderFragment)
  return `# Kernel options

Rendered from the presets (\`npm run docs\`); do not edit.

\`kernelkit build --config NAME\` takes a preset, \`--config FILE\` a fragment, \`--config SYMBOL=VALUE\` or
\`--config -SYMBOL\` one option. Without any preset or file the presets are ${defaultPresets.map((name) => `\`${name}\``).join(', ')}.
Presets come first, then files and symbols in your order; the last word on an option counts, and yours is above ours.
\`kernelkit config show\` prints the configuration that results, each option with who asked for it.

${sections.join('\n')}`
}

function renderFragment(fragment: Fragment): string {
  const rows = fragment.options.map(({ symbol, value = 'y', why, archs }) => {
    const only = archs === undefined ? '' : ` (${archs.join(', ')})`
    return `| \`${symbol}=${value}\` | ${why}${only} |`
  })
  return `## ${fragment.name}

${fragment.summary[0]?.toUpperCase() ?? ''}${fragment.summary.slice(1)}.

| option | why |
|---|---|
${rows.join('\n')}
`
}
