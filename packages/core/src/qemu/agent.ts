import { chardevArgs } from './chardev.ts'
import { virtioBus, type Argv } from './concern.ts'
import { agentPortName, type QemuLaunch, type Transport } from './launch.ts'

/** The guest agent's channel: a virtio-serial port, binary clean, that throttles instead of dropping. */
export function agentArgs(launch: QemuLaunch, transport: Transport): Argv {
  if (!launch.agent) return []
  return [
    chardevArgs('agent', launch, transport),
    // max_ports: the guest sets up two queues for each while it boots, and QEMU's default is 31 ports.
    ['-device', `virtio-serial-${virtioBus(launch)},id=agents,max_ports=2`],
    // nr=1: number 0 is reserved for a virtconsole. The guest finds the port by its name.
    ['-device', `virtserialport,bus=agents.0,nr=1,chardev=agent,name=${agentPortName}`],
  ].flat()
}
