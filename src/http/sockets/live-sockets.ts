import { z } from 'zod'
import { AppError } from '../../core/errors.ts'
import { type LivePort, liveModes, liveStreams } from '../live-port.ts'
import { slug } from '../schemas/api-fields.ts'
import { createGroupGate } from './group-gate.ts'
import { type SocketRoute, socketRoute } from './socket-route.ts'

/** About two seconds of a large stream: who is further behind is brought back to the present. */
const mostWaiting = 2 * 1024 * 1024
/** Scenes are small, and the newest one is what counts. */
const mostScenesWaiting = 256 * 1024

const liveQuery = z.strictObject({
  stream: z.enum(liveStreams).default('sub'),
  as: z.enum(liveModes).default('mse'),
})
const cameraList = z
  .string()
  .max(8000)
  .transform((text) => text.split(',').filter((id) => id !== ''))
  .pipe(z.array(slug).min(1).max(200))

/** Live pictures, and what is seen on them. */
export function liveSockets(live: LivePort): readonly SocketRoute[] {
  return [
    socketRoute({
      path: '/api/v1/cameras/:id/live',
      access: 'viewer',
      camera: ({ params }) => (params as { id: string }).id,
      summary: 'The pictures of a camera as they come, with its state',
      params: z.strictObject({ id: slug }),
      query: liveQuery,
      check({ params: { id } }) {
        if (!live.has(id)) throw new AppError('CAMERA_NOT_FOUND', `no camera "${id}"`)
      },
      handle({ params: { id }, query: { stream, as }, socket }) {
        /** What comes at once, from the last keyframe on, is wanted whole. */
        let first = true
        const gate = createGroupGate({
          mostBytes: mostWaiting,
          waiting: () => (first ? 0 : socket.waiting),
          onResume: (pieces) => socket.say({ type: 'skipped', pieces }),
        })
        const leave = live.look(
          { cameraId: id, stream, mode: as },
          {
            tell(message) {
              if (message.type === 'hello') gate.restart()
              socket.say(message)
            },
            show(bytes, part) {
              if (part === 'init' || gate.pass(part === 'opens')) socket.send(bytes)
            },
          },
        )
        first = false
        return leave
      },
    }),
    socketRoute({
      path: '/api/v1/overlays',
      access: 'viewer',
      summary: 'What is seen on cameras: tracks, bodies, scores; zones and lines',
      query: z.strictObject({ cameras: cameraList }),
      handle({ query: { cameras }, mayLook, socket }) {
        return live.scenes(
          cameras.filter((id) => mayLook(id)),
          (message) => {
            if (!mayLook(message.camera)) return
            if (message.type === 'scene' && socket.waiting > mostScenesWaiting) return
            socket.say(message)
          },
        )
      },
    }),
  ]
}
