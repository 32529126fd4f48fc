import { describe, expect, it } from 'vitest'
import { renderContainer, type ContainerFacts } from './render-container.ts'

const facts: ContainerFacts = { name: 'kernelkit-build-1', uid: 1000, gid: 100, rootless: false, owner: undefined, kvmGid: undefined }
const build = {
  image: 'sha256:1',
  purpose: 'build',
  user: 'caller',
  mounts: [
    { path: '/home/u/linux', readOnly: true },
    { path: '/home/u/.cache/kernelkit', readOnly: false },
  ],
  network: false,
} as const

describe('renderContainer', () => {
  it('a build runs as the caller, with its directories at their own paths and without network', () => {
    expect(renderContainer({ ...build, env: { A: '1' }, limits: { memoryMiB: 512, cpus: 1.5 } }, facts)).toEqual({
      name: 'kernelkit-build-1',
      Image: 'sha256:1',
      Entrypoint: ['/bin/sh', '-c', 'cat > /dev/null; exit 0'],
      Cmd: [],
      OpenStdin: true,
      StdinOnce: true,
      AttachStdin: true,
      AttachStdout: true,
      AttachStderr: false,
      Tty: false,
      User: '1000:100',
      WorkingDir: '/',
      Hostname: 'kernelkit',
      Env: ['HOME=/run/kernelkit', 'TMPDIR=/run/kernelkit', 'A=1'],
      Labels: { kernelkit: 'build' },
      HostConfig: {
        AutoRemove: true,
        Mounts: [
          { Type: 'bind', Source: '/home/u/linux', Target: '/home/u/linux', ReadOnly: true },
          { Type: 'bind', Source: '/home/u/.cache/kernelkit', Target: '/home/u/.cache/kernelkit', ReadOnly: false },
        ],
        Tmpfs: { '/run/kernelkit': 'rw,exec,nosuid,nodev,mode=1777' },
        NetworkMode: 'none',
        LogConfig: { Type: 'none', Config: {} },
        SecurityOpt: ['label=disable', 'no-new-privileges'],
        UsernsMode: 'host',
        Memory: 536870912,
        MemorySwap: 536870912,
        NanoCpus: 1500000000,
      },
    })
  })

  it('a bake runs as the root of the container, with its own home, a network and no privilege', () => {
    const { User, Env, HostConfig } = renderContainer({ ...build, user: 'root', mounts: [], network: true }, facts)
    expect([User, Env, HostConfig]).toEqual([
      '0:0',
      [],
      { AutoRemove: true, Mounts: [], NetworkMode: 'default', LogConfig: { Type: 'none', Config: {} }, SecurityOpt: [] },
    ])
  })

  it("in a rootless engine the caller is the container's root, who writes the caller's files", () => {
    const { User, HostConfig } = renderContainer(build, { ...facts, rootless: true })
    expect([User, HostConfig?.UsernsMode, HostConfig?.Tmpfs]).toEqual([
      '0:0',
      undefined,
      { '/run/kernelkit': 'rw,exec,nosuid,nodev,mode=1777' },
    ])
  })

  it('KVM is passed with the group that may open it', () => {
    const { HostConfig } = renderContainer(build, { ...facts, kvmGid: 108 })
    expect(HostConfig?.GroupAdd).toEqual(['108'])
    expect(HostConfig?.Devices).toEqual([{ PathOnHost: '/dev/kvm', PathInContainer: '/dev/kvm', CgroupPermissions: 'rwm' }])
  })
})
