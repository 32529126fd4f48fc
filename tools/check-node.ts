/** Stop a repository script that runs on another Node major than the one `npm ci` installs; `installed` says that it came along. */
const wanted = 24
const major = Number(process.versions.node.split('.')[0])
if (major !== wanted) {
  process.stderr.write(
    `kernelkit: this script needs Node ${wanted}, but runs on ${process.version} (${process.execPath}).\n` +
      `Hint: start it with npm (\`npm run …\`, \`npm test\`); \`npm ci\` installs Node ${wanted} into node_modules/.bin.\n`,
  )
  process.exitCode = 1
} else if (process.argv[2] === 'installed') {
  // As npm writes it: "npm/11.1.0 node/v20.20.2 linux x64".
  const own = /\bnode\/(v(\d+)\S*)/.exec(process.env['npm_config_user_agent'] ?? '')
  if (own !== null && Number(own[2]) !== wanted) {
    process.stdout.write(`kernelkit: Node ${process.version} is now in node_modules/.bin; npm scripts here use it instead of ${own[1]}.\n`)
  }
}
