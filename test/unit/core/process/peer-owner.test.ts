import { endianness } from 'node:os'
import { expect, it } from 'vitest'
import { peerOwner } from '../../../../src/core/process/peer-owner.ts'

const between = (remotePort: number) => ({
  remoteAddress: '127.0.0.1',
  remotePort,
  localAddress: '127.0.0.1',
  localPort: 8080,
})

it.runIf(endianness() === 'LE')('finds whose a connection is in the list of the system', () => {
  const connections = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 0100007F:C350 01 00000000:00000000 00:00000000 00000000     0        0 1 1
   1: 0100007F:C350 0100007F:1F90 01 00000000:00000000 00:00000000 00000000 65534        0 2 1`
  expect(peerOwner(between(50_000), () => connections)).toBe(65_534)
  expect(peerOwner(between(50_001), () => connections)).toBeNull()
})
