export type { ExecOptions, ExecResult, GuestSetup, QemuExit, RunningCommand, Vm, VmEvent, VmRequest } from "./vm.ts"
