import type { FastifyInstance } from 'fastify'
import { AppError } from '../../core/errors.ts'
import { isOwnOrigin } from '../access/forged.ts'
import { mayStill } from '../access/guard-row.ts'
import { mayLook } from '../access/identity.ts'
import { createShares } from '../access/shares.ts'
import { createSocketLine } from './socket-line.ts'
import type { SocketRoute } from './socket-route.ts'

/** Most sockets together: each holds a descriptor that cameras and recordings need as well. */
const mostSockets = 256

/**
 * Answers the sockets of a table and no others. The guard of all requests, the check of the origin and the schemas come
 * before the upgrade, so that who may not look is answered as everywhere: with a status and `{ code, message }`.
 */
export function mountSockets(app: FastifyInstance, table: readonly SocketRoute[]): void {
  const shares = createShares({ most: mostSockets, busy: 'too many pages look at pictures; close some' })
  for (const row of table) {
    const { path, access, camera, params, query } = row
    app.route({
      method: 'GET',
      url: path,
      schema: { hide: true, ...(params && { params }), ...(query && { querystring: query }) } as object,
      config: { access, socket: true, ...(camera === undefined ? {} : { camera }) },
      preHandler: async (request) => {
        if (!request.ws)
          throw new AppError('API_BAD_REQUEST', 'this is a WebSocket; ask for it with an upgrade')
        // Browsers let any page open a socket anywhere, with the cookies of the address; they say which page it is.
        if (!isOwnOrigin(request))
          throw new AppError('API_FORBIDDEN', 'a page of another origin may not open this socket')
        // Taken before the upgrade, so that many at once are no more than there may be.
        const giveBack = shares.take(request.identity)
        const { socket } = request.raw
        if (socket.destroyed) giveBack()
        else socket.once('close', giveBack)
        row.check?.({ params: request.params, query: request.query })
      },
      // Never called: who asks without an upgrade is refused before.
      handler: () => {},
      wsHandler(ws, request) {
        const { params, query } = request
        const identity = request.identity!
        let now = identity
        const socket = createSocketLine(ws, {
          mayStill() {
            const known = request.recheck()
            if (known) now = known
            return known !== null && mayStill(request)
          },
        })
        const looks = (cameraId: string) => mayLook(now, cameraId)
        socket.onClose(row.handle({ params, query, identity, mayLook: looks, socket }))
      },
    })
  }
}
