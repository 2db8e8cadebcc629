import { join } from 'node:path'
import type { RealOptions, RealPart } from './real-part.ts'
import { data, prolonged } from './shared-footage.ts'
import { createFilmWatcher } from './watch-film.ts'

/** Counted by eye, a picture a second: somebody is there from 6, 23, 50, 75, 92 and 124 s on. */
const visitsCounted = 6
/** An hour of a film of 30 seconds. */
const hourOfCars = 120

/** Visitors of a room, and a car park without anybody. */
export async function judgeFootage({ people, skeleton, dir, smoke, log }: RealOptions): Promise<RealPart> {
  const watcher = await createFilmWatcher({
    people,
    skeleton,
    behaviours: {
      zones: [
        {
          name: 'room',
          points: [
            [0, 0],
            [1, 0],
            [1, 1],
            [0, 1],
          ],
        },
      ],
      rules: [
        { name: 'visit', preset: 'intrusion', with: { zone: 'room' }, cooldown: '0s', parked: '0s' },
        { name: 'fall', preset: 'falling', with: { for: '4s' } },
        { name: 'fight', preset: 'fighting' },
      ],
    },
    detectFps: 5,
  })
  try {
    const told = async (video: string) =>
      (await watcher.watch(video)).steps.filter(({ phase }) => phase === 'new').map(({ rule }) => rule)
    const visits = smoke ? [] : await told(join(data, 'footage/one-by-one-person-detection.mp4'))
    const cars = join(data, 'footage/car-detection.mp4')
    const empty = await told(prolonged(cars, dir, { times: smoke ? 1 : hourOfCars }))
    const seen = visits.filter((rule) => rule === 'visit').length
    const others = visits.length - seen
    log(
      `${seen} visits (${visitsCounted} by eye), ${others} other alerts; empty car park: ${empty.length} alerts`,
    )
    return {
      figures: {
        visits: seen,
        'visits off by': Math.abs(seen - visitsCounted),
        'other alerts on visitors': others,
        'alerts of an empty car park in an hour': empty.length,
      },
      bars: [
        ['visits off by', '<=', 1],
        ['alerts of an empty car park in an hour', '<=', 0],
      ],
    }
  } finally {
    await watcher.close()
  }
}
