export { judgeFrame, portsOfForwarded, refusedFrame, type IsAnswer, type Judgement } from './loopback-filter.ts'
export { createPacketDecoder, encodePackets } from './packets.ts'
