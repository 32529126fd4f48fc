export {
  agentPortId,
  agentPortName,
  consolePipe,
  filteredWays,
  qemuFds,
  unfilteredNote,
  type Drive,
  type Forward,
  type GdbStub,
  type NetworkReach,
  type QemuLaunch,
  type Share,
  type Transport,
} from './launch.ts'
export { unveiledMark } from '../confine/confined-argv.ts'
export { launchArgv, qemuArgv, stageDirectory, virtioDeviceCount } from './argv.ts'
export { gdbSocketName, gdbStub } from './chardev.ts'
export { boundSocket, daemonDirectory, daemonShares, virtiofsdArgv, type ShareDaemon } from './virtiofsd.ts'
export { replayArchive, replayScript } from './replay.ts'
