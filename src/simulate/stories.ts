import type { Random } from '../core/random.ts'
import type { Action, GroundPoint, Segment } from './script.ts'

/** What a person (or two) come to the scene for. */
export const stories = ['pass', 'run', 'fall', 'wave', 'fight', 'loiter', 'stand'] as const
export type Story = (typeof stories)[number]

interface Telling {
  readonly startS: number
  readonly durationS: number
  readonly random: Random
}

/** The stretches of one or two people's time; a story that would not fit ends with the scene. */
export function tellStory(story: Story, telling: Telling): Segment[][] {
  const { random, durationS } = telling
  if (story === 'fight') return fight(telling).map((track) => clip(track, durationS))
  const track = createTrack(telling.startS, edgePoint(random), random)
  const stage = stagePoint(random)
  switch (story) {
    case 'pass':
      track.walkTo(edgePoint(random, track.here()))
      break
    case 'run':
      track.runTo(edgePoint(random, track.here()))
      break
    case 'fall': {
      if (random.chance(0.25)) track.runTo(stage)
      else track.walkTo(stage)
      track.stay('falling', random.range(0.5, 1.1))
      track.stay('lying', random.range(4, 14))
      if (random.chance(0.7)) {
        track.stay('rising', random.range(1.8, 3.5))
        track.stay('standing', random.range(0.5, 2))
        track.walkTo(edgePoint(random))
      }
      break
    }
    case 'wave':
      track.walkTo(stage)
      track.face(random.range(-0.9, 0.9) + Math.PI)
      track.stay('waving', random.range(3, 8))
      track.walkTo(edgePoint(random))
      break
    case 'stand':
      track.walkTo(stage)
      track.face(random.range(0, Math.PI * 2))
      track.stay('standing', random.range(2, 7))
      track.walkTo(edgePoint(random))
      break
    case 'loiter': {
      track.walkTo(stage)
      const untilS = track.now() + random.range(12, 30)
      while (track.now() < untilS) {
        track.face(random.range(0, Math.PI * 2))
        track.stay('loitering', random.range(2, 5))
        track.strollTo({ xM: stage.xM + random.range(-1, 1), zM: stage.zM + random.range(-0.8, 0.8) })
      }
      track.walkTo(edgePoint(random))
    }
  }
  return [clip(track.segments, durationS)]
}

function fight({ startS, random }: Telling): Segment[][] {
  const stage = stagePoint(random)
  const angle = random.range(0, Math.PI * 2)
  const apart = random.range(0.28, 0.42)
  const spots = [1, -1].map((sign) => ({
    xM: stage.xM + sign * apart * Math.sin(angle),
    zM: stage.zM + sign * apart * Math.cos(angle),
  }))
  const tracks = spots.map((spot, index) => {
    const track = createTrack(startS, edgePoint(random), random.fork(`fighter ${index}`))
    track.walkTo(spot)
    return track
  })
  const meetS = Math.max(...tracks.map((track) => track.now()))
  const untilS = meetS + random.range(4, 9)
  tracks.forEach((track, index) => {
    track.face(angle + (index === 0 ? Math.PI : 0))
    if (track.now() < meetS) track.stay('standing', meetS - track.now())
    while (track.now() < untilS - 0.05) {
      const spot = spots[index]!
      const step = { xM: spot.xM + random.range(-0.18, 0.18), zM: spot.zM + random.range(-0.18, 0.18) }
      track.shuffleTo('fighting', step, Math.min(random.range(0.6, 1.6), untilS - track.now()))
    }
    if (random.chance(0.4)) track.runTo(edgePoint(random))
    else track.walkTo(edgePoint(random))
  })
  return tracks.map(({ segments }) => segments)
}

function createTrack(startS: number, start: GroundPoint, random: Random) {
  const segments: Segment[] = []
  let nowS = startS
  let here = start
  let headingRad = 0
  const seedOf = () => Math.floor(random.next() * 2 ** 31)
  const add = (action: Action, to: GroundPoint, lengthS: number) => {
    segments.push({ action, startS: nowS, endS: nowS + lengthS, from: here, to, headingRad, seed: seedOf() })
    nowS += lengthS
    here = to
  }
  const go = (action: Action, to: GroundPoint, speed: number) => {
    const distance = Math.hypot(to.xM - here.xM, to.zM - here.zM)
    if (distance < 0.05) return
    headingRad = Math.atan2(to.xM - here.xM, to.zM - here.zM)
    add(action, to, distance / speed)
  }
  /** Falling and lying share a seed, so that a person lies as they fell. */
  const stay = (action: Action, lengthS: number) => {
    const before = segments.at(-1)
    add(action, here, lengthS)
    const last = segments.at(-1)!
    if (before && (action === 'lying' || action === 'rising'))
      segments[segments.length - 1] = { ...last, seed: before.seed }
  }
  return {
    segments,
    now: () => nowS,
    here: () => here,
    face: (angle: number) => {
      headingRad = angle
    },
    stay,
    walkTo: (to: GroundPoint) => go('walking', to, random.range(1, 1.6)),
    runTo: (to: GroundPoint) => go('running', to, random.range(2.8, 4.2)),
    strollTo: (to: GroundPoint) => go('loitering', to, random.range(0.4, 0.7)),
    shuffleTo: (action: Action, to: GroundPoint, lengthS: number) => add(action, to, lengthS),
  }
}

/** Somewhere in the middle of the picture. */
function stagePoint(random: Random): GroundPoint {
  const zM = random.range(4.5, 9.5)
  return { xM: random.range(-0.28, 0.28) * zM, zM }
}

/** Just outside the picture; on the other side than `from` when it is given. */
function edgePoint(random: Random, from?: GroundPoint): GroundPoint {
  const zM = random.range(4.5, 11)
  const side = from ? -Math.sign(from.xM) : random.chance(0.5) ? 1 : -1
  return { xM: side * (zM * 0.72 + 1.2), zM }
}

function clip(segments: readonly Segment[], durationS: number): Segment[] {
  return segments
    .filter(({ startS }) => startS < durationS)
    .map((segment) => {
      if (segment.endS <= durationS) return segment
      const share = (durationS - segment.startS) / (segment.endS - segment.startS)
      const { from, to } = segment
      const xM = from.xM + (to.xM - from.xM) * share
      const zM = from.zM + (to.zM - from.zM) * share
      return { ...segment, endS: durationS, to: { xM, zM } }
    })
}
