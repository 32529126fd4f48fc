import { resolve } from 'node:path'
import { isSwitchedOff } from '@kernelkit/core/options'
import { carryLists, openActionStore, readOptions, runAction } from '@kernelkit/action-kit'
import { baseKey, readBase, writeBase } from './base/base-result.ts'
import { bisectPullRequest } from './bisect/bisect-pull-request.ts'
import { bootAndRun } from './boot.ts'
import { noteUsedDirectory, readUsedDirectories } from './evidence/used-directories.ts'
import { inputRows, parseBootRequest } from './inputs.ts'
import { keptState } from './kept-state.ts'
import { leaveForLaterSteps } from './shell/leave-for-later-steps.ts'
import { secondsOf, reportRun } from './report/report-run.ts'
import { reportUnable } from './report/report-unable.ts'

await runAction({ inputs: inputRows, directory: import.meta.dirname }, (action) =>
  reportUnable(action, async () => {
    const { host } = action
    const { options, projectKernel } = await readOptions(action, { block: 'vm', command: 'run' })
    const request = parseBootRequest(options, await readUsedDirectories(host))
    const artifacts = resolve(host.cwd, request.artifacts)
    await noteUsedDirectory(host, request.artifacts)
    const isFetched = ['distribution', 'deb'].includes(request.spec.kernel?.kind ?? '')
    const usesCache = isFetched && !isSwitchedOff(action.inputs, 'cache')
    const { store } = await openActionStore(action, isFetched ? ['kernel'] : [])
    const saveLists = usesCache ? await carryLists(host, { cache: action.cache, store }) : undefined

    const finished = await action.group('Boot and run', () =>
      bootAndRun({
        action,
        store,
        request,
        projectKernel,
        artifacts,
        // A step that is killed must not forget a VM that keeps running without it.
        onPrepared: (prepared) => void (request.spec.keep && action.saveState('kept', keptState(prepared, artifacts, 0))),
      }),
    )
    await saveLists?.()
    const { prepared, outcome } = finished
    if (request.spec.keep) {
      await leaveForLaterSteps(action, { ...prepared.place, request })
      action.saveState('kept', keptState(prepared, artifacts, outcome.facts.console.lines))
    }

    const key = baseKey(host, { options, accel: prepared.plan.accel.accel })
    await reportRun({ action, request, finished, base: await readBase(action, key) })
    if (outcome.judgement.verdict === 'pass') {
      await writeBase(action, key, { sha: host.env['GITHUB_SHA'] ?? '', seconds: secondsOf(finished) })
    } else if (request.bisect) {
      await action.group('Bisect the pull request', () => bisectPullRequest({ action, store, options, request, finished }))
    }
  }),
)
