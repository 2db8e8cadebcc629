import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { endianness } from 'node:os'
import { describe, expect, it } from 'vitest'
import { createPeerCheck } from '../../../../src/http/access/peer-check.ts'

const hex = (port: number) => port.toString(16).toUpperCase().padStart(4, '0')
const word = (big: string) =>
  (endianness() === 'LE' ? Buffer.from(big, 'hex').reverse() : Buffer.from(big, 'hex'))
    .toString('hex')
    .toUpperCase()
const v4 = word('7f000001')
const mapped = `${'0'.repeat(16)}${word('0000ffff')}${v4}`
const v6 = `${'0'.repeat(24)}${word('00000001')}`

/** A list as the system writes it. */
const list = (...rows: [near: string, far: string, uid: number, inode: number][]) =>
  [
    '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
    ...rows.map(
      ([near, far, uid, inode], at) =>
        `   ${at}: ${near} ${far} 01 00000000:00000000 00:00000000 00000000  ${uid}        0 ${inode} 1 0000000000000000 20 4 30 10 -1`,
    ),
    '',
  ].join('\n')
const socket = (address = '127.0.0.1') => ({
  remoteAddress: address,
  remotePort: 40_000,
  localAddress: address,
  localPort: 8080,
})
const [far, near] = [hex(40_000), hex(8080)]
const own = (uid: number, address = v4): [string, string, number, number] => [
  `${address}:${near}`,
  `${address}:${far}`,
  uid,
  7,
]
const peer = (uid: number, inode = 9, address = v4): [string, string, number, number] => [
  `${address}:${far}`,
  `${address}:${near}`,
  uid,
  inode,
]

function checked(texts: { tcp?: string; tcp6?: string }, address?: string) {
  const read = (file: string) => {
    const text = file.endsWith('6') ? texts.tcp6 : texts.tcp
    if (text === undefined) throw new Error('ENOENT')
    return text
  }
  return createPeerCheck({ read, ownUid: 1000 })(socket(address))
}

describe('the other end of a connection over loopback', () => {
  it.each([
    ['is of the own user', { tcp: list(own(1000), peer(1000)) }, '127.0.0.1', true],
    ['is of root', { tcp: list(own(1000), peer(0)) }, '127.0.0.1', true],
    ['is of a proxy', { tcp: list(own(1000), peer(33)) }, '127.0.0.1', false],
    ['is of a proxy that was found before others', { tcp: list(peer(33), own(1000)) }, '127.0.0.1', false],
    ['is closed, which is told as one of root', { tcp: list(own(1000), peer(0, 0)) }, '127.0.0.1', false],
    ['is gone', { tcp: list(own(1000)) }, '127.0.0.1', false],
    [
      'is a proxy with a socket of IPv6',
      { tcp: list(own(1000)), tcp6: list(peer(33, 9, mapped)) },
      '127.0.0.1',
      false,
    ],
    [
      'is known by an address that is mapped',
      { tcp: list(peer(33)), tcp6: list(own(1000, mapped)) },
      '::ffff:127.0.0.1',
      false,
    ],
    ['is of IPv6', { tcp: list(), tcp6: list(own(1000, v6), peer(1000, 9, v6)) }, '::1', true],
    ['is of a proxy over IPv6', { tcp6: list(own(1000, v6), peer(33, 9, v6)) }, '::1', false],
    ['cannot be found where nothing is listed', {}, '127.0.0.1', null],
    [
      'cannot be found where the list has not even the own end',
      { tcp: list(), tcp6: list() },
      '127.0.0.1',
      null,
    ],
    ['cannot be found in a list of another form', { tcp: 'what is this\nnone' }, '127.0.0.1', null],
  ] as const)('%s', (_what, texts, address, answer) => {
    expect(checked(texts, address)).toBe(answer)
  })

  it('is looked up once for each connection', () => {
    let reads = 0
    const read = () => {
      reads += 1
      return list(own(1000), peer(1000))
    }
    const check = createPeerCheck({ read, ownUid: 1000 })
    const [first, second] = [socket(), socket()]
    expect([check(first), check(first), check(first)]).toEqual([true, true, true])
    const once = reads
    check(second)
    expect(reads).toBe(2 * once)
  })

  it.runIf(process.platform === 'linux').each(['127.0.0.1', '::1'])(
    'is found in the lists of this system: %s',
    async (host) => {
      const server = createServer()
      server.listen(0, host)
      const listens = await Promise.race([
        once(server, 'listening').then(() => true),
        once(server, 'error').then(() => false),
      ])
      // A machine may be without IPv6.
      if (!listens) return
      const { port } = server.address() as { port: number }
      const client = connect(port, host)
      const [accepted] = (await once(server, 'connection')) as [Socket]
      const ownUid = process.geteuid!()
      expect(createPeerCheck()(accepted)).toBe(true)
      if (ownUid !== 0) expect(createPeerCheck({ ownUid: ownUid + 1 })(accepted)).toBe(false)
      client.destroy()
      accepted.destroy()
      server.close()
    },
  )
})
