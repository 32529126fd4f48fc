import { describe, expect, it } from 'vitest'
import { githubMatrix, gitlabPipeline, kubernetesJob } from './job-files.ts'

const input = {
  command: 'matrix',
  words: ['ci/', '-k', 'debian:12'],
  shards: [['a@debian:12', 'b@debian:12'], ['c@debian:12']],
  image: 'registry/kernelkit:1',
} as const

describe('the parts of a run', () => {
  it('are a matrix of GitHub with the cells of each, one a line', () => {
    expect(githubMatrix(input)).toEqual({
      include: [
        { command: 'matrix', shard: '1/2', cells: 'a@debian:12\nb@debian:12' },
        { command: 'matrix', shard: '2/2', cells: 'c@debian:12' },
      ],
    })
  })

  it('are a pipeline of GitLab that merges whatever happened', () => {
    expect(gitlabPipeline(input)).toEqual({
      stages: ['test', 'merge'],
      'kernelkit 1/2': {
        stage: 'test',
        image: { name: 'registry/kernelkit:1', entrypoint: [''] },
        script: ['kernelkit matrix ci/ -k debian:12 --shard 1/2 --evidence kernelkit-shard-1'],
        artifacts: { when: 'always', paths: ['kernelkit-shard-1'] },
      },
      'kernelkit 2/2': {
        stage: 'test',
        image: { name: 'registry/kernelkit:1', entrypoint: [''] },
        script: ['kernelkit matrix ci/ -k debian:12 --shard 2/2 --evidence kernelkit-shard-2'],
        artifacts: { when: 'always', paths: ['kernelkit-shard-2'] },
      },
      'kernelkit merge': {
        stage: 'merge',
        image: { name: 'registry/kernelkit:1', entrypoint: [''] },
        when: 'always',
        script: ['kernelkit merge kernelkit-shard-1 kernelkit-shard-2 --junit junit.xml'],
        artifacts: { when: 'always', paths: ['junit.xml'], reports: { junit: 'junit.xml' } },
      },
    })
  })

  it('are pods of a Kubernetes Job that know their number', () => {
    expect(kubernetesJob(input)).toMatchObject({
      apiVersion: 'batch/v1',
      spec: {
        completionMode: 'Indexed',
        completions: 2,
        template: {
          spec: {
            containers: [
              {
                image: 'registry/kernelkit:1',
                command: [
                  'sh',
                  '-c',
                  'exec kernelkit matrix ci/ -k debian:12 --shard "$((JOB_COMPLETION_INDEX + 1))/2" --evidence "kernelkit-shard-$((JOB_COMPLETION_INDEX + 1))"',
                ],
                resources: { limits: { 'devices.kubevirt.io/kvm': '1' } },
              },
            ],
          },
        },
      },
    })
  })
})
