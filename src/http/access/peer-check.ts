import { type LoopbackEnds, peerOwner } from '../../core/process/peer-owner.ts'

/**
 * Whether a program of the own user, or of root, has the other end of a connection over loopback. A proxy, or a forwarder
 * of connections, runs as a user of its own. Null: the system does not say it.
 */
export type PeerCheck = (socket: LoopbackEnds & object) => boolean | null

/** Asks the system once for each connection. */
export function createPeerCheck(
  options: { readonly read?: (file: string) => string; readonly ownUid?: number } = {},
): PeerCheck {
  const { read, ownUid = process.geteuid?.() } = options
  const known = new WeakMap<object, boolean | null>()
  const ask = (socket: LoopbackEnds): boolean | null => {
    if (ownUid === undefined) return null
    const owner = peerOwner(socket, read)
    return owner === null ? null : owner === ownUid || owner === 0
  }
  return (socket) => {
    const before = known.get(socket)
    if (before !== undefined) return before
    const found = ask(socket)
    known.set(socket, found)
    return found
  }
}
