/** Stop a repository script that runs on another Node major than the one `npm ci` installs. */
const wanted = 24
const major = Number(process.versions.node.split('.')[0])
if (major !== wanted) {
  process.stderr.write(
    `kernelkit: this script needs Node ${wanted}, but runs on ${process.version} (${process.execPath}).\n` +
      `Hint: start it with npm (\`npm run …\`, \`npm test\`); \`npm ci\` installs Node ${wanted} into node_modules/.bin.\n`,
  )
  process.exitCode = 1
}
