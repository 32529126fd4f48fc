import { saveCache } from '@actions/cache'
import { getState, setOutput } from '@actions/core'

const made = getState('made')
setOutput('saved', made !== '' && (await saveCache([made], getState('key'))) !== -1)
