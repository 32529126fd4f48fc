export interface Version {
  readonly text: string
  readonly numbers: readonly [major: number, minor: number, patch: number]
  readonly isPrerelease: boolean
}

/** `1.2.3` or `1.2.3-rc.1`; `undefined` for anything else. */
export function parseVersion(text: string): Version | undefined {
  const [, major, minor, patch, pre] = /^(\d+)\.(\d+)\.(\d+)(-[\w.]+)?$/.exec(text) ?? []
  if (major === undefined || minor === undefined || patch === undefined) return undefined
  return { text, numbers: [Number(major), Number(minor), Number(patch)], isPrerelease: pre !== undefined }
}

/** The tag that users of an action write: the newest release of its major version. */
export function movingTag({ numbers, isPrerelease }: Version): string | undefined {
  return isPrerelease ? undefined : `v${numbers[0]}`
}

/** A release of the same major version that is newer than this one: the moving tag stays with it. */
export function newerRelease(version: Version, tags: Iterable<string>): string | undefined {
  return [...tags].find((tag) => {
    const other = parseVersion(tag.replace(/^v/, ''))
    if (other === undefined || other.isPrerelease || other.numbers[0] !== version.numbers[0]) return false
    const [, minor, patch] = other.numbers
    return minor > version.numbers[1] || (minor === version.numbers[1] && patch > version.numbers[2])
  })
}
