import type { z } from 'zod'
import type { Identity } from '../access/identity.ts'
import type { Access, CamerasOf } from '../route.ts'
import type { SocketLine } from './socket-line.ts'

/** What a handler of a socket gets: the parts of the request as their schemas give them back, and the open line. */
export interface SocketCall<P, Q> {
  readonly params: P
  readonly query: Q
  readonly identity: Identity
  /** Whether he may see a camera now: rights can be taken away while it is open. */
  readonly mayLook: (cameraId: string) => boolean
  readonly socket: SocketLine
}

/** One row of the table that is a WebSocket. It is guarded and checked as any other row, then upgraded. */
export interface SocketRoute<P extends z.ZodType = z.ZodType, Q extends z.ZodType = z.ZodType> {
  readonly path: string
  readonly access: Access
  /** Cameras that it is about; who may not see them is refused. */
  readonly camera?: CamerasOf<z.output<P>, z.output<Q>, unknown>
  readonly summary: string
  readonly params?: P
  readonly query?: Q
  /** Throws before the upgrade what is to be answered instead of it. */
  check?(call: Pick<SocketCall<z.output<P>, z.output<Q>>, 'params' | 'query'>): void
  /** Begins what is shown; returns what ends it, called once when the socket is closed. */
  handle(call: SocketCall<z.output<P>, z.output<Q>>): () => void
}

/** The row as it is; its handler gets what its schemas give. */
export const socketRoute = <P extends z.ZodType, Q extends z.ZodType>(row: SocketRoute<P, Q>): SocketRoute =>
  row as unknown as SocketRoute
