#!/usr/bin/env node
// Plain JavaScript that every Node understands: an old one gets one clear line, not a stack trace.
const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 12)) {
  process.stderr.write(`kernelkit: needs Node 22.12 or newer, but this is ${process.version} (${process.execPath}).\n`)
  process.exitCode = 125
} else {
  import('../bundle/main.js').then(
    (module) => module.main(),
    (error) => {
      const built = error && error.code !== 'ERR_MODULE_NOT_FOUND'
      process.stderr.write(
        built
          ? `${error.stack}\n`
          : `kernelkit: not built yet (${error.message}).\nHint: in a checkout run \`npm ci\`, or \`npm run build\`.\n`,
      )
      process.exitCode = 125
    },
  )
}
