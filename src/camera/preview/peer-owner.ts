import { readFile } from 'node:fs/promises'

/** The two ports of a connection on loopback, as its listening side sees them. */
export interface LoopbackPeer {
  readonly localPort: number
  readonly remotePort: number
}

const [address, other, uid] = [1, 2, 7] as const

/** The user whose program is at the other end of a connection on loopback; null where the system does not tell. */
export async function peerOwner(peer: LoopbackPeer): Promise<number | null> {
  if (process.platform !== 'linux') return null
  return ownerIn(await readFile('/proc/net/tcp', 'latin1').catch(() => ''), peer)
}

/** The same out of Linux's list of connections; null when it is not in it. */
export function ownerIn(connections: string, { localPort, remotePort }: LoopbackPeer): number | null {
  const [own, theirs] = [placeOf(localPort), placeOf(remotePort)]
  for (const line of connections.split('\n')) {
    const fields = line.trim().split(/\s+/)
    if (fields[address] === theirs && fields[other] === own) return Number(fields[uid])
  }
  return null
}

/** 127.0.0.1 as the list has it, with a port. */
const placeOf = (port: number) => `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`
