import { fileURLToPath } from 'node:url'

/** The command as npm links it: the checked-in executable, on what `npm run build` made. */
export const kernelkitBin = fileURLToPath(new URL('../../packages/cli/bin/kernelkit.js', import.meta.url))
