import { createRandom, type Random } from '../core/random.ts'
import { cellTruth, type Grid } from './cell-truth.ts'
import { randomScript } from './random-script.ts'
import { createScene, type Scene, type SeenPerson } from './scene.ts'
import { eventsOf, leastVisible } from './scene-truth.ts'
import type { StyleSet } from './script.ts'

export interface SampledClip {
  /** uint8 [T, H, W, 3] */
  readonly frames: Uint8Array
  /** [L]: 1 where somebody does it in enough of the frames. */
  readonly target: Float32Array
  /** [L]: 0 where the clip is on the border between yes and no. */
  readonly weight: Float32Array
  /** [L, rows, columns]: the same for every place of the grid; empty without `grid`. */
  readonly cellTarget: Float32Array
  readonly cellWeight: Float32Array
}

export interface ClipSamplerOptions {
  readonly seed: number
  readonly styleSet: StyleSet
  readonly frames: number
  readonly sampleFps: number
  readonly widthPx: number
  readonly heightPx: number
  readonly labels: readonly string[]
  /** Places for which the truth is wanted too: the simulator knows where people are. */
  readonly grid?: Grid
  /**
   * `events` (what it is unless told): more than half of the clips around something that happens, each label as
   * likely as the others. `even`: anywhere in the scenes, as a camera sees them.
   */
  readonly focus?: 'events' | 'even'
}

const sceneS = 40
const clipsPerScene = 20
/** Pictures are rendered larger and averaged down, as a camera's are. */
const oversample = 2
/** Share of a clip's frames in which an action must be seen; falling is shorter than a clip. */
const enough: Readonly<Record<string, number>> = { falling: 0.35 }
const enoughOf = (label: string) => enough[label] ?? 0.5

/** Endless labelled clips from endless scenes; the same seed gives the same clips. */
export function createClipSampler(options: ClipSamplerOptions): { next(): SampledClip } {
  const random = createRandom(options.seed)
  let scene: Scene | null = null
  let starts: number[] = []
  return {
    next() {
      let startS = starts.pop()
      while (!scene || startS === undefined) {
        scene = newScene(options, random)
        starts = chooseStarts(scene, options, random)
        startS = starts.pop()
      }
      return cut(scene, startS, options, random)
    },
  }
}

function newScene({ styleSet, widthPx, heightPx }: ClipSamplerOptions, random: Random): Scene {
  const script = randomScript({ seed: Math.floor(random.next() * 2 ** 31), durationS: sceneS, styleSet })
  return createScene(script, { widthPx: widthPx * oversample, heightPx: heightPx * oversample })
}

function chooseStarts(scene: Scene, options: ClipSamplerOptions, random: Random): number[] {
  const { frames, sampleFps, labels, focus = 'events' } = options
  const lengthS = frames / sampleFps
  const events = eventsOf(scene, 4).filter(({ label }) => labels.includes(label))
  const kinds = [...new Set(events.map(({ label }) => label))]
  const count = events.length === 0 ? 4 : clipsPerScene
  return Array.from({ length: count }, () => {
    if (kinds.length === 0 || focus === 'even' || random.chance(0.4)) return random.range(0, sceneS - lengthS)
    const kind = random.pick(kinds)
    const event = random.pick(events.filter(({ label }) => label === kind))
    const startS = random.range(event.startS - lengthS / 2, event.endS - lengthS / 2)
    return Math.max(0, Math.min(sceneS - lengthS, startS))
  })
}

function cut(scene: Scene, startS: number, options: ClipSamplerOptions, random: Random): SampledClip {
  const { frames, sampleFps, widthPx, heightPx, labels, grid } = options
  const bytes = widthPx * heightPx * 3
  const clip = new Uint8Array(frames * bytes)
  const large = new Uint8Array(bytes * oversample * oversample)
  const seen = new Float32Array(labels.length)
  const unsure = new Uint8Array(labels.length)
  const moments: SeenPerson[][] = []
  for (let t = 0; t < frames; t += 1) {
    // A real camera's frames are not quite even.
    const tS = Math.max(0, startS + (t + random.range(-0.12, 0.12)) / sampleFps)
    halve(scene.render(tS, large), clip.subarray(t * bytes, (t + 1) * bytes), { widthPx, heightPx })
    const people = scene.peopleAt(tS)
    moments.push(people)
    labels.forEach((label, index) => {
      const doing = people.filter(({ action }) => action === label)
      if (doing.some(({ visible }) => visible >= leastVisible)) seen[index]! += 1
      else if (doing.some(({ visible }) => visible > 0.1)) unsure[index] = 1
      if (label === 'walking' && people.some(({ action }) => action === 'loitering')) unsure[index] = 1
    })
  }
  const share = labels.map((_, index) => seen[index]! / frames)
  const isThere = share.map((value, index) => value >= enoughOf(labels[index]!))
  const size = { widthPx: widthPx * oversample, heightPx: heightPx * oversample }
  const cells = grid ? cellTruth(moments, { grid, size, labels, enoughOf }) : noCells
  return {
    frames: clip,
    target: Float32Array.from(isThere, Number),
    weight: Float32Array.from(isThere, (there, index) =>
      Number(there || (share[index] === 0 && unsure[index] === 0)),
    ),
    cellTarget: cells.target,
    cellWeight: cells.weight,
  }
}

const noCells = { target: new Float32Array(0), weight: new Float32Array(0) }

/** Averages two by two pixels. */
function halve(
  from: Uint8Array,
  to: Uint8Array,
  { widthPx, heightPx }: { widthPx: number; heightPx: number },
): void {
  const row = widthPx * oversample * 3
  for (let y = 0; y < heightPx; y += 1)
    for (let x = 0; x < widthPx; x += 1) {
      const at = (y * widthPx + x) * 3
      const source = y * oversample * row + x * oversample * 3
      for (let c = 0; c < 3; c += 1) {
        const i = source + c
        to[at + c] = (from[i]! + from[i + 3]! + from[i + row]! + from[i + row + 3]! + 2) >> 2
      }
    }
}
