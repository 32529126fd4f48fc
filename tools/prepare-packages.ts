import { preparePackages } from './release/prepare-packages.ts'
import { repository } from './source-files.ts'

const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: name } = process.env
if (server === undefined || name === undefined)
  throw new Error('GITHUB_SERVER_URL and GITHUB_REPOSITORY are not set: this is for the release workflow')
const prepared = preparePackages(repository, `${server}/${name}`)
process.stdout.write(`prepared for the registry: ${prepared.join(', ')}\n`)
