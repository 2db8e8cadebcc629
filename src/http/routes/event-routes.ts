import { type Identity, mayLook } from '../access/identity.ts'
import type { EventStreams } from '../events/event-stream.ts'
import { type Route, route } from '../route.ts'
import { eventSchema } from '../schemas/event-schemas.ts'

const nobody: Pick<Identity, 'cameras'> = { cameras: [] }

/** What happens, as server-sent events. */
export function eventRoutes(streams: EventStreams): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/api/v1/events',
      access: 'viewer',
      tag: 'events',
      summary: 'What happens from now on, as server-sent events; goes on after Last-Event-ID',
      answer: [200, eventSchema],
      answerType: 'text/event-stream',
      errors: [503],
      handle({ request, reply, identity }) {
        let now: Pick<Identity, 'cameras'> = identity
        const last = request.headers['last-event-id']
        const stream = streams.open({
          who: identity,
          ...(typeof last === 'string' && { lastEventId: last }),
          mayLook: (cameraId) => mayLook(now, cameraId),
          mayStill() {
            now = request.recheck() ?? nobody
            return now !== nobody
          },
        })
        reply.headers({
          'content-type': 'text/event-stream; charset=utf-8',
          'cache-control': 'no-store',
          // A proxy that gathers answers would keep them until the end.
          'x-accel-buffering': 'no',
        })
        return reply.send(stream)
      },
    }),
  ]
}
