import { readFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import { endianness } from 'node:os'

/** A connection over loopback, as its listening side sees it. */
export type LoopbackEnds = Pick<Socket, 'remoteAddress' | 'remotePort' | 'localAddress' | 'localPort'>

/** The number of a user; gone: no program has the other end open any more; null: the system does not say it. */
export type PeerOwner = number | 'gone' | null

interface Row {
  readonly near: string
  readonly far: string
  readonly uid: number
  /** Whether a program has it open: what was closed but is not gone is told as one of root. */
  readonly isHeld: boolean
}

/** Linux alone lists whose each connection is. */
const tables = ['/proc/net/tcp', '/proc/net/tcp6'] as const

/** Whose program has the other end of a connection over loopback. Reads all connections of the machine: ask once. */
export function peerOwner(
  { remoteAddress, remotePort, localAddress, localPort }: LoopbackEnds,
  read: (file: string) => string = (file) => readFileSync(file, 'latin1'),
): PeerOwner {
  if (remotePort === undefined || localPort === undefined) return null
  const [peer, own] = [endOf(remoteAddress, remotePort), endOf(localAddress, localPort)]
  const rows = tables.flatMap((file) => rowsOf(read, file, [peer, own]))
  const owner = rows.find(({ near, far, isHeld }) => near === peer && far === own && isHeld)
  if (owner) return owner.uid
  // A list that lacks the own end is none; one that lacks only the other says that nobody is there any more.
  return rows.some(({ near, far }) => near === own && far === peer) ? 'gone' : null
}

const endOf = (address = '', port: number) => `${address.replace(/^::ffff:/i, '')} ${port}`

/** The rows of a list that are about these ends; none where it cannot be read. */
function rowsOf(read: (file: string) => string, file: string, ends: readonly string[]): Row[] {
  const found: Row[] = []
  try {
    for (const line of read(file).split('\n').slice(1)) {
      const [, near = '', far = '', , , , , uid, , inode] = line.trim().split(/\s+/)
      const row = { near: toEnd(near), far: toEnd(far), uid: Number(uid), isHeld: Number(inode) > 0 }
      if (ends.includes(row.near) && ends.includes(row.far)) found.push(row)
    }
  } catch {
    // There is no such list on this system, or nobody may read it.
  }
  return found
}

/** `0100007F:1F90` is 127.0.0.1 at port 8080: words of the address in the order of the processor. */
function toEnd(text: string): string {
  const [hex = '', port = ''] = text.split(':')
  const words = hex.match(/.{8}/g) ?? []
  const bytes = Buffer.concat(
    words.map((word) => {
      const inOrder = Buffer.from(word, 'hex')
      return endianness() === 'LE' ? inOrder.reverse() : inOrder
    }),
  )
  return `${addressOf(bytes)} ${Number.parseInt(port, 16)}`
}

/** Of IPv6 only what can be loopback. */
function addressOf(bytes: Buffer): string {
  const mapped = bytes.length === 16 && bytes.subarray(0, 12).toString('hex') === `${'0'.repeat(20)}ffff`
  if (bytes.length === 4 || mapped) return bytes.subarray(-4).join('.')
  return bytes.toString('hex') === `${'0'.repeat(31)}1` ? '::1' : ''
}
