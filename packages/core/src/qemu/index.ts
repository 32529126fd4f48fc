export {
  agentPortName,
  consolePipe,
  qemuFds,
  type Drive,
  type Forward,
  type GdbStub,
  type QemuLaunch,
  type Share,
  type Transport,
} from './launch.ts'
export { launchArgv, qemuArgv, virtioDeviceCount } from './argv.ts'
export { gdbSocketName, gdbStub } from './chardev.ts'
export { replayArchive, replayScript } from './replay.ts'
