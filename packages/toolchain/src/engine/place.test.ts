import { describe, expect, test } from 'vitest'
import { isOlder } from './ask.ts'
import { parseAddress, usualPlaces } from './place.ts'

describe('parseAddress', () => {
  test.for([
    ['unix:///run/x.sock', false, { socketPath: '/run/x.sock' }],
    ['/run/x.sock', false, { socketPath: '/run/x.sock' }],
    ['tcp://lab:2375', false, { host: 'lab', port: 2375 }],
    ['tcp://lab', false, { host: 'lab', port: 2375 }],
    ['tcp://lab', true, { host: 'lab', port: 2376 }],
    ['lab:99', false, { host: 'lab', port: 99 }],
    ['tcp://[::1]:2375', false, { host: '::1', port: 2375 }],
  ] as const)('parseAddress reads %s (TLS %s)', ([address, tls, target]) => {
    expect(parseAddress(address, { tls })).toEqual(target)
  })

  test.for(['unix://relative', 'npipe:////./pipe/docker', 'tcp://', 'ssh://me@lab', 'tcp://a b'])('says why not %s', (address) => {
    expect(parseAddress(address, { tls: false })).toEqual(expect.stringMatching(/ssh -nNT|allowed: unix:|absolute path/))
  })
})

test('the usual places are asked in order: Docker, rootless, Docker Desktop, Podman', () => {
  const places = usualPlaces({ env: { XDG_RUNTIME_DIR: '/run/user/7' }, uid: 7, home: '/home/ann' })
  expect(places.map(({ address }) => address)).toEqual([
    'unix:///var/run/docker.sock',
    'unix:///run/user/7/docker.sock',
    'unix:///home/ann/.docker/run/docker.sock',
    'unix:///run/user/7/podman/podman.sock',
    'unix:///run/podman/podman.sock',
  ])
})

test('API versions are compared as numbers', () => {
  expect([isOlder('1.9', '1.41'), isOlder('1.41', '1.41'), isOlder('1.100', '1.41'), isOlder('2.0', '1.41')]).toEqual([
    true,
    false,
    false,
    false,
  ])
})
