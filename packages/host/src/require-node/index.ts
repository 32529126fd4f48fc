/** Imported first by every package that needs Node: an old one gets one clear error at the import, not a TypeError later. */

// `engines` of each package.json; a test compares.
const [major, minor] = [22, 12]
const [ownMajor = 0, ownMinor = 0] = process.versions.node.split('.').map(Number)
if (ownMajor < major || (ownMajor === major && ownMinor < minor))
  throw new Error(
    `kernelkit's packages need Node ${major}.${minor} or newer, but this is ${process.version} (${process.execPath}). Install a newer Node, or put it first on PATH.`,
  )

export {}
