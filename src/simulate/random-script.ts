import { createRandom, type Random } from '../core/random.ts'
import type {
  BackgroundFamily,
  Body,
  CameraScript,
  Colour,
  PersonScript,
  SceneScript,
  StyleSet,
} from './script.ts'
import { type Story, stories, tellStory } from './stories.ts'

/** What is new in `holdout`: places, bodies and clothes that no `train` scene has. */
const styles: Record<
  StyleSet,
  {
    backgrounds: readonly BackgroundFamily[]
    tops: readonly Colour[]
    long: readonly Body['long'][]
    carries: readonly Body['carries'][]
    heightM: readonly [number, number]
    build: readonly [number, number]
  }
> = {
  train: {
    backgrounds: ['room', 'street', 'parking'],
    tops: [
      [190, 40, 40],
      [40, 70, 160],
      [230, 230, 225],
      [40, 42, 48],
      [70, 120, 70],
      [210, 180, 60],
      [120, 120, 128],
    ],
    long: ['none', 'none', 'coat'],
    carries: ['none', 'none', 'bag'],
    heightM: [1.55, 1.9],
    build: [0.85, 1.15],
  },
  holdout: {
    backgrounds: ['lawn', 'hall'],
    tops: [
      [150, 60, 150],
      [235, 130, 50],
      [60, 160, 170],
      [120, 85, 60],
      [250, 200, 205],
    ],
    long: ['none', 'skirt'],
    carries: ['none', 'backpack'],
    heightM: [1.4, 2],
    build: [1.1, 1.35],
  },
}

const skins: readonly Colour[] = [
  [236, 200, 175],
  [205, 160, 125],
  [150, 105, 75],
  [95, 65, 50],
]
const trousers: readonly Colour[] = [
  [45, 50, 75],
  [35, 35, 38],
  [120, 105, 85],
  [90, 95, 100],
  [70, 60, 50],
]
const hairs: readonly Colour[] = [
  [40, 30, 25],
  [95, 70, 45],
  [170, 150, 110],
  [120, 120, 120],
]

export interface RandomScript {
  readonly seed: number
  readonly durationS: number
  readonly styleSet: StyleSet
  /** Stories to choose from; without them all, and some scenes stay empty. */
  readonly stories?: readonly Story[]
  /** How many stories begin per minute; without it the scene has a rate of its own. */
  readonly perMinute?: number
}

/** A scene by chance: the same seed gives the same scene. */
export function randomScript(options: RandomScript): SceneScript {
  const { seed, durationS, styleSet, stories: chosen = stories } = options
  const random = createRandom(seed)
  const style = styles[styleSet]
  const cast = random.fork('cast')
  const empty = options.stories === undefined && cast.chance(0.08)
  const perMinute = empty ? 0 : (options.perMinute ?? cast.range(4, 14))
  const people: PersonScript[] = []
  let startS = cast.range(0, 3)
  while (perMinute > 0 && startS < durationS) {
    const story = cast.pick(chosen)
    const tracks = tellStory(story, { startS, durationS, random: cast.fork(`story ${people.length}`) })
    for (const segments of tracks) {
      const end = segments.at(-1)!.endS
      const crowd = people.filter(
        (person) => person.segments[0]!.startS < end && person.segments.at(-1)!.endS > startS,
      )
      if (crowd.length < 5)
        people.push({ id: `p${people.length + 1}`, body: randomBody(cast, style), segments })
    }
    startS += (-Math.log(1 - cast.next()) * 60) / perMinute
  }
  return {
    version: 1,
    seed,
    durationS,
    styleSet,
    camera: randomCamera(random.fork('camera')),
    background: random.pick(style.backgrounds),
    light: random.pick(['day', 'day', 'day', 'dusk', 'night', 'flicker', 'drift']),
    noise: random.range(0.5, 6),
    clutter: (['tree', 'car', 'rain', 'light-switch', 'screen'] as const).filter(() => random.chance(0.12)),
    people,
  }
}

function randomBody(random: Random, style: (typeof styles)['train']): Body {
  return {
    heightM: random.range(...style.heightM),
    build: random.range(...style.build),
    skin: random.pick(skins),
    top: random.pick(style.tops),
    trousers: random.pick(trousers),
    hair: random.pick(hairs),
    long: random.pick(style.long),
    carries: random.pick(style.carries),
  }
}

function randomCamera(random: Random): CameraScript {
  const heightM = random.range(2.4, 4.2)
  return {
    heightM,
    pitchRad: Math.atan2(heightM - 0.7, random.range(6.5, 8.5)),
    rollRad: random.range(-0.04, 0.04),
    fieldRad: random.range(0.95, 1.3),
    shake: random.chance(0.12) ? random.range(0.002, 0.006) : 0,
  }
}
