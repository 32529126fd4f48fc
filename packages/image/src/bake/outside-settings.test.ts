import { describe, expect, test } from 'vitest'
import { aptOptionsInside, checkMirrorInside, proxiesInside } from './outside-settings.ts'

describe('settings of the host inside a container', () => {
  test('aptOptionsInside keeps a proxy that other machines reach, and the settings of a frozen mirror', () => {
    const kept = [
      'Acquire::http::Proxy "http://proxy.example:3128"',
      'Acquire::Check-Valid-Until "false"',
      'Acquire::http::Proxy::near "DIRECT"',
    ]
    expect(aptOptionsInside(kept)).toEqual({ kept, left: [] })
  })

  test.for(['http://127.0.0.1:3142', 'http://localhost:3142/', 'localhost:3142', 'http://[::1]:3142', 'http://apt.localhost'])(
    'leave the proxy %s out',
    (proxy) => {
      const option = `Acquire::https::Proxy "${proxy}"`
      expect(aptOptionsInside([option])).toEqual({ kept: [], left: [option] })
      expect(proxiesInside({ http_proxy: proxy })).toEqual({ kept: {}, left: [`http_proxy=${proxy}`] })
    },
  )

  test('aptOptionsInside leaves out a program of the host that finds proxies', () => {
    const option = 'Acquire::http::Proxy-Auto-Detect "/usr/bin/auto-apt-proxy"'
    expect(aptOptionsInside([option]).left).toEqual([option])
  })

  test('proxiesInside keeps proxy variables in both cases, and nothing else of the environment', () => {
    expect(proxiesInside({ HTTPS_PROXY: 'http://proxy.example', no_proxy: 'localhost,127.0.0.1', http_proxy: '', HOME: '/root' })).toEqual({
      kept: { HTTPS_PROXY: 'http://proxy.example', no_proxy: 'localhost,127.0.0.1' },
      left: [],
    })
  })
})

describe('checkMirrorInside', () => {
  test.for(['file:///srv/mirror', 'copy:///srv/mirror', 'http://localhost/debian', 'http://127.0.0.1:8080/debian'])('refuses %s', (uri) => {
    expect(() => checkMirrorInside(uri)).toThrow(
      expect.objectContaining({ code: 'MIRROR_UNREACHABLE', hint: expect.stringContaining('--toolchain host') }),
    )
  })

  test.for(['http://mirror.example/debian', 'https://user:secret@10.1.2.3/debian', 'http://localhost.example/debian'])(
    'takes %s',
    (uri) => {
      expect(() => checkMirrorInside(uri)).not.toThrow()
    },
  )
})
