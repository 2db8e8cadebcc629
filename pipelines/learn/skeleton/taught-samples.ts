import { type ScoreWindows, scoreClip } from './judge-bodies.ts'
import type { LabelledBodies, WindowShape } from './labelled-bodies.ts'

/** A window that is learned from. */
export interface TaughtSample {
  readonly clip: LabelledBodies
  readonly track: number
  readonly endUs: number
  /** Shares of the model's labels; they sum to 1. */
  readonly target: Float32Array
}

export interface SampleRules {
  /** Labels of the model that is taught. */
  readonly labels: readonly string[]
  /** The label for clips that show nothing of what alerts; null: there are none. */
  readonly none: string | null
  /** Those of them that never alert. */
  readonly quiet: readonly string[]
  readonly shape: WindowShape
  /** What the model that it begins with says, in the same columns; new labels have the score 0. */
  readonly score: ScoreWindows
}

/** Whoever is nearly as likely takes part, as in a fight. */
const takesPart = 0.6

/**
 * The windows of clips with what is true of them. A clip that shows an action teaches it by the one whom it is about; where
 * nobody knows who that is, by the one whom the model thinks most likely to do it, or who moves most, and by who does nearly as much. A clip that shows
 * nothing teaches by everybody in it that it is nothing that alerts: what of everyday life it is, the model says itself.
 */
export async function taughtSamples(
  clips: readonly LabelledBodies[],
  rules: SampleRules,
): Promise<TaughtSample[]> {
  const { labels, none, quiet, shape, score } = rules
  const samples: TaughtSample[] = []
  for (const clip of clips) {
    const column = labels.indexOf(clip.label)
    const { bodies, windows } = await scoreClip(clip, shape, score)
    const known = bodies.filter(({ track }) => clip.about.includes(clip.tracks[track]!.id))
    const meant = known.length > 0 ? known : clip.label === none ? bodies : likeliest()
    for (const { track } of meant)
      for (const { endUs, scores } of windows.filter((each) => each.track === track))
        samples.push({ clip, track, endUs, target: column >= 0 ? oneHot(column) : everyday(scores) })

    function likeliest() {
      const worth = (track: number, motion: number) => {
        const own = windows.filter((each) => each.track === track)
        const said = own.reduce((sum, { scores }) => sum + (scores[column] ?? 0), 0) / own.length
        // Motion decides where the model does not know the label.
        return said + Math.min(1, motion / 10) * Math.min(1, own.length / 3)
      }
      const most = Math.max(...bodies.map(({ track, motion }) => worth(track, motion)))
      return bodies.filter(({ track, motion }) => worth(track, motion) >= takesPart * most)
    }
  }
  return samples

  function oneHot(column: number): Float32Array {
    const target = new Float32Array(labels.length)
    target[column] = 1
    return target
  }
  /** What the model says, without what alerts; where it says nothing else, all of everyday life alike. */
  function everyday(scores: Float32Array): Float32Array {
    const calm = Float32Array.from(labels, (label, n) =>
      quiet.includes(label) ? (scores[n] ?? 0) + 1e-4 : 0,
    )
    const sum = calm.reduce((a, b) => a + b, 0)
    return calm.map((value) => value / sum)
  }
}
