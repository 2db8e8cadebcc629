import type { z } from 'zod'
import { type Route, route } from '../route.ts'
import type { SendMedia } from '../send-media.ts'

interface Recording {
  readonly id: string
  readonly path: string
  readonly thumbnailPath: string
  readonly sha256: string
  readonly cameraId: string
  readonly startedAt: string
}

/** The two files of a recording, below the path of its entry. */
export function mediaRoutes<P extends z.ZodType>(
  sendMedia: SendMedia,
  of: Pick<Route, 'tag' | 'path' | 'summary'> & {
    readonly params: P
    readonly errors: readonly number[]
    readonly camera?: NonNullable<Route<P>['camera']>
    /** @throws AppError API_NOT_FOUND */
    readonly find: (params: z.output<P>) => Recording
  },
): readonly Route[] {
  const { tag, path, summary, params, errors, camera, find } = of
  const stemOf = ({ cameraId, startedAt, id }: Recording) =>
    `${cameraId}_${startedAt.slice(0, 19).replaceAll(':', '-')}_${id.slice(0, 12)}`
  return [
    route({
      method: 'GET',
      alsoHead: true,
      path: `${path}/media`,
      access: 'viewer',
      tag,
      summary,
      params,
      ...(camera && { camera }),
      answer: [200, 'video/mp4'],
      errors,
      handle(call) {
        const found = find(call.params)
        const fileName = `${stemOf(found)}.mp4`
        const media = { path: found.path, type: 'video/mp4', etag: found.sha256, fileName }
        return sendMedia(call.request, call.reply, media)
      },
    }),
    route({
      method: 'GET',
      alsoHead: true,
      path: `${path}/thumbnail`,
      access: 'viewer',
      tag,
      summary: 'The first picture of the recording',
      params,
      ...(camera && { camera }),
      answer: [200, 'image/jpeg'],
      errors,
      handle(call) {
        const found = find(call.params)
        const fileName = `${stemOf(found)}.jpg`
        const media = {
          path: found.thumbnailPath,
          type: 'image/jpeg',
          etag: `${found.sha256}-jpg`,
          fileName,
        }
        return sendMedia(call.request, call.reply, media)
      },
    }),
  ]
}
