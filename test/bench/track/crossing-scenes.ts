import { createRandom, type Random } from '../../../src/core/random.ts'
import { randomScript } from '../../../src/simulate/random-script.ts'
import type { GroundPoint, PersonScript, SceneScript, Segment } from '../../../src/simulate/script.ts'

/** People who walk through each other's way all the time: pairs that meet in the middle, one nearer than the other. */
export function crossingScene(seed: number, durationS = 60): SceneScript {
  const random = createRandom(seed).fork('crossing')
  const base = randomScript({ seed, durationS, styleSet: 'holdout', stories: ['pass'], perMinute: 40 })
  const bodies = base.people.map(({ body }) => body)
  const people: PersonScript[] = []
  for (let startS = 0; startS < durationS - 6; startS += random.range(3, 5)) {
    const zM = random.range(5, 8.5)
    const meetX = random.range(-1, 1)
    const meetS = startS + random.range(3, 4)
    for (const side of [-1, 1]) {
      const speed = random.range(1, 1.6)
      const depth = zM + side * random.range(0.1, 0.5)
      const segments = walkThrough({ meetX, meetS, zM: depth, side, speed, random })
      people.push({ id: `p${people.length + 1}`, body: bodies[people.length % bodies.length]!, segments })
    }
  }
  return { ...base, people }
}

/** In at one side of the picture, out at the other; some stop for a moment where they meet. */
function walkThrough(way: {
  meetX: number
  meetS: number
  zM: number
  side: number
  speed: number
  random: Random
}): Segment[] {
  const { meetX, meetS, zM, side, speed, random } = way
  const edge = zM * 0.72 + 1.2
  const pauseS = random.chance(0.3) ? random.range(0.5, 2) : 0
  const meet: GroundPoint = { xM: meetX, zM }
  const leg = (from: GroundPoint, to: GroundPoint, startS: number): Segment => ({
    action: 'walking',
    startS,
    endS: startS + Math.abs(to.xM - from.xM) / speed,
    from,
    to,
    headingRad: to.xM > from.xM ? Math.PI / 2 : -Math.PI / 2,
    seed: random.int(0, 1e9),
  })
  const come = { xM: side * edge, zM }
  const first = leg(come, meet, meetS - Math.abs(meetX - come.xM) / speed)
  const last = leg(meet, { xM: -side * edge, zM }, meetS + pauseS)
  const stand: Segment = {
    ...first,
    action: 'standing',
    startS: meetS,
    endS: meetS + pauseS,
    from: meet,
    to: meet,
  }
  return pauseS > 0 ? [first, stand, last] : [first, last]
}
