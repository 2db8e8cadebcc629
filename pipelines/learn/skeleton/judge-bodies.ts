import { cutWindow } from '../../../src/skeleton/skeleton-window.ts'
import type { Prediction } from '../../../src/train/evaluate/prediction.ts'
import type { LabelColumns } from './label-columns.ts'
import { type BodyWindows, type LabelledBodies, type WindowShape, windowsOf } from './labelled-bodies.ts'

/** Windows [count, frames, 2, 17, 3] → scores [count, labels of the model], after the activation. */
export type ScoreWindows = (windows: Float32Array<ArrayBuffer>, count: number) => Promise<Float32Array>

export interface JudgedWindow {
  readonly track: number
  readonly endUs: number
  /** In the columns of the model. */
  readonly scores: Float32Array
}

/** All windows of a clip's bodies with what a model says of each. */
export async function scoreClip(
  clip: LabelledBodies,
  shape: WindowShape,
  score: ScoreWindows,
): Promise<{ bodies: BodyWindows[]; windows: JudgedWindow[] }> {
  const bodies = windowsOf(clip, shape)
  const wanted = bodies.flatMap(({ track, endsUs }) => endsUs.map((endUs) => ({ track, endUs })))
  if (wanted.length === 0) return { bodies, windows: [] }
  const cut = wanted.map(({ track, endUs }) => cutAt(clip, track, endUs, shape))
  const numbers = cut[0]!.length
  const packed = new Float32Array(cut.length * numbers)
  cut.forEach((window, n) => {
    packed.set(window, n * numbers)
  })
  const scores = await score(packed, cut.length)
  const columns = scores.length / cut.length
  return {
    bodies,
    windows: wanted.map((each, n) => ({ ...each, scores: scores.slice(n * columns, (n + 1) * columns) })),
  }
}

/** The window of one body of a clip that ends at a time. */
export function cutAt(
  { tracks }: LabelledBodies,
  track: number,
  endPtsUs: number,
  { frames, sampleFps }: Pick<WindowShape, 'frames' | 'sampleFps'>,
): Float32Array<ArrayBuffer> {
  const others = tracks.filter((_, n) => n !== track).map(({ readings }) => readings)
  return cutWindow(tracks[track]!.readings, others, { endPtsUs, frames, sampleFps })
}

/**
 * What a model says of clips: the mean over the windows of the one whom a clip is about. Where nobody knows who that is,
 * it is the one of whom the model says most that is not nothing, so that one fight in a crowd counts, and of several the
 * one who moves most. Peaks are the highest of anybody who may be meant. Where nobody is seen for long enough, it shows
 * nothing.
 */
export async function judgeBodies(options: {
  clips: readonly LabelledBodies[]
  /** Labels of the footage. */
  labels: readonly string[]
  none: string | null
  /** Labels that never alert. */
  quiet: readonly string[]
  columns: LabelColumns
  shape: WindowShape
  score: ScoreWindows
}): Promise<Prediction[]> {
  const { clips, labels, none, quiet, columns, shape, score } = options
  const said: Prediction[] = []
  for (const clip of clips) {
    const { bodies, windows } = await scoreClip(clip, shape, score)
    const meant = bodies.filter(({ track }) => clip.about.includes(clip.tracks[track]!.id))
    const asked = meant.length > 0 ? meant : bodies
    const read = asked.map(({ track, motion }) => {
      const own = windows.filter((each) => each.track === track).map(({ scores }) => columns.read(scores))
      return { motion, own, mean: meanOf(own, labels.length) }
    })
    const loud = (mean: Float32Array) =>
      mean.reduce((sum, value, n) => (quiet.includes(labels[n]!) ? sum : sum + value), 0)
    const first = read.toSorted((a, b) => loud(b.mean) - loud(a.mean) || b.motion - a.motion)[0]
    const nobody = Float32Array.from(labels, (label) => (label === none ? 1 : 0))
    const probabilities =
      meant.length > 1
        ? meanOf(
            read.flatMap(({ own }) => own),
            labels.length,
          )
        : first?.mean
    const peaks = Float32Array.from(labels, (_, n) =>
      Math.max(0, ...read.flatMap(({ own }) => own.map((each) => each[n]!))),
    )
    const { id, group, label } = clip
    said.push({
      id,
      group,
      truth: labels.indexOf(label),
      probabilities: probabilities ?? nobody,
      peaks: first ? peaks : nobody,
    })
  }
  return said
}

function meanOf(rows: readonly Float32Array[], length: number): Float32Array {
  return Float32Array.from(
    { length },
    (_, n) => rows.reduce((sum, row) => sum + row[n]!, 0) / Math.max(1, rows.length),
  )
}
