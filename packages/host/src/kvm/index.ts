export { kvmDeviceAccess, type KvmRefusal } from './kvm-device.ts'
export { probeKvm, type KvmAnswer, type KvmCode, type ProbeKvmOptions } from './kvm-probe.ts'
export { qemuVersion } from './qemu-version.ts'
