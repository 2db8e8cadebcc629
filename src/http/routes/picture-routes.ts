import type { LivePort } from '../live-port.ts'
import { type Route, route } from '../route.ts'
import { apiSchemas } from '../schemas/api-schemas.ts'

/** What a camera shows, as one picture. */
export function pictureRoutes(live: LivePort): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/api/v1/cameras/:id/picture',
      access: 'viewer',
      camera: ({ params }) => params.id,
      tag: 'cameras',
      summary: 'The last picture of a camera',
      params: apiSchemas.cameraId,
      answer: [200, 'image/jpeg'],
      errors: [404, 502],
      async handle({ params: { id }, reply }) {
        const { jpeg, ageMs } = await live.picture(id)
        return reply
          .headers({
            'content-type': 'image/jpeg',
            'cache-control': 'no-store',
            'content-disposition': `inline; filename="${id}.jpg"`,
            'x-picture-age-ms': String(Math.round(ageMs)),
          })
          .send(jpeg)
      },
    }),
  ]
}
