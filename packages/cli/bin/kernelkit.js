#!/usr/bin/env sh
':' //# ; { true 3>&1; } 2>/dev/null || export KERNELKIT_STDOUT_CLOSED=1; { true 3<&0; } 2>/dev/null || export KERNELKIT_STDIN_CLOSED=1; exec node "$0" "$@"
// Above, a shell starts Node: only there is it seen that stdout or stdin is closed (>&-, <&-). Node opens /dev/null instead, as others
// do on purpose (subprocess.DEVNULL of Python, with the same flags): output would be lost, and a missing input taken for an empty one.
// Plain JavaScript that every Node understands: an old one gets one clear line, not a stack trace.
const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 12)) {
  process.stderr.write(`kernelkit: needs Node 22.12 or newer, but this is ${process.version} (${process.execPath}).\n`)
  process.exitCode = 125
  // A checkout has one of its own after `npm ci`.
  const programs = decodeURIComponent(new URL('../../../node_modules/.bin', import.meta.url).pathname)
  void import('node:fs').then(({ existsSync }) => {
    const hint = existsSync(`${programs}/node`)
      ? `Run \`export PATH="${programs}:$PATH"\`: this checkout has a Node of its own there, and kernelkit.`
      : 'Install a newer Node, or put it first on PATH.'
    process.stderr.write(`Hint: ${hint}\n`)
  })
} else {
  keepCompiledCode()
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

/** V8's code of our modules stays in the store (node:module, enableCompileCache), if there is one: it makes a start some milliseconds shorter. */
function keepCompiledCode() {
  const { existsSync } = process.getBuiltinModule('node:fs')
  const { homedir } = process.getBuiltinModule('node:os')
  const { isAbsolute, join, resolve } = process.getBuiltinModule('node:path')
  const { KERNELKIT_CACHE_DIR: own, XDG_CACHE_HOME: xdg, HOME: home = homedir() } = process.env
  // The same as defaultStoreRoot of @kernelkit/host, which is not loaded yet; e2e/doctor-cache.test.ts compares the two.
  const store = own ? resolve(own) : join(xdg && isAbsolute(xdg) ? xdg : join(home, '.cache'), 'kernelkit')
  if (existsSync(store)) process.getBuiltinModule('node:module').enableCompileCache(join(store, 'compiled'))
}
